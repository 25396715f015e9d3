package io.eddy.processors.config;

/// The weights that a training starts from.
public enum TrainingStart {
  /// Those of the version that answers: what was learned before stays where the data do not speak
  /// against it.
  CHAMPION,
  /// Initial ones: the version depends on the windows of its own training alone.
  SCRATCH
}
