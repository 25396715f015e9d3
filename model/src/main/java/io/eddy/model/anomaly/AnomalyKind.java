package io.eddy.model.anomaly;

/// What a rare event looks like, by the evidence at hand when it comes.
///
/// A change of level begins like a spike and is called one until the values have stayed away for
/// some events, so the kind may change from event to event while the condition lasts.
public enum AnomalyKind {
  /// Nothing rare.
  NONE,
  /// A value, or a step to it, unlike those before.
  SPIKE,
  /// The values have moved to another level.
  LEVEL,
  /// The values scatter more, or less, than they used to.
  VARIANCE
}
