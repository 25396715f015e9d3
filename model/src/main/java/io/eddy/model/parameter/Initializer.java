package io.eddy.model.parameter;

import java.util.Arrays;
import java.util.SplittableRandom;

/// What a fresh parameter holds.
public sealed interface Initializer {

  /// All elements zero: the network starts as what it corrects.
  record Zero() implements Initializer {}

  /// All elements the same: the gain of a normalisation.
  record Constant(float value) implements Initializer {}

  /// Normally distributed around 0: the rows of a table.
  ///
  /// @param deviation standard deviation
  record Normal(double deviation) implements Initializer {}

  /// Uniform in ±√(6 / (inputs + outputs of one gate)), Glorot and Bengio 2010, equation 16.
  ///
  /// @param gates blocks of rows that share the inputs; each is a matrix of its own
  record Xavier(int gates) implements Initializer {}

  /// Each gate's block an orthogonal matrix (Saxe et al. 2014): the recurrence keeps norms at
  /// first.
  ///
  /// @param gates blocks of rows, each square
  record Orthogonal(int gates) implements Initializer {}

  /// Zero but for one gate's block: the forget gate's bias of 1 (Jozefowicz et al. 2015).
  ///
  /// @param gates blocks of rows
  /// @param gate the block, from 0
  /// @param value of its elements
  record GateBias(int gates, int gate, float value) implements Initializer {}

  /// Uniform in ±limit.
  ///
  /// @param limit above 0
  record Uniform(double limit) implements Initializer {}

  /// Fills a parameter of the given shape.
  ///
  /// @param values overwritten, stored as [ParameterSpec] says
  default void fill(ParameterSpec spec, float[] values, SplittableRandom random) {
    switch (this) {
      case Zero() -> Arrays.fill(values, 0);
      case Constant(float value) -> Arrays.fill(values, value);
      case Normal(double deviation) -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (deviation * normal(random));
        }
      }
      case Xavier(int gates) -> {
        double limit = Math.sqrt(6.0 / (spec.inputs() + spec.outputs() / (double) gates));
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) ((2 * random.nextDouble() - 1) * limit);
        }
      }
      case Uniform(double limit) -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) ((2 * random.nextDouble() - 1) * limit);
        }
      }
      case Orthogonal(int gates) -> {
        int size = spec.inputs();
        if (spec.outputs() != gates * size) {
          throw new IllegalArgumentException(
              spec.name() + ": an orthogonal start needs square gates, not " + spec);
        }
        for (int gate = 0; gate < gates; gate++) {
          double[][] rows = orthogonal(size, random);
          for (int input = 0; input < size; input++) {
            for (int unit = 0; unit < size; unit++) {
              values[input * spec.outputs() + gate * size + unit] = (float) rows[unit][input];
            }
          }
        }
      }
      case GateBias(int gates, int gate, float value) -> {
        Arrays.fill(values, 0);
        int block = spec.outputs() / gates;
        Arrays.fill(values, gate * block, (gate + 1) * block, value);
      }
    }
  }

  /// By Box and Muller 1958: the JDK's own method is not the same on every machine.
  private static double normal(SplittableRandom random) {
    double radius = Math.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
  }

  /// Rows of a random orthogonal matrix, by modified Gram-Schmidt.
  private static double[][] orthogonal(int size, SplittableRandom random) {
    double[][] rows = new double[size][size];
    for (int i = 0; i < size; i++) {
      double norm = 0;
      // A row that nearly lies in the span of those before it is drawn anew.
      while (norm < 1e-3) {
        for (int k = 0; k < size; k++) {
          rows[i][k] = 2 * random.nextDouble() - 1;
        }
        for (int j = 0; j < i; j++) {
          double projection = 0;
          for (int k = 0; k < size; k++) {
            projection += rows[i][k] * rows[j][k];
          }
          for (int k = 0; k < size; k++) {
            rows[i][k] -= projection * rows[j][k];
          }
        }
        norm = 0;
        for (int k = 0; k < size; k++) {
          norm += rows[i][k] * rows[i][k];
        }
        norm = Math.sqrt(norm);
      }
      for (int k = 0; k < size; k++) {
        rows[i][k] /= norm;
      }
    }
    return rows;
  }
}
