package io.eddy.processors.config;

/// What an application does with each event.
public enum Job {
  /// Forecasts the series of its key.
  FORECAST,
  /// Says how unexpected a message is after what its key said before.
  LANGUAGE_MODEL
}
