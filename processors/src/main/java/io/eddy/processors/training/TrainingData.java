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
/// out: a window in the reservoir is often among the newest, too. Of what is left, only the newest
/// windows are taken where their number is limited, whichever series they belong to. Windows that
/// follow each other without a gap make one run, whose start is the first one's anchor.
final class TrainingData {
  /// By series, then by place in its life; of two windows at one place, the one that arrived last
  /// comes first.
  private static final Comparator<StoredWindow> ORDER =
      Comparator.comparing(StoredWindow::series, Arrays::compareUnsigned)
          .thenComparingLong(StoredWindow::firstStep)
          .thenComparing(Comparator.comparingLong(StoredWindow::offset).reversed())
          .thenComparingInt(StoredWindow::slot);

  /// The newest by event time first. Not by arrival: a window that was corrected late is no newer.
  private static final Comparator<StoredWindow> NEWEST_FIRST =
      Comparator.comparingLong(StoredWindow::lastTime).reversed().thenComparing(ORDER);

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
  /// @param windowsMax how many of them to take at most; 0 for all
  static TrainingData join(List<StoredWindow> windows, int windowsMax, SeriesStateCodec codec) {
    var data = new TrainingData();
    List<StoredWindow> run = new ArrayList<>();
    for (StoredWindow window : selected(windows, windowsMax)) {
      if (!run.isEmpty() && !follows(run.getLast(), window)) {
        data.add(run, codec);
        run.clear();
      }
      run.add(window);
    }
    if (!run.isEmpty()) {
      data.add(run, codec);
    }
    return data;
  }

  /// The windows to train on: by series and place, without overlaps, the newest where they are
  /// limited.
  static List<StoredWindow> selected(List<StoredWindow> windows, int windowsMax) {
    return newest(withoutOverlaps(windows), windowsMax);
  }

  /// The windows in order, without those that overlap the one before.
  private static List<StoredWindow> withoutOverlaps(List<StoredWindow> windows) {
    List<StoredWindow> sorted = new ArrayList<>(windows);
    sorted.sort(ORDER);
    List<StoredWindow> kept = new ArrayList<>(sorted.size());
    for (StoredWindow window : sorted) {
      if (kept.isEmpty()
          || !sameSeries(kept.getLast(), window)
          || kept.getLast().endStep() <= window.firstStep()) {
        kept.add(window);
      }
    }
    return kept;
  }

  /// The newest of ordered windows, still in order.
  private static List<StoredWindow> newest(List<StoredWindow> ordered, int windowsMax) {
    return windowsMax == 0 || ordered.size() <= windowsMax
        ? ordered
        : ordered.stream().sorted(NEWEST_FIRST).limit(windowsMax).sorted(ORDER).toList();
  }

  private static boolean sameSeries(StoredWindow one, StoredWindow other) {
    return Arrays.equals(one.series(), other.series());
  }

  /// A key that started afresh counts its steps from 0 again, so the times must agree, too.
  private static boolean follows(StoredWindow last, StoredWindow next) {
    return sameSeries(last, next)
        && last.endStep() == next.firstStep()
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
