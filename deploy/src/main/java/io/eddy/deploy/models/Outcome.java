package io.eddy.deploy.models;

/// What the rollout made of a candidate or a wish.
public sealed interface Outcome {
  /// It did something.
  ///
  /// @param words what, for people
  record Decided(String words) implements Outcome {}

  /// It refused.
  record Refused(String reason) implements Outcome {}

  /// Nothing came in time.
  record Unanswered() implements Outcome {}
}
