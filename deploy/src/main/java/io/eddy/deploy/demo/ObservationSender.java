package io.eddy.deploy.demo;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.model.series.CovariateSpec;
import io.eddy.schemas.avro.Observation;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/// Writes the demo's events to the input topic, as any application would. One thread sends; the
/// counter may be read by others.
final class ObservationSender implements AutoCloseable {
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final KafkaProducer<byte[], byte[]> producer;
  private final Serializer<Observation> serializer;
  private final String topic;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final AtomicLong sent = new AtomicLong();

  ObservationSender(String bootstrapServers, String topic, SchemaRegistry registry) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(ProducerConfig.CLIENT_ID_CONFIG, "eddy-demo-input");
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 2);
    this.producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    this.serializer = registry.serde(Observation.class, topic).serializer();
    this.topic = topic;
  }

  /// Sends one measurement with which nothing else comes.
  void send(String key, long timeMillis, double value) {
    send(key, timeMillis, value, CovariateSpec.NONE, new double[0]);
  }

  /// Sends one measurement.
  ///
  /// @param covariates what comes with it
  /// @param row their values, as the spec describes them
  void send(String key, long timeMillis, double value, CovariateSpec covariates, double[] row) {
    Map<String, Double> observed = new LinkedHashMap<>();
    Map<String, List<Double>> known = new LinkedHashMap<>();
    for (int c = 0; c < covariates.count(); c++) {
      if (covariates.isKnown(c)) {
        int horizon = (row.length - covariates.count()) / covariates.known().size();
        int offset = covariates.offset(c, horizon);
        known.put(
            covariates.name(c), Arrays.stream(row, offset, offset + 1 + horizon).boxed().toList());
      } else if (!covariates.isKey(c)) {
        observed.put(covariates.name(c), row[c]);
      }
    }
    var observation = new Observation(Instant.ofEpochMilli(timeMillis), value, observed, known);
    send(key, serializer.serialize(topic, observation));
  }

  /// Sends something that is no measurement, as it was found.
  void sendUnreadable(String key, String cell) {
    send(key, cell.getBytes(StandardCharsets.UTF_8));
  }

  /// Events sent so far.
  long sent() {
    return sent.get();
  }

  /// Returns when the broker has everything that was sent.
  ///
  /// @throws UserException if it refused something
  void flush() {
    producer.flush();
    Exception refused = failure.get();
    if (refused != null) {
      throw new UserException(
          ExitCode.FAILED, "an event could not be written to " + topic + ": " + refused, refused);
    }
  }

  @Override
  public void close() {
    producer.close(CLOSE_MAX);
  }

  private void send(String key, byte[] value) {
    var event = new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value);
    // The callback notes a failure, and flush() reports it.
    var _ = producer.send(event, this::acknowledged);
    sent.incrementAndGet();
  }

  private void acknowledged(@Nullable RecordMetadata place, @Nullable Exception refused) {
    if (refused != null) {
      failure.compareAndSet(null, refused);
    }
  }
}
