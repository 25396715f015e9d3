package io.eddy.processors.training;

import java.nio.ByteBuffer;

/// When to train: counts of windows, not the clock, so that the same history opens the same jobs;
/// unless a schedule is set.
///
/// The first job opens after `windowsMin` windows, the next ones whenever the windows that arrived
/// since are a share `growth` of those that the last job found. While history grows, that spaces
/// trainings geometrically, so all of them together cost a small multiple of the last; once the
/// slots are full, a training follows each time that share of the history has been replaced.
///
/// @param jobs opened so far
/// @param windowsSinceJob windows that arrived since the last job was opened
/// @param windowsOfJob windows of history that the last job found
/// @param waitingSince when the last job was opened, or a schedule was first asked, by the clock of
///   the instance, epoch milliseconds; 0 before either. For schedules alone
record TrainingTrigger(long jobs, long windowsSinceJob, long windowsOfJob, long waitingSince) {
  private static final byte VERSION = 2;
  private static final int BYTES = 1 + 4 * Long.BYTES;

  /// The trigger of a task that has seen nothing.
  static final TrainingTrigger NEW = new TrainingTrigger(0, 0, 0, 0);

  /// After one more window.
  TrainingTrigger arrived() {
    return new TrainingTrigger(jobs, windowsSinceJob + 1, windowsOfJob, waitingSince);
  }

  /// After a job was opened on so many windows.
  ///
  /// @param now by the clock
  TrainingTrigger opened(long windows, long now) {
    return new TrainingTrigger(jobs + 1, 0, windows, now);
  }

  /// With the clock that schedules go by.
  TrainingTrigger waiting(long now) {
    return new TrainingTrigger(jobs, windowsSinceJob, windowsOfJob, now);
  }

  /// Whether it is time for the next job.
  boolean isDue(int windowsMin, double growth) {
    return windowsSinceJob >= windowsMin && windowsSinceJob >= growth * windowsOfJob;
  }

  /// Whether at least half of the way to the next job has been gone: enough to join one of others.
  boolean isHalfDue(int windowsMin, double growth) {
    return 2 * windowsSinceJob >= Math.max(windowsMin, growth * windowsOfJob);
  }

  byte[] encode() {
    return ByteBuffer.allocate(BYTES)
        .put(VERSION)
        .putLong(jobs)
        .putLong(windowsSinceJob)
        .putLong(windowsOfJob)
        .putLong(waitingSince)
        .array();
  }

  /// The trigger that [#encode] wrote.
  ///
  /// @throws IllegalArgumentException when the bytes are no trigger that this release can read
  static TrainingTrigger decode(byte[] bytes) {
    if (bytes.length != BYTES || bytes[0] != VERSION) {
      throw new IllegalArgumentException(
          "the training trigger has "
              + bytes.length
              + " bytes, expected "
              + BYTES
              + " and layout "
              + VERSION);
    }
    var buffer = ByteBuffer.wrap(bytes).position(1);
    return new TrainingTrigger(
        buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
  }
}
