package io.eddy.model.distribution;

/// Student's t distribution with location 0 and scale 1.
public final class StudentTDistribution {

  private static final double ACCURACY = 1e-14;

  /// From the start, each step adds at least a share of 1/ν in the tail, and is quadratic near the
  /// end.
  private static final int MOST_STEPS = 2_000;

  private StudentTDistribution() {}

  /// The probability of a value above `t`.
  ///
  /// @param t at least 0
  private static double tail(double t, double degreesOfFreedom) {
    double square = t * t;
    double sum = degreesOfFreedom + square;
    return IncompleteBeta.of(degreesOfFreedom / 2, 0.5, degreesOfFreedom / sum, square / sum) / 2;
  }

  private static double density(double t, double degreesOfFreedom) {
    return StrictMath.exp(
        Gamma.logHalfStep(degreesOfFreedom / 2)
            - Gamma.HALF_LOG_TWO_PI
            - (degreesOfFreedom + 1) / 2 * StrictMath.log1p(t * t / degreesOfFreedom));
  }

  /// The probability of a value up to `t`.
  ///
  /// @param degreesOfFreedom ν, above 0
  public static double cumulative(double t, double degreesOfFreedom) {
    return t < 0 ? tail(-t, degreesOfFreedom) : 1 - tail(t, degreesOfFreedom);
  }

  /// The number that a variable is below with the given probability.
  ///
  /// By Newton's method on the tail, which is convex: from the left, where the normal
  /// distribution's quantile lies, every step stays on the left, so that it cannot fail.
  ///
  /// @param level in (0, 1)
  /// @param degreesOfFreedom ν, above 0
  public static double quantile(double level, double degreesOfFreedom) {
    Levels.check(level);
    if (!(degreesOfFreedom > 0)) {
      throw new IllegalArgumentException(
          "Student's t has " + degreesOfFreedom + " degrees of freedom, expected more than 0");
    }
    double beyond = Math.min(level, 1 - level);
    double t = -NormalDistribution.quantile(beyond);
    for (int step = 0; step < MOST_STEPS; step++) {
      double add = (tail(t, degreesOfFreedom) - beyond) / density(t, degreesOfFreedom);
      t += add;
      if (!(add > ACCURACY * t)) {
        break;
      }
    }
    return level < 0.5 ? -t : t;
  }
}
