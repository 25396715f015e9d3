package io.eddy.deploy.backtest;

/// Scores the rows of one stream as they come.
@FunctionalInterface
public interface AnomalyScorer {

  /// Takes the next row.
  ///
  /// @param timeMillis when, in milliseconds since 1970
  /// @return how strange the row is, from 0 to 1
  double score(long timeMillis, double value);
}
