package io.eddy.processors.forecast;

import io.eddy.model.series.CovariateSpec;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.observation.Decoded;
import io.eddy.processors.observation.ObservationDecoder;
import io.eddy.processors.observation.ObservationLimits;
import io.eddy.schemas.avro.Observation;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// What the values of the stream are: bytes of the user's topic, or observations that the user's
/// own application has made. One per task.
interface ObservationReader<V> {
  /// The measurement in a record, or why there is none.
  Decoded read(Record<byte[], V> record);

  /// A refused record's value as bytes, for its dead letter.
  byte @Nullable [] bytes(@Nullable V value);

  /// Values as they are in the user's topic.
  static ObservationReader<byte[]> ofBytes(ProcessorsConfig config, SchemaRegistry registry) {
    var decoder = new ObservationDecoder(config, registry);
    return new ObservationReader<>() {
      @Override
      public Decoded read(Record<byte[], byte[]> record) {
        return decoder.decode(record.key(), record.value(), record.headers(), record.timestamp());
      }

      @Override
      public byte @Nullable [] bytes(byte @Nullable [] value) {
        return value;
      }
    };
  }

  /// Values that are decoded already.
  static ObservationReader<Observation> ofObservations(ProcessorsConfig config) {
    var limits = new ObservationLimits(config);
    CovariateSpec spec = config.forecasterSpec().series().covariates();
    int horizon = config.forecasterSpec().horizon();
    return new ObservationReader<>() {
      @Override
      public Decoded read(Record<byte[], Observation> record) {
        Observation observation = record.value();
        if (observation == null) {
          return new Decoded.Rejected(
              Reason.NULL_VALUE, "the record has no value, expected an observation");
        }
        return limits.check(
            record.key(),
            observation.getTime().toEpochMilli(),
            observation.getValue(),
            covariates(observation, record.key()),
            record.timestamp());
      }

      private double[] covariates(Observation observation, byte @Nullable [] key) {
        double[] row = new double[spec.rowSize(horizon)];
        Arrays.fill(row, Double.NaN);
        for (int c = 0; c < spec.count(); c++) {
          int offset = spec.offset(c, horizon);
          if (!spec.isKnown(c)) {
            row[offset] = observation.getCovariates().getOrDefault(spec.name(c), Double.NaN);
            continue;
          }
          List<Double> announced =
              observation.getKnownCovariates().getOrDefault(spec.name(c), List.of());
          int given = Math.min(announced.size(), 1 + horizon);
          for (int ahead = 0; ahead < given; ahead++) {
            row[offset + ahead] = announced.get(ahead);
          }
          if (given > 0) {
            spec.prolong(row, c, given, horizon);
          }
        }
        return key == null ? row : spec.withKey(row, horizon, key);
      }

      @Override
      public byte @Nullable [] bytes(@Nullable Observation value) {
        // It never was bytes; the message says what is wrong, the origin where it came from.
        return null;
      }
    };
  }
}
