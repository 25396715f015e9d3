package io.eddy.deploy.size;

/// Bytes that a record takes in a partition's log, uncompressed: its key and value, its own header,
/// and its part of the header of its batch.
final class LogBytes {
  /// Lengths, attributes and differences of time and offset, each of one to three bytes.
  private static final int RECORD_BYTES = 10;

  /// Kafka's `RecordBatch` of format 2.
  private static final int BATCH_HEADER_BYTES = 61;

  /// Kafka's default for `batch.size`.
  private static final int BATCH_BYTES = 16_384;

  /// Eddy's for `producer.linger.ms`: how long a batch waits for more records.
  private static final double LINGER_SECONDS = 0.005;

  private LogBytes() {}

  /// @param ratePerPartition records per second
  static double of(int keyBytes, int valueBytes, double ratePerPartition) {
    double record = RECORD_BYTES + keyBytes + valueBytes;
    double waiting = 1 + ratePerPartition * LINGER_SECONDS;
    double fitting = Math.max(1, Math.floor(BATCH_BYTES / record));
    return record + BATCH_HEADER_BYTES / Math.min(waiting, fitting);
  }
}
