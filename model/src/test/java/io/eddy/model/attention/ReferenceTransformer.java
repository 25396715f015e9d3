package io.eddy.model.attention;

import java.util.function.Function;

/// The same equations a second time, in double and plain loops. Parameters are found by name, flat
/// as they are stored: matrices input-major.
final class ReferenceTransformer {

  private final Function<String, double[]> parameters;

  ReferenceTransformer(Function<String, double[]> parameters) {
    this.parameters = parameters;
  }

  /// Outputs `first` to `first + outputs` of a matrix and the elements of a bias beside them.
  double[] linear(double[] x, String weight, int first, String bias, int firstBias, int outputs) {
    double[] w = parameters.apply(weight);
    int stride = w.length / x.length;
    double[] out = new double[outputs];
    for (int i = 0; i < outputs; i++) {
      out[i] = bias.isEmpty() ? 0 : parameters.apply(bias)[firstBias + i];
      for (int k = 0; k < x.length; k++) {
        out[i] += x[k] * w[k * stride + first + i];
      }
    }
    return out;
  }

  double[] linear(double[] x, String name, int outputs) {
    return linear(x, name + ".weight", 0, name + ".bias", 0, outputs);
  }

  double[] multiHead(String prefix, double[] query, double[][] memory, int headCount) {
    int size = query.length;
    boolean own = memory[0].length != size;
    String bias = prefix + "in_proj_bias";
    double[] q = part(prefix, "q_proj_weight", query, own, 0, size, bias);
    double[][] k = new double[memory.length][];
    double[][] v = new double[memory.length][];
    for (int e = 0; e < memory.length; e++) {
      k[e] = part(prefix, "k_proj_weight", memory[e], own, size, size, bias);
      v[e] = part(prefix, "v_proj_weight", memory[e], own, 2 * size, size, bias);
    }
    int width = size / headCount;
    double[] heads = new double[size];
    for (int head = 0; head < headCount; head++) {
      double[] scores = new double[memory.length];
      for (int e = 0; e < memory.length; e++) {
        for (int d = 0; d < width; d++) {
          scores[e] += q[head * width + d] * k[e][head * width + d] / Math.sqrt(width);
        }
      }
      double[] p = softmax(scores);
      for (int e = 0; e < memory.length; e++) {
        for (int d = 0; d < width; d++) {
          heads[head * width + d] += p[e] * v[e][head * width + d];
        }
      }
    }
    return linear(heads, prefix + "out_proj", size);
  }

  private double[] part(
      String prefix, String name, double[] x, boolean own, int first, int size, String bias) {
    return own
        ? linear(x, prefix + name, 0, bias, first, size)
        : linear(x, prefix + "in_proj_weight", first, bias, first, size);
  }

  static double[] softmax(double[] scores) {
    double[] p = new double[scores.length];
    double sum = 0;
    for (int e = 0; e < p.length; e++) {
      p[e] = StrictMath.exp(scores[e]);
      sum += p[e];
    }
    for (int e = 0; e < p.length; e++) {
      p[e] /= sum;
    }
    return p;
  }

  /// The newest of the entries through a layer.
  double[] encoderLayer(TransformerEncoderLayer layer, double[] x, double[][] entries) {
    String attention = layer.prefix() + "self_attn.";
    if (layer.normFirst()) {
      double[][] normed = new double[entries.length][];
      for (int e = 0; e < entries.length; e++) {
        normed[e] = norm(layer, entries[e], "norm1");
      }
      double[] between =
          sum(x, multiHead(attention, norm(layer, x, "norm1"), normed, layer.headCount()));
      return sum(between, feedForward(layer, norm(layer, between, "norm2")));
    }
    double[] between =
        norm(layer, sum(x, multiHead(attention, x, entries, layer.headCount())), "norm1");
    return norm(layer, sum(between, feedForward(layer, between)), "norm2");
  }

  private double[] feedForward(TransformerEncoderLayer layer, double[] x) {
    double[] inner = linear(x, layer.prefix() + "linear1", layer.feedForwardSize());
    for (int i = 0; i < inner.length; i++) {
      inner[i] =
          switch (layer.activation()) {
            case RELU -> Math.max(0, inner[i]);
            // The slope that a difference sees must be the kernel's own: erf by its series.
            case GELU -> inner[i] * 0.5 * (1 + erf(inner[i] / Math.sqrt(2)));
          };
    }
    return linear(inner, layer.prefix() + "linear2", x.length);
  }

  /// By its Maclaurin series, which takes some hundred terms where |x| is below 5.
  private static double erf(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; n < 150; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  private double[] norm(TransformerEncoderLayer layer, double[] x, String name) {
    double mean = 0;
    double variance = 0;
    for (double element : x) {
      mean += element / x.length;
    }
    for (double element : x) {
      variance += (element - mean) * (element - mean) / x.length;
    }
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] =
          (x[i] - mean)
                  / Math.sqrt(variance + layer.epsilon())
                  * parameters.apply(layer.prefix() + name + ".weight")[i]
              + parameters.apply(layer.prefix() + name + ".bias")[i];
    }
    return out;
  }

  private static double[] sum(double[] x, double[] y) {
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = x[i] + y[i];
    }
    return out;
  }
}
