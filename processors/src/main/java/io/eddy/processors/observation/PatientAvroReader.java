package io.eddy.processors.observation;

import io.eddy.schemas.serde.GenericAvroReader;
import io.eddy.schemas.serde.SchemaRegistry;
import io.eddy.schemas.serde.SerdeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;

/// Reads Avro records and waits a while for a schema registry that does not answer.
public final class PatientAvroReader {
  private final GenericAvroReader reader;
  private final Duration waitMax;

  /// @param waitMax longest wait for the registry
  public PatientAvroReader(SchemaRegistry registry, Duration waitMax) {
    this.reader = new GenericAvroReader(registry);
    this.waitMax = waitMax;
  }

  /// Reads a record.
  ///
  /// @throws SerdeException.Malformed if the bytes do not fit their schema
  /// @throws SerdeException.UnknownSchema if the registry does not know it
  /// @throws RegistryOutageException if the registry did not answer in time
  public GenericRecord read(byte[] bytes, Headers headers) {
    long deadline = System.nanoTime() + waitMax.toNanos();
    long pauseMs = 50;
    while (true) {
      try {
        return reader.read(bytes, headers);
      } catch (SerdeException.RegistryUnavailable e) {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (leftMs <= 0) {
          throw new RegistryOutageException(
              "the schema registry did not answer within "
                  + waitMax.toMillis()
                  + " ms; the record is read again when the task is restarted: "
                  + e.getMessage(),
              e);
        }
        pause(Math.min(pauseMs, leftMs), e);
        pauseMs = Math.min(2 * pauseMs, 1000);
      }
    }
  }

  private static void pause(long millis, SerdeException outage) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RegistryOutageException(
          "interrupted while the schema registry does not answer", outage);
    }
  }
}
