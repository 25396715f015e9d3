package io.eddy.processors.observation;

import io.eddy.schemas.avro.Reason;

/// What became of one input record.
public sealed interface Decoded {
  /// A measurement.
  ///
  /// @param timeMillis event time, epoch milliseconds; may lie before 1970
  /// @param value finite, in the series' own unit; NaN if the event says that there is none
  record Observation(long timeMillis, double value) implements Decoded {

    /// Whether the event says that its value is missing.
    public boolean isMissing() {
      return Double.isNaN(value);
    }
  }

  /// Not a measurement, for good: reading it again would give the same.
  ///
  /// @param reason the kind of fault
  /// @param message what is wrong and what was expected, for the people who own the topic
  record Rejected(Reason reason, String message) implements Decoded {}
}
