package io.eddy.processors.forecast;

import io.eddy.model.SeriesState;
import io.eddy.model.evaluation.DriftDetector;
import io.eddy.model.series.Series;
import io.eddy.processors.config.ProcessorsConfig;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.streams.state.KeyValueStore;

/// Watches the errors of one task's forecasts, all keys together, and says when it is time to train
/// because they have risen.
///
/// What it watches is each key's mean absolute error one step ahead over a season, or a few steps
/// where there is none, in units of the key's scale, test then learn: each error is of a forecast
/// that was made before its value came. The means of all keys that end in one stretch of stream
/// time make one block, as long as the first of them took; the detector judges blocks. A mean that
/// comes when its block is closed counts in the open one.
///
/// Right after a change there is little to learn from. So it asks for a training at once, and again
/// each time twice as much has come since the change, five times in all at most.
///
/// Its state is in a store, put once a block, so that it goes on where another instance stopped; of
/// the open block it forgets what that one had.
final class DriftWatch {
  private static final byte[] KEY = "drift".getBytes(StandardCharsets.US_ASCII);
  private static final byte VERSION = 1;
  private static final int ASKED_MAX = 5;
  private static final int PATIENCE = 2;
  private static final int STEPS_WITHOUT_SEASON = 8;
  private static final int BYTES =
      1 + 2 * Integer.BYTES + 5 * Long.BYTES + Double.BYTES + DriftDetector.BYTES;

  private final KeyValueStore<byte[], byte[]> store;
  private final DriftDetector detector;
  private final boolean isOn;
  private final int steps; // of a key between two means
  private final int windowSize;
  private int version; // that answers
  private int asked;
  private long askAgainAt; // means since
  private long means; // since errors have risen
  private long blockMillis;
  private long block = Long.MIN_VALUE;
  private long count; // of the open block
  private double sum; // of the open block

  DriftWatch(KeyValueStore<byte[], byte[]> store, ProcessorsConfig config) {
    this.store = store;
    isOn = config.driftEnabled();
    windowSize = config.windowSize();
    int season = config.forecasterSpec().series().longestSeason();
    steps = Math.min(windowSize, season > 1 ? season : STEPS_WITHOUT_SEASON);
    detector = new DriftDetector(config.driftThreshold());
    byte[] bytes = store.get(KEY);
    if (bytes != null && bytes.length == BYTES && bytes[0] == VERSION) {
      read(ByteBuffer.wrap(bytes).position(1));
    }
  }

  /// What an error says.
  enum Finding {
    /// Nothing new.
    NONE,
    /// Errors have risen, and it is time to train.
    RISEN,
    /// It is time to train again.
    STILL_RISEN
  }

  /// Takes a key's mean error, if it has just taken so many steps that there is one.
  ///
  /// @param state of the key, after its step; starts its next mean
  /// @param answering the version that answers; where it is another one than before, what was asked
  ///   for has come
  Finding observe(SeriesState state, int answering) {
    Series series = state.series();
    if (!isOn || series.steps() % steps != 0) {
      return Finding.NONE;
    }
    double meanError = state.takeMeanError();
    if (answering == 0 || Double.isNaN(meanError)) {
      return Finding.NONE;
    }
    if (answering != version) {
      version = answering;
      asked = 0;
    }
    long time = series.time(0);
    if (blockMillis == 0) {
      blockMillis = Math.max(1, time - series.time(Math.min(steps, series.size()) - 1));
    }
    long its = Math.floorDiv(time, blockMillis);
    Finding finding = Finding.NONE;
    if (its > block) {
      finding = close();
      block = its;
      save();
    }
    count++;
    means++;
    // Within 0 and 1, so that no key counts for more than one.
    sum += meanError / (1 + meanError);
    return finding;
  }

  private Finding close() {
    long risen = count == 0 ? 0 : detector.add(sum / count);
    long usual = count;
    count = 0;
    sum = 0;
    if (risen > 0) {
      means = risen * usual;
      asked = 1;
      askAgainAt = PATIENCE * means;
      return Finding.RISEN;
    }
    if (asked == 0 || asked >= ASKED_MAX || means < askAgainAt) {
      return Finding.NONE;
    }
    asked++;
    askAgainAt = PATIENCE * means;
    return Finding.STILL_RISEN;
  }

  /// Windows since errors have risen, as far as that can be told.
  long windowsSince() {
    return Math.ceilDiv(means * steps, windowSize);
  }

  private void save() {
    var buffer = ByteBuffer.allocate(BYTES).put(VERSION).putInt(version).putInt(asked);
    buffer.putLong(askAgainAt).putLong(means).putLong(blockMillis).putLong(block);
    buffer.putLong(count).putDouble(sum);
    detector.write(buffer);
    store.put(KEY, buffer.array());
  }

  private void read(ByteBuffer from) {
    version = from.getInt();
    asked = from.getInt();
    askAgainAt = from.getLong();
    means = from.getLong();
    blockMillis = from.getLong();
    block = from.getLong();
    count = from.getLong();
    sum = from.getDouble();
    detector.read(from);
  }
}
