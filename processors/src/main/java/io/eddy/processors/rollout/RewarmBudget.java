package io.eddy.processors.rollout;

/// How much of a stream thread's time may go into rebuilding states: right after a swap every key
/// needs it, and the events behind it in the queue would wait for all of them.
///
/// A bucket that fills by a share of the time that passes, up to a burst, and is emptied by what
/// rebuilding takes.
public final class RewarmBudget {
  private static final long BURST_NANOS = 50_000_000;

  private final double share;
  private double nanos = BURST_NANOS;
  private long last;

  /// @param share of the time, 1 for no limit
  /// @param now as [System#nanoTime()] tells it
  public RewarmBudget(double share, long now) {
    this.share = share;
    this.last = now;
  }

  /// Whether there is time left for a state.
  public boolean allows(long now) {
    nanos = Math.min(BURST_NANOS, nanos + share * (now - last));
    last = now;
    return share >= 1 || nanos > 0;
  }

  /// Takes the time that a state took, in nanoseconds.
  public void spend(long spent) {
    nanos -= spent;
  }
}
