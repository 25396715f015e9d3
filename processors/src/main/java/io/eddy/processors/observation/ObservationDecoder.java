package io.eddy.processors.observation;

import io.eddy.model.series.CovariateSpec;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.serde.SchemaRegistry;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/// Turns a record of the user's own topic into a time, a value and what came with it, or into the
/// reason why it is none.
///
/// - `avro`: any record in Confluent's wire format. The value may be an int, long, float, double or
///   decimal, also in a union with null; the time a timestamp of any unit, a date, a plain long
///   (milliseconds) or ISO 8601 text.
/// - `json`: an object (a JSON Schema serializer's five leading bytes are skipped). The value must
///   be a number; the time a number (epoch milliseconds) or ISO 8601 text.
/// - `number`: the value alone as decimal text in UTF-8, such as `21.5` or `1e3`. Binary doubles
///   are not read: eight bytes of text would be mistaken for one, or the other way round.
///
/// Covariates are numbers as the value is, or booleans: 1 and 0; one that is known ahead may also
/// be an array of these, the value now first. One that is null, or not there, or NaN, is missing;
/// one of another type makes the record no measurement. One that names a category may be a text,
/// too; the record's key is one.
///
/// Bad bytes never throw: they are [Decoded.Rejected], and reading them again gives the same. Only
/// an outage of the schema registry throws.
///
/// Decoding happens here and not in a Kafka deserializer, because a throw there cannot be retried:
/// an outage would turn good records into dead letters.
///
/// Not thread-safe: one per task.
public final class ObservationDecoder {
  private final ValueReader reader;
  private final ObservationLimits limits;
  private final CovariateSpec covariateSpec;
  private final int horizon;

  /// How one format is read.
  interface ValueReader {
    /// Reads one value.
    ///
    /// @param recordTimestamp stands in for the time where the value has none
    Decoded read(byte[] value, Headers headers, long recordTimestamp);
  }

  /// What a reader found before the limits are checked: the reader calls back so that no object is
  /// made in between.
  interface Found {
    Decoded observation(long timeMillis, double value, double[] covariates, long recordTimestamp);

    /// The value's field is there and null.
    Decoded missing(long timeMillis, double[] covariates, long recordTimestamp);
  }

  public ObservationDecoder(ProcessorsConfig config, SchemaRegistry registry) {
    this.limits = new ObservationLimits(config);
    this.covariateSpec = config.forecasterSpec().series().covariates();
    this.horizon = config.forecasterSpec().horizon();
    this.reader =
        switch (config.inputFormat()) {
          case AVRO -> new AvroReader(config, registry, limits);
          case JSON -> new JsonReader(config, limits);
          case NUMBER -> new NumberReader(limits);
          case TEXT -> throw new IllegalArgumentException("texts are no measurements");
        };
  }

  /// Decodes one record.
  ///
  /// @param recordTimestamp the record's own timestamp, epoch milliseconds
  /// @throws RegistryOutageException if the schema registry did not answer in time; the task must
  ///   fail and read the record again
  public Decoded decode(
      byte @Nullable [] key, byte @Nullable [] value, Headers headers, long recordTimestamp) {
    Decoded.@Nullable Rejected badKey = limits.checkKey(key);
    if (badKey != null) {
      return badKey;
    }
    if (value == null) {
      return new Decoded.Rejected(
          Reason.NULL_VALUE, "the record has no value, expected a measurement");
    }
    Decoded decoded = reader.read(value, headers, recordTimestamp);
    return key != null && covariateSpec.hasKey() && decoded instanceof Decoded.Observation found
        ? new Decoded.Observation(
            found.timeMillis(),
            found.value(),
            covariateSpec.withKey(found.covariates(), horizon, key))
        : decoded;
  }
}
