package io.eddy.model.anomaly;

/// The pieces of evidence that an [AnomalyDetector] ranks: which of them spoke loudest says where
/// to look first.
public enum Evidence {
  /// None: nothing rare.
  NONE,
  /// The value itself.
  VALUE,
  /// The value against what is usual at this hour of the day.
  TIME_OF_DAY,
  /// The mean of the last values.
  LEVEL,
  /// The mean of the last absolute residuals.
  VARIANCE,
  /// The value against its forecast.
  RESIDUAL
}
