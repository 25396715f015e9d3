package io.eddy.model.cell;

import java.util.Map;

/// The recurrent cells a second time, in double, with plain loops in PyTorch's layout, written from
/// PyTorch's documentation of RNN, LSTM and GRU: what the programs are checked against.
final class ReferenceCells {

  private ReferenceCells() {}

  /// Runs a stack over a sequence from a zero state.
  ///
  /// @param weights by PyTorch's name, matrices as rows (outputs) of columns (inputs), vectors as
  ///   one row
  /// @param x (T, I)
  /// @return the last layer's outputs (T, H)
  static double[][] run(
      CellType cell, Map<String, double[][]> weights, double[][] x, int hiddenSize, int layers) {
    double[][] out = x;
    for (int layer = 0; layer < layers; layer++) {
      double[] h = new double[hiddenSize];
      double[] c = new double[hiddenSize];
      double[][] next = new double[x.length][];
      for (int t = 0; t < x.length; t++) {
        double[] input =
            affine(
                weight(weights, "weight_ih_l" + layer),
                out[t],
                weight(weights, "bias_ih_l" + layer)[0]);
        double[] state =
            affine(
                weight(weights, "weight_hh_l" + layer), h, weight(weights, "bias_hh_l" + layer)[0]);
        h =
            switch (cell) {
              case ELMAN -> elman(input, state);
              case LSTM -> lstm(input, state, c);
              case GRU -> gru(input, state, h);
            };
        next[t] = h;
      }
      out = next;
    }
    return out;
  }

  static double[][] weight(Map<String, double[][]> weights, String name) {
    return java.util.Objects.requireNonNull(weights.get(name), name);
  }

  private static double[] elman(double[] input, double[] state) {
    double[] h = new double[input.length];
    for (int j = 0; j < h.length; j++) {
      h[j] = StrictMath.tanh(input[j] + state[j]);
    }
    return h;
  }

  /// Writes the new cell into `c`.
  private static double[] lstm(double[] input, double[] state, double[] c) {
    int size = c.length;
    double[] h = new double[size];
    for (int j = 0; j < size; j++) {
      double i = sigmoid(input[j] + state[j]);
      double f = sigmoid(input[size + j] + state[size + j]);
      double g = StrictMath.tanh(input[2 * size + j] + state[2 * size + j]);
      double o = sigmoid(input[3 * size + j] + state[3 * size + j]);
      c[j] = f * c[j] + i * g;
      h[j] = o * StrictMath.tanh(c[j]);
    }
    return h;
  }

  private static double[] gru(double[] input, double[] state, double[] before) {
    int size = before.length;
    double[] h = new double[size];
    for (int j = 0; j < size; j++) {
      double r = sigmoid(input[j] + state[j]);
      double z = sigmoid(input[size + j] + state[size + j]);
      double n = StrictMath.tanh(input[2 * size + j] + r * state[2 * size + j]);
      h[j] = (1 - z) * n + z * before[j];
    }
    return h;
  }

  private static double[] affine(double[][] weight, double[] x, double[] bias) {
    double[] out = bias.clone();
    for (int j = 0; j < out.length; j++) {
      for (int i = 0; i < x.length; i++) {
        out[j] += weight[j][i] * x[i];
      }
    }
    return out;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + StrictMath.exp(-x));
  }
}
