package io.eddy.processors.rollout;

import io.eddy.model.network.Forecaster;

/// What became of a manifest and its chunks.
sealed interface Assembly {
  /// Complete, verified and loaded.
  record Valid(Forecaster forecaster) implements Assembly {}

  /// Not to be used, for good.
  ///
  /// @param reason what is wrong, for people
  record Invalid(String reason) implements Assembly {}
}
