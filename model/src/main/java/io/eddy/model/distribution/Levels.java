package io.eddy.model.distribution;

/// Probabilities that quantiles are asked for.
final class Levels {

  private Levels() {}

  static void check(double level) {
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException(
          "the level is " + level + ", expected a probability between 0 and 1, both excluded");
    }
  }
}
