package io.eddy.processors.rollout;

/// What became of a manifest and its chunks.
///
/// @param <M> what a version is
public sealed interface Assembly<M> {
  /// Complete, verified and loaded.
  record Valid<M>(M model) implements Assembly<M> {}

  /// Not to be used, for good.
  ///
  /// @param reason what is wrong, for people
  record Invalid<M>(String reason) implements Assembly<M> {}
}
