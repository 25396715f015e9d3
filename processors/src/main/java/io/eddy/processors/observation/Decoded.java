package io.eddy.processors.observation;

import io.eddy.schemas.avro.Reason;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What became of one input record.
public sealed interface Decoded {
  /// A measurement.
  ///
  /// @param timeMillis event time, epoch milliseconds; may lie before 1970
  /// @param value finite, in the series' own unit; NaN if the event says that there is none
  /// @param covariates what came with it, as [io.eddy.model.series.CovariateSpec] describes it; its
  ///   own, not to be changed
  @SuppressWarnings("ArrayRecordComponent") // One a record: a list would box every number.
  record Observation(long timeMillis, double value, double[] covariates) implements Decoded {
    private static final double[] NONE = {};

    /// A measurement with which nothing else came.
    public Observation(long timeMillis, double value) {
      this(timeMillis, value, NONE);
    }

    /// Whether the event says that its value is missing.
    public boolean isMissing() {
      return Double.isNaN(value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Observation(long otherTime, double otherValue, double[] others)
          && otherTime == timeMillis
          && Double.compare(otherValue, value) == 0
          && Arrays.equals(others, covariates);
    }

    @Override
    public int hashCode() {
      return 31 * Objects.hash(timeMillis, value) + Arrays.hashCode(covariates);
    }

    @Override
    public String toString() {
      return "Observation[timeMillis=%d, value=%s, covariates=%s]"
          .formatted(timeMillis, value, Arrays.toString(covariates));
    }
  }

  /// Not a measurement, for good: reading it again would give the same.
  ///
  /// @param reason the kind of fault
  /// @param message what is wrong and what was expected, for the people who own the topic
  record Rejected(Reason reason, String message) implements Decoded {}
}
