package io.eddy.model.series;

/// A monotone map of a series' values before anything else looks at them, and back: Box and Cox's
/// power family on 1 + |x|, with the sign of x, so that every finite value has an image.
///
/// ```
/// f(x) = sign(x) · ((1 + |x|)^p - 1) / p      p > 0
/// f(x) = sign(x) · log(1 + |x|)               p = 0
/// ```
///
/// With p = 1 it is the identity; with p = 0 errors count in relation to the value, as for prices
/// and counts. The median and all quantiles survive the way back; a mean does not, it comes back as
/// a value nearer to the median.
///
/// Sources: Box and Cox 1964; the two-sided form is Bickel and Doksum's idea (1981) with Yeo and
/// Johnson's shift (2000).
record PowerTransform(double power) {

  /// Beyond this, sums of a few values would leave double's range.
  private static final double LIMIT = 1e300;

  /// (1 + |x|)^p - 1 of the greatest exponent that still comes back finite.
  private static final double GREATEST_LOG = 700;

  boolean isIdentity() {
    return power == 1;
  }

  /// The image of a finite value.
  double apply(double value) {
    if (power == 1) {
      return Math.clamp(value, -LIMIT, LIMIT);
    }
    double size = StrictMath.log1p(Math.abs(value));
    return Math.copySign(power == 0 ? size : StrictMath.expm1(power * size) / power, value);
  }

  /// The value that has this image.
  double invert(double image) {
    if (power == 1) {
      return image;
    }
    double size = Math.abs(image);
    double exponent = power == 0 ? size : StrictMath.log1p(power * size) / power;
    return Math.copySign(StrictMath.expm1(Math.min(exponent, GREATEST_LOG)), image);
  }
}
