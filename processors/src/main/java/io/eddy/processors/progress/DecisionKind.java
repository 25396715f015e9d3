package io.eddy.processors.progress;

/// What a decision changes; its name stands in the topic `models`.
public enum DecisionKind {
  /// Another version answers.
  PROMOTED,
  /// A version that answered before answers again.
  ROLLED_BACK,
  /// A challenger runs beside the champion from now on.
  TRIAL,
  /// The challenger does so no longer, and never answered.
  WITHDRAWN,
  /// The champion's predecessor is no longer watched.
  CONFIRMED,
  /// A version is removed. No decision of the rollout's, only a wish of people's.
  DELETED,
  /// Something that a newer release decides.
  UNKNOWN;

  /// The kind of this name.
  public static DecisionKind of(String name) {
    for (DecisionKind kind : values()) {
      if (kind.name().equals(name)) {
        return kind;
      }
    }
    return UNKNOWN;
  }
}
