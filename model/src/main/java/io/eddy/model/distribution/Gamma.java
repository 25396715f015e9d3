package io.eddy.model.distribution;

/// The logarithm of the Gamma function and its derivative, and differences of them whose large
/// parts cancel, for positive arguments.
///
/// Stirling's series from [#SERIES_FROM] on (Abramowitz and Stegun 6.1.40 and 6.3.18); smaller
/// arguments are raised by the recurrence Γ(x + 1) = x Γ(x). Errors are below 1e-14, absolute up to
/// 1 and relative above.
public final class Gamma {

  /// The first term left out is below 1e-16 from here on.
  private static final double SERIES_FROM = 12;

  /// `ln(2π) / 2`
  public static final double HALF_LOG_TWO_PI = 0.9189385332046727;

  private Gamma() {}

  /// `ln Γ(x)`, x > 0.
  public static double log(double x) {
    double product = 1;
    double raised = x;
    while (raised < SERIES_FROM) {
      product *= raised;
      raised += 1;
    }
    return (raised - 0.5) * StrictMath.log(raised)
        - raised
        + HALF_LOG_TWO_PI
        + remainder(raised)
        - StrictMath.log(product);
  }

  /// `ψ(x)`, the derivative of [#log], x > 0.
  public static double digamma(double x) {
    double sum = 0;
    double raised = x;
    while (raised < SERIES_FROM) {
      sum += 1 / raised;
      raised += 1;
    }
    return StrictMath.log(raised) - 0.5 / raised + remainderSlope(raised) - sum;
  }

  /// `ln Γ(x + n) - ln Γ(x) - n ln x`, which goes to 0 for large x; x > 0, n ≥ 0.
  public static double logRise(double x, double n) {
    if (x < SERIES_FROM) {
      return log(x + n) - log(x) - n * StrictMath.log(x);
    }
    double q = n / x;
    return (x + n - 0.5) * logMinus(q) + q * (n - 0.5) + remainder(x + n) - remainder(x);
  }

  /// Its derivative by x, `ψ(x + n) - ψ(x) - n/x`.
  public static double logRiseSlope(double x, double n) {
    double q = n / x;
    if (x < SERIES_FROM) {
      return digamma(x + n) - digamma(x) - q;
    }
    return logMinus(q) + q / (2 * (x + n)) + remainderSlope(x + n) - remainderSlope(x);
  }

  /// `ln Γ(x + 1/2) - ln Γ(x) - ln(x)/2`, x > 0.
  public static double logHalfStep(double x) {
    return logRise(x, 0.5);
  }

  /// Its derivative.
  public static double logHalfStepSlope(double x) {
    return logRiseSlope(x, 0.5);
  }

  /// `ln(1 + q) - q`, to full relative precision; q ≥ 0.
  public static double logMinus(double q) {
    if (q > 0.01) {
      return StrictMath.log1p(q) - q;
    }
    // -q²/2 + q³/3 - …
    double sum = 0;
    for (int k = 9; k >= 2; k--) {
      sum = (k % 2 == 0 ? -1.0 : 1.0) / k + q * sum;
    }
    return sum * q * q;
  }

  /// `ln Γ(x) - (x - 1/2) ln x + x - ln(2π)/2`.
  private static double remainder(double x) {
    double u = 1 / (x * x);
    double sum = 1 / 156.0;
    sum = sum * u - 691 / 360360.0;
    sum = sum * u + 1 / 1188.0;
    sum = sum * u - 1 / 1680.0;
    sum = sum * u + 1 / 1260.0;
    sum = sum * u - 1 / 360.0;
    sum = sum * u + 1 / 12.0;
    return sum / x;
  }

  /// Its derivative, `ψ(x) - ln x + 1/(2x)`.
  private static double remainderSlope(double x) {
    double u = 1 / (x * x);
    double sum = 1 / 12.0;
    sum = sum * u - 691 / 32760.0;
    sum = sum * u + 1 / 132.0;
    sum = sum * u - 1 / 240.0;
    sum = sum * u + 1 / 252.0;
    sum = sum * u - 1 / 120.0;
    sum = sum * u + 1 / 12.0;
    return -sum * u;
  }
}
