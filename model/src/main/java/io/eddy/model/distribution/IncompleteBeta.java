package io.eddy.model.distribution;

/// The regularised incomplete beta function, from which the tails of Student's t and of the
/// negative binomial follow.
///
/// ```
/// I_x(a, b) = 1 / B(a, b) ∫ t^(a-1) (1 - t)^(b-1) dt  from 0 to x
/// ```
///
/// By the continued fraction of DLMF 8.17.22, evaluated by Lentz's method with Thompson and
/// Barnett's modification, on the side of the mean where it converges fast: in some `sqrt(max(a,
/// b))` terms.
final class IncompleteBeta {

  /// Stands for a denominator of 0.
  private static final double TINY = 1e-300;

  private static final double ACCURACY = 1e-15;
  private static final int MOST_TERMS = 100_000;

  private IncompleteBeta() {}

  /// `I_x(a, b)`.
  ///
  /// @param a above 0
  /// @param b above 0
  /// @param x from 0 to 1
  /// @param y 1 - x, given too since it may be smaller than x's last digit
  static double of(double a, double b, double x, double y) {
    if (x <= 0 || y <= 0) {
      return x <= 0 ? 0 : 1;
    }
    double front = StrictMath.exp(a * StrictMath.log(x) + b * StrictMath.log(y) - logBeta(a, b));
    return x < (a + 1) / (a + b + 2)
        ? front * fraction(a, b, x) / a
        : 1 - front * fraction(b, a, y) / b;
  }

  private static double logBeta(double a, double b) {
    double small = Math.min(a, b);
    double large = Math.max(a, b);
    return Gamma.log(small) - small * StrictMath.log(large) - Gamma.logRise(large, small);
  }

  private static double fraction(double a, double b, double x) {
    double c = 1;
    double d = 1 / away(1 - (a + b) * x / (a + 1));
    double result = d;
    for (int m = 1; m <= MOST_TERMS; m++) {
      double even = m * (b - m) * x / ((a + 2.0 * m - 1) * (a + 2.0 * m));
      d = 1 / away(1 + even * d);
      c = away(1 + even / c);
      result *= d * c;
      double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1));
      d = 1 / away(1 + odd * d);
      c = away(1 + odd / c);
      double factor = d * c;
      result *= factor;
      if (Math.abs(factor - 1) < ACCURACY) {
        break;
      }
    }
    return result;
  }

  private static double away(double denominator) {
    return Math.abs(denominator) < TINY ? TINY : denominator;
  }
}
