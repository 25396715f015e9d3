package io.eddy.deploy.backtest;

import java.util.ArrayList;
import java.util.List;

/// Feeds labelled streams to a contender, row by row, and keeps its scores.
public final class AnomalyBacktest {
  private final List<LabelledStream> streams;
  private final Progress progress;

  public AnomalyBacktest(List<LabelledStream> streams, Progress progress) {
    this.streams = List.copyOf(streams);
    this.progress = progress;
  }

  /// The scores of all rows.
  ///
  /// @param scores by stream in the order given, each (rows)
  /// @param rowsPerSecond how fast it was
  public record Scored(String contender, List<double[]> scores, double rowsPerSecond) {

    public Scored {
      scores = List.copyOf(scores);
    }
  }

  /// Scores all rows of all streams.
  public Scored run(AnomalyContender contender) {
    long rows = streams.stream().mapToLong(LabelledStream::rows).sum();
    progress.begin(contender.name(), rows);
    List<double[]> all = new ArrayList<>();
    long start = System.nanoTime();
    for (LabelledStream stream : streams) {
      AnomalyScorer scorer = contender.begin(stream, stream.probation());
      double[] scores = new double[stream.rows()];
      for (int row = 0; row < scores.length; row++) {
        scores[row] = scorer.score(stream.time(row), stream.value(row));
        if (!(scores[row] >= 0 && scores[row] <= 1)) {
          throw new IllegalStateException(
              "%s gave row %d of %s a score of %s, expected 0 to 1"
                  .formatted(contender.name(), row, stream.file(), scores[row]));
        }
      }
      all.add(scores);
      progress.advance(scores.length);
    }
    return new Scored(contender.name(), all, rows / ((System.nanoTime() - start) / 1e9));
  }
}
