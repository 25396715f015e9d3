package io.eddy.processors.rollout;

/// What a trainer tells the rollout of a round of training, see [Rounds].
public enum ReportKind {
  /// There is a trainer for this partition.
  PRESENT,
  /// It trains from the round's base version.
  ENTERED,
  /// It does not train in this round: it has too little history, or nothing new.
  ABSTAINED,
  /// Its training gave a model.
  TRAINED,
  /// Its training ended without one.
  FAILED
}
