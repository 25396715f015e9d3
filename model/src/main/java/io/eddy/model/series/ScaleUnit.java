package io.eddy.model.series;

/// What one unit is, in which a network sees a series and answers.
public enum ScaleUnit {
  /// The mean absolute difference of neighbouring values over the last ring's length: follows a
  /// series that becomes calmer or wilder.
  DIFFERENCE,
  /// The standard deviation of all values so far: slow and steady. It suits horizons that are long
  /// against the noise from step to step, and errors that count in standard deviations.
  DEVIATION,
  /// The mean absolute error of the base forecast over whole horizons, as it turned out for this
  /// key; differences until the first horizon has passed. What is left to the network is then of
  /// like size for every key, which suits intervals over long horizons.
  ERROR
}
