package io.eddy.benchmarks.race;

import java.util.List;
import java.util.Map;

/// One column of ratios: how many times as fast as its peers Eddy is.
///
/// @param head of the column
/// @param peers by name; the fastest of them counts
/// @param own Eddy's contender
/// @param goals by row
record Comparison(String head, List<String> peers, String own, Map<String, Goal> goals) {

  /// @param aim what the issue asks for
  /// @param least what it must at least be
  record Goal(double aim, double least) {

    /// A goal whose prototype reached so much, nine tenths of which are the least.
    static Goal of(double aim, double prototype) {
      return new Goal(aim, 0.9 * prototype);
    }

    String verdict(double ratio) {
      if (ratio >= aim) {
        return "reached";
      }
      return ratio >= least ? "enough" : "missed";
    }
  }

  /// The fastest peer's time by Eddy's, or NaN where one of them did not race.
  double ratio(Map<String, Heat.Time> times) {
    double fastest = Double.NaN;
    for (String peer : peers) {
      Heat.Time time = times.get(peer);
      if (time != null && !(fastest <= time.nanoseconds())) {
        fastest = time.nanoseconds();
      }
    }
    Heat.Time eddy = times.get(own);
    return eddy == null ? Double.NaN : fastest / eddy.nanoseconds();
  }
}
