package io.eddy.processors.rollout;

import io.eddy.model.network.Forecaster;
import org.jspecify.annotations.Nullable;

/// Which model version answers, as of one numbered decision.
///
/// @param sequence number of the decision; only ever grows. A rollback is a newer decision that
///   names an older version
/// @param version the version that answers, 0 for the naive forecast
/// @param model its weights; null for version 0 and only then
public record Decision(long sequence, int version, @Nullable Forecaster model) {
  /// Before the first decision: the naive forecast answers.
  public static final Decision NONE = new Decision(0, 0, null);

  public Decision {
    if (sequence < 0 || version < 0 || (version == 0) != (model == null)) {
      throw new IllegalArgumentException(
          "decision "
              + sequence
              + " names version "
              + version
              + (model == null ? " without" : " with")
              + " a model, expected a model for every version but 0");
    }
  }
}
