package io.eddy.processors.rollout;

import java.time.Duration;

/// Which decision is in force, as a task asks for it at each event.
///
/// @param <M> what a version is
public interface Decisions<M> {
  /// The decision in force. To be read once per event.
  Decision<M> current();

  /// The decision in force once its number is at least the given one; waits for it if need be.
  ///
  /// @param sequence the decision under which a key's state was written
  /// @param max longest wait
  /// @throws RegistryBehindException if it does not come in time, or the thread is interrupted
  Decision<M> atLeast(long sequence, Duration max);
}
