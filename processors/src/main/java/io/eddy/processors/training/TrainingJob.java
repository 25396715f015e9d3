package io.eddy.processors.training;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// An open training, as it is written down in the same transaction as the window that triggered it.
/// Everything that the trained weights depend on is here or named here, so that a new owner of the
/// task trains to the same digest.
///
/// @param number of the job in this task, from 1
/// @param baseVersion model version that the training starts from; 0 for initial weights
/// @param baseDecision decision that named the base version: a registry that lags waits for it
/// @param historyLimit offset of the newest history record that belongs to the training
/// @param sampling training takes the series whose hash has so many zero bits at its end; 0 for all
/// @param windows windows of history when the job was opened, of all series
/// @param seed of initialisation and batches
/// @param triggeredAt timestamp of the record that opened the job, epoch milliseconds
/// @param windowsMax newest windows that the training takes at most; 0 for all
/// @param cause why it was opened: [#WINDOWS], or what a [TrainingSignal] gave
record TrainingJob(
    long number,
    int baseVersion,
    long baseDecision,
    long historyLimit,
    int sampling,
    long windows,
    long seed,
    long triggeredAt,
    int windowsMax,
    String cause) {
  /// The cause of a job that history's growth opened.
  static final String WINDOWS = "windows";

  /// The cause of a job that the clock opened.
  static final String SCHEDULE = "schedule";

  private static final byte VERSION = 3;
  private static final int HEADER_BYTES = 1 + 3 * Integer.BYTES + 6 * Long.BYTES;

  byte[] encode() {
    byte[] words = cause.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(HEADER_BYTES + words.length)
        .put(VERSION)
        .putLong(number)
        .putInt(baseVersion)
        .putLong(baseDecision)
        .putLong(historyLimit)
        .putInt(sampling)
        .putLong(windows)
        .putLong(seed)
        .putLong(triggeredAt)
        .putInt(windowsMax)
        .put(words)
        .array();
  }

  /// The job that [#encode] wrote.
  ///
  /// @throws IllegalArgumentException when the bytes are no job that this release can read
  static TrainingJob decode(byte[] bytes) {
    if (bytes.length < HEADER_BYTES || bytes[0] != VERSION) {
      throw new IllegalArgumentException(
          "the training job has "
              + bytes.length
              + " bytes"
              + (bytes.length == 0 ? "" : " and layout " + bytes[0])
              + ", expected at least "
              + HEADER_BYTES
              + " and layout "
              + VERSION);
    }
    var buffer = ByteBuffer.wrap(bytes).position(1);
    return new TrainingJob(
        buffer.getLong(),
        buffer.getInt(),
        buffer.getLong(),
        buffer.getLong(),
        buffer.getInt(),
        buffer.getLong(),
        buffer.getLong(),
        buffer.getLong(),
        buffer.getInt(),
        StandardCharsets.UTF_8.decode(buffer).toString());
  }

  /// What the job is called, for people.
  String name(int partition) {
    return "training " + number + " of partition " + partition;
  }

  /// What a version that it gives says of its origin.
  Map<String, String> provenance(int partition, int keys, long dataWindows) {
    Map<String, String> provenance = new LinkedHashMap<>();
    provenance.put("training.job", Long.toString(number));
    provenance.put("training.cause", cause);
    provenance.put("training.partition", Integer.toString(partition));
    provenance.put("training.history.limit", Long.toString(historyLimit));
    provenance.put("training.base.version", Integer.toString(baseVersion));
    provenance.put("data.keys", Integer.toString(keys));
    provenance.put("data.keys.sampled.one.in", Long.toString(1L << sampling));
    provenance.put("data.windows", Long.toString(dataWindows));
    return provenance;
  }
}
