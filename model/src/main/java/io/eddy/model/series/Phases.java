package io.eddy.model.series;

/// Where the next forecast that waits for its actuals begins.
///
/// Locked to one phase of a season, what is learned from such forecasts would hold for that phase
/// alone; so a hash chooses how many steps lie between the end of one and the origin of the next.
public final class Phases {

  private Phases() {}

  /// Steps to wait, 0 to `horizon - 1`.
  ///
  /// @param origin steps when the forecast that has just ended was made
  /// @param time of the event that ended it
  public static int gap(long origin, long time, int horizon) {
    long hash = (origin * 0x9E3779B97F4A7C15L) ^ time;
    hash = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
    return Math.floorMod(hash ^ (hash >>> 27), horizon);
  }
}
