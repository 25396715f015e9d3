package io.eddy.processors.forecast;

import io.eddy.model.Answer;
import io.eddy.model.evaluation.DriftDetector;
import io.eddy.model.series.Absence;
import io.eddy.model.series.Series;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.streams.state.KeyValueStore;

/// Watches the errors of one task's forecasts, all keys together, and says when it is time to train
/// because they have risen.
///
/// What it watches is the absolute error one step ahead in units of the key's scale, test then
/// learn: each is of a forecast that was made before its value came.
///
/// Right after a change there is little to learn from. So it asks for a training at once, and again
/// each time there are twice as many events since the change, five times in all at most.
///
/// Its state is in a store, so that it goes on where another instance stopped.
final class DriftWatch {
  private static final byte[] KEY = "drift".getBytes(StandardCharsets.US_ASCII);
  private static final byte VERSION = 1;
  private static final int ASKED_MAX = 5;
  private static final int PATIENCE = 2;
  private static final int PUT_EVERY = 64;

  private final KeyValueStore<byte[], byte[]> store;
  private final DriftDetector detector;
  private int version; // that answers
  private int asked;
  private long askAgainAt;
  private int unsaved;

  /// @param confidence see `eddy.drift.confidence`
  DriftWatch(KeyValueStore<byte[], byte[]> store, double confidence) {
    this.store = store;
    detector = new DriftDetector(confidence);
    byte[] bytes = store.get(KEY);
    if (bytes != null && bytes.length == bytes() && bytes[0] == VERSION) {
      var buffer = ByteBuffer.wrap(bytes).position(1);
      version = buffer.getInt();
      asked = buffer.getInt();
      askAgainAt = buffer.getLong();
      detector.read(buffer);
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

  /// Takes the error of a forecast that the series' newest value has shown.
  ///
  /// @param answering the version that answers; where it is another one than before, what was asked
  ///   for has come
  Finding observe(int answering, Series series, Answer answer) {
    if (answering != version) {
      version = answering;
      asked = 0;
    }
    double scale = series.divisor(0);
    if (series.absence(0) != Absence.NONE || Double.isNaN(answer.expected()) || !(scale > 0)) {
      return Finding.NONE;
    }
    double error = series.imageOf(answer.actual()) - series.imageOf(answer.expected());
    Finding finding = finding(detector.add(Math.abs(error) / scale));
    if (finding != Finding.NONE) {
      asked++;
      askAgainAt = PATIENCE * detector.length();
    }
    unsaved++;
    if (finding != Finding.NONE || unsaved >= PUT_EVERY) {
      save();
    }
    return finding;
  }

  private Finding finding(boolean risen) {
    if (risen && (asked == 0 || asked == ASKED_MAX)) {
      asked = 0;
      return Finding.RISEN;
    }
    if (risen) {
      // A rise is often cut in two or three places before the window has only what came after it.
      askAgainAt = PATIENCE * detector.length();
    }
    boolean again = asked > 0 && asked < ASKED_MAX && detector.length() >= askAgainAt;
    return again ? Finding.STILL_RISEN : Finding.NONE;
  }

  /// Events since errors have risen, as far as that can be told.
  long eventsSince() {
    return detector.length();
  }

  private void save() {
    var buffer =
        ByteBuffer.allocate(bytes()).put(VERSION).putInt(version).putInt(asked).putLong(askAgainAt);
    detector.write(buffer);
    store.put(KEY, buffer.array());
    unsaved = 0;
  }

  private static int bytes() {
    return 1 + 2 * Integer.BYTES + Long.BYTES + DriftDetector.BYTES;
  }
}
