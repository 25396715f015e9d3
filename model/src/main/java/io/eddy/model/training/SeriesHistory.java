package io.eddy.model.training;

import io.eddy.model.series.Past;
import io.eddy.model.series.Series;

/// One contiguous run of a key's values with what the key remembered before the first of them.
public final class SeriesHistory {

  private final String name;
  private final double[] values; // what the ring held, then the run
  private final double[] scales; // the running scale right after each value
  private final long firstTime;
  private final long lastTime;
  private final int contextSize;

  /// Replays the run on the series, exactly as the stream did.
  ///
  /// @param name of the key, for messages
  /// @param start the series as it stood before the run, from the window's anchor; not changed
  /// @param times event times of the run, epoch milliseconds
  /// @param run values, as many as times
  public SeriesHistory(String name, Series start, long[] times, double[] run) {
    if (times.length != run.length || run.length == 0) {
      throw new IllegalArgumentException(
          "the history of "
              + name
              + " has "
              + times.length
              + " times and "
              + run.length
              + " values, expected as many of each and at least one");
    }
    this.name = name;
    contextSize = start.size();
    values = new double[contextSize + run.length];
    scales = new double[values.length];
    for (int i = 0; i < contextSize; i++) {
      values[i] = start.value(contextSize - 1 - i);
      scales[i] = start.scale(contextSize - 1 - i);
    }
    Series series = start.copy();
    for (int i = 0; i < run.length; i++) {
      series.append(times[i], run[i]);
      values[contextSize + i] = run[i];
      scales[contextSize + i] = series.scale(0);
    }
    firstTime = contextSize > 0 ? start.time(contextSize - 1) : times[0];
    lastTime = times[times.length - 1];
  }

  /// The key's name.
  public String name() {
    return name;
  }

  /// Values, the ones that were in the ring before the run included.
  int size() {
    return values.length;
  }

  /// Values of the run itself.
  int runSize() {
    return values.length - contextSize;
  }

  double value(int step) {
    return values[step];
  }

  long firstTime() {
    return firstTime;
  }

  long lastTime() {
    return lastTime;
  }

  /// The series as seen from one of its steps after another.
  final class Cursor implements Past {
    private int step;

    Cursor at(int newStep) {
      step = newStep;
      return this;
    }

    @Override
    public int size() {
      return step + 1;
    }

    @Override
    public double value(int back) {
      return values[step - back];
    }

    @Override
    public double scale(int back) {
      return scales[step - back];
    }
  }
}
