package io.eddy.deploy.backtest;

import io.eddy.model.evaluation.NabScore;
import java.util.List;

/// A stream of the Numenta Anomaly Benchmark with the windows in which something was wrong.
public final class LabelledStream {
  private final String file;
  private final long[] times;
  private final double[] values;
  private final List<NabScore.Window> windows;

  LabelledStream(String file, long[] times, double[] values, List<NabScore.Window> windows) {
    this.file = file;
    this.times = times;
    this.values = values;
    this.windows = List.copyOf(windows);
  }

  /// Folder and file.
  public String file() {
    return file;
  }

  /// How many rows there are.
  public int rows() {
    return values.length;
  }

  /// When a row happened, in milliseconds since 1970.
  public long time(int row) {
    return times[row];
  }

  /// The value of a row.
  public double value(int row) {
    return values[row];
  }

  /// In the order of time.
  public List<NabScore.Window> windows() {
    return windows;
  }

  /// Rows at the beginning whose scores do not count.
  public int probation() {
    return NabScore.probation(rows());
  }
}
