package io.eddy.processors.rollout;

import io.eddy.processors.progress.DecisionKind;
import org.jspecify.annotations.Nullable;

/// Which model version answers, as of one numbered decision.
///
/// @param kind what it changed
/// @param sequence number of the decision; only ever grows. A rollback is a newer decision that
///   names an older version
/// @param version the version that answers, 0 for the naive forecast
/// @param model its weights; null for version 0 and only then
/// @param shadow the version that runs beside it without answering: a challenger on trial, or the
///   predecessor that may come back; null for none
/// @param <M> what a version is: a forecaster, a language model
public record Decision<M>(
    DecisionKind kind, long sequence, int version, @Nullable M model, @Nullable Shadow<M> shadow) {
  private static final Decision<?> NONE = new Decision<>(DecisionKind.PROMOTED, 0, 0, null, null);

  /// Before the first decision: the naive forecast answers.
  @SuppressWarnings("unchecked") // it holds no model
  public static <M> Decision<M> none() {
    return (Decision<M>) NONE;
  }

  /// A version that runs beside the one that answers.
  ///
  /// @param version its number, 0 for the naive forecast
  /// @param model its weights; null for version 0 and only then
  public record Shadow<M>(int version, @Nullable M model) {
    public Shadow {
      requireModel("shadow", version, model);
    }
  }

  public Decision {
    if (sequence < 0) {
      throw new IllegalArgumentException("decision " + sequence + ", expected a number from 0");
    }
    requireModel("decision " + sequence, version, model);
  }

  private static void requireModel(String who, int version, @Nullable Object model) {
    if (version < 0 || (version == 0) != (model == null)) {
      throw new IllegalArgumentException(
          who
              + " names version "
              + version
              + (model == null ? " without" : " with")
              + " a model, expected a model for every version but 0");
    }
  }
}
