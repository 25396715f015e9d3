package io.eddy.processors.rollout;

import io.eddy.processors.progress.DecisionKind;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Decisions as committed answers name them, for a replay: each event is answered under what was in
/// force when it was answered first.
///
/// @param <M> what a version is
public final class PinnedDecisions<M> implements Decisions<M> {
  private final Map<Integer, M> versions;
  private Decision<M> current = Decision.none();

  /// @param versions weights by version number
  public PinnedDecisions(Map<Integer, M> versions) {
    this.versions = Map.copyOf(versions);
  }

  /// Whether the weights of a version are here; those of version 0 always are.
  public boolean holds(int version) {
    return version == 0 || versions.containsKey(version);
  }

  /// Puts a decision in force.
  ///
  /// @throws IllegalArgumentException if the weights of its version are not here
  public void pin(long sequence, int version) {
    @Nullable M model = versions.get(version);
    current = new Decision<>(DecisionKind.PROMOTED, sequence, version, model, null);
  }

  @Override
  public Decision<M> current() {
    return current;
  }

  /// An answer never names an older decision than the one before it of its key: what is in force is
  /// all there will be.
  @Override
  public Decision<M> atLeast(long sequence, Duration max) {
    if (current.sequence() < sequence) {
      throw new IllegalStateException(
          "the answer names decision "
              + current.sequence()
              + ", but its key's state was written under "
              + sequence);
    }
    return current;
  }
}
