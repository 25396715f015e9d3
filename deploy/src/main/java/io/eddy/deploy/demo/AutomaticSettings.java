package io.eddy.deploy.demo;

import io.eddy.deploy.csv.Recording;
import io.eddy.processors.config.ProcessorsConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/// The settings of a demo run that its input suggests; any of them can be set by hand.
///
/// Training starts from windows, so a short series needs short ones, or the run is through before
/// the network has learned anything. For a recording:
///
/// - **window size**: a twelfth of the usual (median) series, at least 8, at most 64, then up to
///   whole seasons. So every series fills about twelve windows, and a window shows each phase of
///   the season equally often;
/// - **windows before the first training**: one for each series, at least 4, at most 256, so that
///   the first model has seen more than a few series;
/// - **growth**: with fewer than 64 windows in all, training runs again after half as many new
///   ones, else after as many new ones as before (1.0);
/// - **history slots**: as many as the usual series fills, at least 16, at most 128, so that a
///   training sees all of it;
/// - **time ahead**: no limit, for recorded times are what they are;
/// - **promotion**: at once, and every key changes at its next event: a trial takes more stream
///   time than a recording has, and the result must not depend on how fast this machine is.
final class AutomaticSettings {
  private static final int WINDOWS_PER_SERIES = 12;
  private static final int WINDOW_MIN = 8;
  private static final int WINDOW_MAX = 64;

  /// Beyond it the automatic lags do not grow with the season, and a key's ring, which holds two
  /// seasons and one step, needs a window that is longer than one.
  private static final int LAGS_MAX = 168;

  private static final int FEW_WINDOWS = 64;
  private static final int SLOTS_MIN = 16;
  private static final int SLOTS_MAX = 128;
  private static final int LIVE_WINDOW = 32;
  private static final int LIVE_SLOTS = 32;
  private static final int LIVE_FIRST_TRAINING = 40;
  private static final int FIRST_TRAINING_MIN = 4;
  private static final int FIRST_TRAINING_MAX = 256;
  private static final long CENTURIES_MS = 1000L * 365 * 86_400_000;

  private AutomaticSettings() {}

  /// For this machine's metrics: windows of about three seconds, so that the first training comes
  /// soon.
  static Map<String, String> live() {
    Map<String, String> settings = new LinkedHashMap<>();
    put(settings, ProcessorsConfig.WINDOW_SIZE, LIVE_WINDOW);
    put(settings, ProcessorsConfig.HISTORY_SLOTS, LIVE_SLOTS);
    put(settings, ProcessorsConfig.TRAINING_WINDOWS_MIN, LIVE_FIRST_TRAINING);
    return settings;
  }

  /// For a recording.
  ///
  /// @param season steps of the longest season; 0 for none
  static Map<String, String> replay(Recording recording, int season) {
    int window = windowSize(recording.medianLength(), season);
    long windows = recording.size() / window;
    int slots = Math.clamp((recording.medianLength() + window - 1) / window, SLOTS_MIN, SLOTS_MAX);
    Map<String, String> settings = new LinkedHashMap<>();
    put(settings, ProcessorsConfig.WINDOW_SIZE, window);
    put(settings, ProcessorsConfig.HISTORY_SLOTS, slots);
    put(
        settings,
        ProcessorsConfig.TRAINING_WINDOWS_MIN,
        Math.clamp(recording.keys().size(), FIRST_TRAINING_MIN, FIRST_TRAINING_MAX));
    put(settings, ProcessorsConfig.TRAINING_GROWTH, windows < FEW_WINDOWS ? 0.5 : 1.0);
    put(settings, ProcessorsConfig.INPUT_TIME_AHEAD_MAX_MS, CENTURIES_MS);
    put(settings, ProcessorsConfig.PROMOTION, "immediate");
    put(settings, ProcessorsConfig.REWARM_SHARE, 1);
    return settings;
  }

  static int windowSize(int length, int season) {
    int window = Math.clamp(length / WINDOWS_PER_SERIES, WINDOW_MIN, WINDOW_MAX);
    if (season < 2) {
      return window;
    }
    if (season > LAGS_MAX) {
      return season + 1; // whole seasons would be two, and few
    }
    return (window + season - 1) / season * season;
  }

  private static void put(Map<String, String> settings, String key, Object value) {
    settings.put(key, value.toString());
  }
}
