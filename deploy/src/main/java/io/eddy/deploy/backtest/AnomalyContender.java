package io.eddy.deploy.backtest;

/// Whoever takes part in a backtest of anomaly detection: each stream is new to it and is scored as
/// it comes, row by row.
public interface AnomalyContender {

  /// What tables and JSON call it.
  String name();

  /// Begins a stream.
  ///
  /// @param probation rows at its beginning whose scores do not count
  AnomalyScorer begin(LabelledStream stream, int probation);

  /// Numbers that were learned and are the same for all streams; 0 for none.
  long parameters();
}
