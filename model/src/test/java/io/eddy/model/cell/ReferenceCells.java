package io.eddy.model.cell;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The cells a second time, in double, with plain loops over matrices in PyTorch's layout, written
/// from the papers and from PyTorch's documentation of RNN, LSTM and GRU: what the programs are
/// checked against.
final class ReferenceCells {

  private ReferenceCells() {}

  /// Runs a stack over a sequence.
  ///
  /// @param weights by name, matrices as rows (outputs) of columns (inputs), vectors as one row
  /// @param x (T, I)
  /// @param counts (T), whether the step changes the state
  /// @return outputs (T, ·)
  static double[][] run(
      Stack stack, Map<String, double[][]> weights, double[][] x, boolean[] counts) {
    double[][] below = x;
    double[][] all = new double[x.length][0];
    for (int index = 0; index < stack.layerCount(); index++) {
      var layer = new ReferenceLayer(stack, weights, index);
      double[][] out = new double[x.length][];
      for (int t = 0; t < x.length; t++) {
        out[t] = layer.step(below[t], counts[t]);
        all[t] = join(all[t], out[t]);
      }
      below = out;
      if (stack.shortcuts()) {
        below = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
          below[t] = join(x[t], out[t]);
        }
      }
      if (index == stack.layerCount() - 1) {
        return stack.shortcuts() ? all : out;
      }
    }
    throw new IllegalStateException("a stack without layers");
  }

  static double[][] weight(Map<String, double[][]> weights, String name) {
    return Objects.requireNonNull(weights.get(name), name);
  }

  static double[] join(double[] x, double[] y) {
    double[] joined = java.util.Arrays.copyOf(x, x.length + y.length);
    System.arraycopy(y, 0, joined, x.length, y.length);
    return joined;
  }

  /// One layer with its state.
  private static final class ReferenceLayer {
    private final Cell cell;
    private final int size;
    private final int index;
    private final boolean learned;
    private final Map<String, double[][]> weights;
    private final Map<String, double[]> state = new HashMap<>();
    private final Map<String, double[]> previous = new HashMap<>(); // the state of the step before
    private final List<double[]> seen = new ArrayList<>();

    ReferenceLayer(Stack stack, Map<String, double[][]> weights, int index) {
      cell = stack.cell();
      size = stack.hiddenSize();
      learned = stack.learnedInitialState();
      this.weights = weights;
      this.index = index;
    }

    double[] step(double[] x, boolean counts) {
      seen.add(x);
      double[] gate = advance(x);
      if (!counts) {
        state.putAll(previous);
      }
      return output(x, gate);
    }

    /// The state of the step before, remembered in case that this one does not count.
    private double[] before(String name, int width) {
      double[] value =
          state.computeIfAbsent(
              name, key -> learned ? vector("initial_" + key).clone() : new double[width]);
      previous.put(name, value.clone());
      return value.clone();
    }

    /// Changes the state.
    ///
    /// @return what else the output is made of: SRU's gate, in the others x for nothing
    private double[] advance(double[] x) {
      return switch (cell) {
        case Elman(Transfer transfer) -> {
          double[] h = before("hidden", size);
          state.put("hidden", apply(transfer, plain(x, h)));
          yield x;
        }
        case Jordan(int units, Transfer transfer, Transfer outputTransfer) -> {
          double[] h = before("hidden", size);
          double[] inside =
              apply(transfer, sum(times("weight_ih", x), vector("bias_ih"), times("weight_hh", h)));
          state.put(
              "hidden", apply(outputTransfer, sum(times("weight_uh", inside), vector("bias_uh"))));
          yield x;
        }
        case Lstm() -> {
          longShortTerm(x, new double[3][]);
          yield x;
        }
        case PeepholeLstm(PeepholeLstm.Peepholes peepholes) -> {
          boolean full = peepholes == PeepholeLstm.Peepholes.FULL;
          double[][] p = new double[3][];
          double[] c = state.getOrDefault("cell", learned ? vector("initial_cell") : zeros());
          p[0] = full ? times("weight_ci", c) : product(vector("weight_ci"), c);
          p[1] = full ? times("weight_cf", c) : product(vector("weight_cf"), c);
          longShortTerm(x, p);
          yield x;
        }
        case CoupledLstm() -> {
          double[] c = before("cell", size);
          double[] h = before("hidden", size);
          double[] gates = plain(x, h);
          for (int j = 0; j < size; j++) {
            double i = sigmoid(gates[j]);
            c[j] = (1 - i) * c[j] + i * StrictMath.tanh(gates[size + j]);
            h[j] = sigmoid(gates[2 * size + j]) * StrictMath.tanh(c[j]);
          }
          state.put("cell", c);
          state.put("hidden", h);
          yield x;
        }
        case Gru(Gru.Reset reset, Gru.Update update) -> {
          gatedUnit(x, reset == Gru.Reset.AFTER, update == Gru.Update.KEEPS);
          yield x;
        }
        case Mut1() -> {
          double[] h = before("hidden", size);
          double[] gates = sum(times("weight_ih", x), vector("bias_ih"));
          double[] state = times("weight_hr", h);
          double[] wide = x.length == size ? x : times("weight_in", x);
          double[] reset = new double[size];
          for (int j = 0; j < size; j++) {
            reset[j] = sigmoid(gates[j] + state[j]) * h[j];
          }
          double[] candidate = sum(times("weight_hh", reset), vector("bias_hh"));
          for (int j = 0; j < size; j++) {
            double z = sigmoid(gates[size + j]);
            double n = StrictMath.tanh(candidate[j] + StrictMath.tanh(wide[j]));
            h[j] = z * n + (1 - z) * h[j];
          }
          this.state.put("hidden", h);
          yield x;
        }
        case Scrn(int contextSize, float alpha) -> {
          double[] s = before("context", contextSize);
          double[] u = before("hidden", size - contextSize);
          double[] input = times("weight_is", x);
          for (int j = 0; j < contextSize; j++) {
            s[j] = (1 - alpha) * input[j] + alpha * s[j];
          }
          state.put("context", s);
          // A step that does not count leaves the hidden units as they were, whatever s would be.
          state.put(
              "hidden",
              apply(
                  Transfer.LOGISTIC,
                  sum(times("weight_ih", x), times("weight_sh", s), times("weight_hh", u))));
          yield x;
        }
        case Sru() -> {
          double[] c = before("cell", size);
          double[] candidate = times("weight_ih", x);
          double[] gates = sum(times("weight_ig", x), vector("bias_ig"));
          for (int j = 0; j < size; j++) {
            double f = sigmoid(gates[j]);
            c[j] = f * c[j] + (1 - f) * candidate[j];
          }
          state.put("cell", c);
          yield java.util.Arrays.copyOfRange(gates, size, 2 * size);
        }
        case Tdnn tdnn -> x;
        case UnitaryRnn unitary -> {
          double[] h = before("hidden", size);
          state.put("hidden", modRelu(sum(unitaryTimes(unitary, h), times("weight_ih", x))));
          yield x;
        }
        case DeepElman deep -> {
          double[] h = before("hidden", size);
          double[] features = x;
          for (int n = 0; n < deep.inputLayers(); n++) {
            features = layer(deep, "in_" + n, features, new double[size]);
          }
          double[] inside = apply(deep.transfer(), plain(features, h));
          for (int n = 0; n < deep.transitionLayers(); n++) {
            boolean skips = deep.shortcut() && n == deep.transitionLayers() - 1;
            inside = layer(deep, "transition_" + n, inside, skips ? h : new double[size]);
          }
          state.put("hidden", inside);
          yield x;
        }
      };
    }

    private double[] output(double[] x, double[] gate) {
      return switch (cell) {
        case Sru() -> {
          double[] wide = x.length == size ? x : times("weight_ip", x);
          double[] c = Objects.requireNonNull(state.get("cell"));
          double[] h = new double[size];
          for (int j = 0; j < size; j++) {
            double r = sigmoid(gate[j]);
            h[j] = r * StrictMath.tanh(c[j]) + (1 - r) * wide[j];
          }
          yield h;
        }
        case Scrn scrn ->
            join(
                Objects.requireNonNull(state.get("hidden")),
                Objects.requireNonNull(state.get("context")));
        case Tdnn(int kernelSize, int dilation, Transfer transfer) -> {
          int spacing = 1;
          for (int l = 0; l < index; l++) {
            spacing *= dilation;
          }
          double[] out = vector("bias_ih").clone();
          for (int k = 0; k < kernelSize; k++) {
            int at = seen.size() - 1 - k * spacing;
            for (int i = 0; at >= 0 && i < x.length; i++) {
              for (int j = 0; j < size; j++) {
                out[j] += matrix("weight_ih")[j][k * x.length + i] * seen.get(at)[i];
              }
            }
          }
          yield apply(transfer, out);
        }
        case DeepElman deep -> {
          double[] out = Objects.requireNonNull(state.get("hidden"));
          for (int n = 0; n < deep.outputLayers(); n++) {
            out = layer(deep, "out_" + n, out, new double[size]);
          }
          yield out;
        }
        default -> Objects.requireNonNull(state.get("hidden"));
      };
    }

    private double[] layer(DeepElman deep, String name, double[] x, double[] added) {
      return apply(deep.transfer(), sum(times("weight_" + name, x), vector("bias_" + name), added));
    }

    private double[] plain(double[] x, double[] h) {
      return sum(
          times("weight_ih", x), vector("bias_ih"), times("weight_hh", h), vector("bias_hh"));
    }

    private double[] zeros() {
      return new double[size];
    }

    /// @param peeped what i and f see of the cell before; empty without peepholes
    private void longShortTerm(double[] x, double[][] peeped) {
      double[] c = before("cell", size);
      double[] h = before("hidden", size);
      double[] gates = plain(x, h);
      boolean peeps = peeped[0] != null;
      for (int j = 0; j < size; j++) {
        double i = sigmoid(gates[j] + (peeps ? peeped[0][j] : 0));
        double f = sigmoid(gates[size + j] + (peeps ? peeped[1][j] : 0));
        c[j] = f * c[j] + i * StrictMath.tanh(gates[2 * size + j]);
      }
      double[] seen = zeros();
      if (peeps) {
        double[][] weight = matrix("weight_co");
        seen = weight.length == 1 ? product(weight[0], c) : times("weight_co", c);
      }
      for (int j = 0; j < size; j++) {
        h[j] = sigmoid(gates[3 * size + j] + seen[j]) * StrictMath.tanh(c[j]);
      }
      state.put("cell", c);
      state.put("hidden", h);
    }

    private void gatedUnit(double[] x, boolean resetAfter, boolean keeps) {
      double[] h = before("hidden", size);
      double[] input = sum(times("weight_ih", x), vector("bias_ih"));
      double[] products = times("weight_hh", h);
      double[] bias = vector("bias_hh");
      double[] r = zeros();
      double[] reset = zeros();
      for (int j = 0; j < size; j++) {
        r[j] = sigmoid(input[j] + products[j] + bias[j]);
        reset[j] = r[j] * h[j];
      }
      double[] candidate = resetAfter ? zeros() : times("weight_hn", reset);
      double[] after = zeros();
      for (int j = 0; j < size; j++) {
        double z = sigmoid(input[size + j] + products[size + j] + bias[size + j]);
        double fromState =
            resetAfter
                ? r[j] * (products[2 * size + j] + bias[2 * size + j])
                : candidate[j] + bias[2 * size + j];
        double n = StrictMath.tanh(input[2 * size + j] + fromState);
        after[j] = keeps ? (1 - z) * n + z * h[j] : (1 - z) * h[j] + z * n;
      }
      state.put("hidden", after);
    }

    private double[] modRelu(double[] z) {
      int half = size / 2;
      double[] out = zeros();
      for (int k = 0; k < half; k++) {
        double modulus = StrictMath.hypot(z[k], z[half + k]);
        double rectified = StrictMath.max(0, modulus + vector("bias_hh")[k]);
        out[k] = rectified * z[k] / modulus;
        out[half + k] = rectified * z[half + k] / modulus;
      }
      return out;
    }

    /// D₃ R₂ F⁻¹ D₂ Π R₁ F D₁ h by matrices of complex numbers.
    private double[] unitaryTimes(UnitaryRnn cell, double[] h) {
      double[] z = phases(h, "phase_1");
      z = complexTimes(fourier(-1), z);
      z = complexTimes(reflection("reflection_1"), z);
      int[] order = cell.order(size / 2);
      double[] permuted = zeros();
      for (int i = 0; i < size; i++) {
        permuted[i] = z[order[i]];
      }
      z = phases(permuted, "phase_2");
      z = complexTimes(fourier(1), z);
      z = complexTimes(reflection("reflection_2"), z);
      return phases(z, "phase_3");
    }

    private double[] phases(double[] z, String name) {
      int half = size / 2;
      double[][][] diagonal = new double[half][half][2];
      for (int k = 0; k < half; k++) {
        diagonal[k][k][0] = StrictMath.cos(vector(name)[k]);
        diagonal[k][k][1] = StrictMath.sin(vector(name)[k]);
      }
      return complexTimes(diagonal, z);
    }

    private double[][][] fourier(int sign) {
      int half = size / 2;
      double[][][] matrix = new double[half][half][2];
      for (int k = 0; k < half; k++) {
        for (int j = 0; j < half; j++) {
          double angle = sign * 2 * StrictMath.PI * j * k / half;
          matrix[k][j][0] = StrictMath.cos(angle) / StrictMath.sqrt(half);
          matrix[k][j][1] = StrictMath.sin(angle) / StrictMath.sqrt(half);
        }
      }
      return matrix;
    }

    private double[][][] reflection(String name) {
      int half = size / 2;
      double[] v = vector(name);
      double squares = 0;
      for (double element : v) {
        squares += element * element;
      }
      double[][][] matrix = new double[half][half][2];
      for (int k = 0; k < half; k++) {
        for (int j = 0; j < half; j++) {
          double real = v[k] * v[j] + v[half + k] * v[half + j];
          double imaginary = v[half + k] * v[j] - v[k] * v[half + j];
          matrix[k][j][0] = (k == j ? 1 : 0) - 2 * real / squares;
          matrix[k][j][1] = -2 * imaginary / squares;
        }
      }
      return matrix;
    }

    private static double[] complexTimes(double[][][] matrix, double[] z) {
      int half = z.length / 2;
      double[] out = new double[z.length];
      for (int k = 0; k < half; k++) {
        for (int j = 0; j < half; j++) {
          out[k] += matrix[k][j][0] * z[j] - matrix[k][j][1] * z[half + j];
          out[half + k] += matrix[k][j][0] * z[half + j] + matrix[k][j][1] * z[j];
        }
      }
      return out;
    }

    private double[][] matrix(String name) {
      return weight(weights, name + "_l" + index);
    }

    private double[] vector(String name) {
      return matrix(name)[0];
    }

    private double[] times(String name, double[] x) {
      double[][] weight = matrix(name);
      double[] out = new double[weight.length];
      for (int j = 0; j < out.length; j++) {
        for (int i = 0; i < x.length; i++) {
          out[j] += weight[j][i] * x[i];
        }
      }
      return out;
    }
  }

  private static double[] sum(double[]... parts) {
    double[] out = new double[parts[0].length];
    for (double[] part : parts) {
      for (int j = 0; j < out.length; j++) {
        out[j] += part[j];
      }
    }
    return out;
  }

  private static double[] product(double[] x, double[] y) {
    double[] out = new double[x.length];
    for (int j = 0; j < out.length; j++) {
      out[j] = x[j] * y[j];
    }
    return out;
  }

  private static double[] apply(Transfer transfer, double[] x) {
    double[] out = new double[x.length];
    for (int j = 0; j < out.length; j++) {
      out[j] =
          switch (transfer) {
            case IDENTITY -> x[j];
            case LOGISTIC -> sigmoid(x[j]);
            case RELU -> StrictMath.max(0, x[j]);
            case SOFTSIGN -> x[j] / (1 + StrictMath.abs(x[j]));
            case TANH -> StrictMath.tanh(x[j]);
          };
    }
    return out;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + StrictMath.exp(-x));
  }
}
