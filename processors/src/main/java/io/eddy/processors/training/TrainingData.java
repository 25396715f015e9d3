package io.eddy.processors.training;

import io.eddy.model.series.Absence;
import io.eddy.model.series.Series;
import io.eddy.model.training.SeriesHistory;
import io.eddy.processors.state.SeriesStateCodec;
import io.eddy.processors.state.UnreadableStateException;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Windows joined to what the trainer wants: contiguous runs of each series' history, in an order
/// that depends on the windows alone.
///
/// The windows of a series are sorted by their first step. One that overlaps the one before is left
/// out: a window in the reservoir is often among the newest, too. Windows that follow each other
/// without a gap make one run, whose start is the first one's anchor.
final class TrainingData {
  /// By series, then by place in its life; of two windows at one place, the one that arrived last
  /// comes first.
  private static final Comparator<StoredWindow> ORDER =
      Comparator.comparing(StoredWindow::series, Arrays::compareUnsigned)
          .thenComparingLong(StoredWindow::firstStep)
          .thenComparing(Comparator.comparingLong(StoredWindow::offset).reversed())
          .thenComparingInt(StoredWindow::slot);

  private final List<SeriesHistory> histories = new ArrayList<>();
  private byte @Nullable [] lastSeries;
  private int seriesCount;
  private long windowCount;
  private long unreadable;
  private long newestTime = Long.MIN_VALUE;

  private TrainingData() {}

  /// Joins the windows.
  ///
  /// @param windows of all series, in any order; not modified
  static TrainingData join(List<StoredWindow> windows, SeriesStateCodec codec) {
    List<StoredWindow> sorted = new ArrayList<>(windows);
    sorted.sort(ORDER);
    var data = new TrainingData();
    List<StoredWindow> run = new ArrayList<>();
    byte @Nullable [] series = null;
    for (StoredWindow window : sorted) {
      StoredWindow last = run.isEmpty() ? null : run.getLast();
      boolean sameSeries = Arrays.equals(series, window.series());
      if (last != null && sameSeries && last.endStep() > window.firstStep()) {
        continue;
      }
      if (last != null && !(sameSeries && follows(last, window))) {
        data.add(run, codec);
        run.clear();
      }
      series = window.series();
      run.add(window);
    }
    if (!run.isEmpty()) {
      data.add(run, codec);
    }
    return data;
  }

  /// A key that started afresh counts its steps from 0 again, so the times must agree, too.
  private static boolean follows(StoredWindow last, StoredWindow next) {
    return last.endStep() == next.firstStep()
        && last.lastTime() < next.firstTime()
        && last.covariateBytesPerEvent() == next.covariateBytesPerEvent();
  }

  private void add(List<StoredWindow> run, SeriesStateCodec codec) {
    // Where an anchor was written for another network, the next window's may start the run.
    for (int first = 0; first < run.size(); first++) {
      Series start = seriesAt(run.get(first), codec);
      if (start != null) {
        join(run.subList(first, run.size()), start);
        return;
      }
      unreadable++;
    }
  }

  private static @Nullable Series seriesAt(StoredWindow window, SeriesStateCodec codec) {
    try {
      Series series = codec.decode(window.anchor()).series();
      int rowBytes = series.covariateRowSize() * Double.BYTES;
      return window.covariateBytesPerEvent() == rowBytes ? series : null;
    } catch (UnreadableStateException e) {
      return null;
    }
  }

  private void join(List<StoredWindow> run, Series start) {
    StoredWindow first = run.getFirst();
    int length = run.stream().mapToInt(StoredWindow::length).sum();
    long[] times = new long[length];
    double[] values = new double[length];
    Absence[] absences = new Absence[length];
    double[] covariates = new double[length * start.covariateRowSize()];
    var rows = DoubleBuffer.wrap(covariates);
    int at = 0;
    for (StoredWindow window : run) {
      window.copyInto(times, values, absences, at);
      rows.put(ByteBuffer.wrap(window.covariates()).asDoubleBuffer());
      at += window.length();
    }
    histories.add(new SeriesHistory(name(first), start, times, values, absences, covariates));
    if (!Arrays.equals(lastSeries, first.series())) {
      seriesCount++;
      lastSeries = first.series();
    }
    windowCount += run.size();
    newestTime = Math.max(newestTime, times[length - 1]);
  }

  /// The runs, in the order of their series' key bytes and of time.
  List<SeriesHistory> histories() {
    return histories;
  }

  /// Windows that were left out because they were written for another network.
  long unreadable() {
    return unreadable;
  }

  /// Series that the runs belong to.
  int seriesCount() {
    return seriesCount;
  }

  /// Windows in the runs.
  long windowCount() {
    return windowCount;
  }

  /// Event time of the newest value, epoch milliseconds.
  long newestTime() {
    return newestTime;
  }

  /// A run's name, for messages: the key as text where it is text.
  private static String name(StoredWindow first) {
    String key;
    try {
      key = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(first.series())).toString();
    } catch (CharacterCodingException e) {
      key = HexFormat.of().formatHex(first.series());
    }
    return key + "@" + first.firstStep();
  }
}
