package io.eddy.model.baseline;

/// A baseline that has been fitted to a series.
///
/// The series may go on in the same array behind the values that were fitted to: forecasts from
/// there know the new values, while what was fitted (a smoothing parameter, a season's shape)
/// stays. One thread at a time.
@FunctionalInterface
public interface FittedBaseline {

  /// What the fitted baseline says, or would have said, after the first `origin` values of its
  /// series, `ahead` steps ahead of the last of them. What is fitted is the same for every origin;
  /// the values after the origin are not looked at.
  ///
  /// @param origin from 1 to the number of values
  /// @param ahead from 1
  double forecast(int origin, int ahead);
}
