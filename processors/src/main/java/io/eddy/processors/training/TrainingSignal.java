package io.eddy.processors.training;

import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.TrainingRound;
import java.nio.ByteBuffer;
import java.util.List;

/// A record of the history topic that asks the trainer of its partition to open a training now,
/// whatever the growth of history says.
///
/// It goes through the history topic, since that is the order in which the trainer sees everything:
/// the training has all windows that were sent before. Where training is off, a training is open or
/// there are fewer windows than `eddy.training.windows.min`, the trainer logs why and drops it; a
/// signal never waits.
public final class TrainingSignal {
  /// What a detector of drift gives as the cause.
  public static final String DRIFT = "drift";

  /// The cause of a training that somebody asked for.
  public static final String COMMAND = "command";

  private TrainingSignal() {}

  /// The Kafka key of every signal; a new array. The topic is compacted, so it keeps the newest.
  public static byte[] key() {
    return HistoryKey.of(HistoryKey.TRIGGER, new byte[0]);
  }

  /// The Kafka key of what asks to join a round; a new array.
  public static byte[] roundKey() {
    return HistoryKey.of(HistoryKey.ROUND, new byte[0]);
  }

  /// The value of a signal to join a round of training that others have opened.
  public static HistoryWindow of(TrainingRound round) {
    HistoryWindow signal = of(round.getCause(), round.getWindowsMax(), -1);
    signal.setSlot(HistoryKey.ROUND);
    signal.setRound(round);
    return signal;
  }

  /// The value of a signal to train on all of history.
  ///
  /// @param cause goes into the provenance of the version that comes of it; a word, not empty
  /// @param partition whose trainer is asked
  public static HistoryWindow of(String cause, int partition) {
    return of(cause, 0, partition);
  }

  /// The value of a signal.
  ///
  /// @param windowsMax newest windows to train on at most, though never fewer than a training
  ///   needs; 0 for all
  public static HistoryWindow of(String cause, long windowsMax, int partition) {
    if (cause.isEmpty()) {
      throw new IllegalArgumentException("the signal has no cause, expected a word such as drift");
    }
    var signal = new HistoryWindow();
    signal.setWindow(windowsMax);
    signal.setSlot(HistoryKey.TRIGGER);
    signal.setFirstStep(0);
    signal.setTimes(List.of());
    signal.setValues(List.of());
    signal.setAnchor(ByteBuffer.allocate(0));
    signal.setPartition(partition);
    signal.setAbsences(List.of());
    signal.setCorrection(false);
    signal.setCovariates(ByteBuffer.allocate(0));
    signal.setTrigger(cause);
    return signal;
  }
}
