package io.eddy.model;

/// How one key's forecasts did over a window. Errors are divided by the key's running scale as it
/// stood before each event, so that scores of several keys can be added up.
///
/// @param events scored
/// @param absoluteError sum of scaled absolute errors
/// @param naiveAbsoluteError the same of the last-value forecast
/// @param pinball sum of scaled pinball losses of the two bounds
/// @param covered events that lay inside their interval
/// @param matured forecasts of several steps ahead whose value has come
/// @param maturedPinball sum of scaled pinball losses of their two bounds
/// @param scaleSum sum of the scales, to get back to the series' unit
public record WindowScore(
    long events,
    double absoluteError,
    double naiveAbsoluteError,
    double pinball,
    long covered,
    long matured,
    double maturedPinball,
    double scaleSum) {

  /// The loss that versions are compared by: pinball losses of the median and the two bounds one
  /// step ahead, and of the bounds of what was forecast further ahead.
  public double loss() {
    return absoluteError / 2 + pinball + maturedPinball;
  }

  /// Whether the other score is of the same events, so that the two can be compared.
  public boolean isComparableTo(WindowScore other) {
    return events == other.events && matured == other.matured;
  }
}
