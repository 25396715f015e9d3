package io.eddy.deploy.demo;

import io.eddy.deploy.demo.Board.Outcome;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.topic.Topics;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/// Reads forecasts and dead letters from their topics, committed ones only, and notes them on the
/// board: what the demo counts is what any consumer would see.
final class ForecastReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Deserializer<Forecast> deserializer;
  private final Topics topics;
  private final Board board;
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable RuntimeException failure;

  ForecastReader(String bootstrapServers, Topics topics, SchemaRegistry registry, Board board) {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "eddy-demo-output");
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2000);
    this.consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.deserializer = registry.serde(Forecast.class, topics.forecasts()).deserializer();
    this.topics = topics;
    this.board = board;
    this.thread = Thread.ofPlatform().name("eddy-demo-output").daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /// @throws UserException if reading has failed
  void requireAlive() {
    RuntimeException failed = failure;
    if (failed != null) {
      throw new UserException(ExitCode.FAILED, "the forecasts cannot be read: " + failed, failed);
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      thread.join(CLOSE_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (consumer) {
      consumer.assign(
          Stream.of(topics.forecasts(), topics.deadLetters()).flatMap(this::partitions).toList());
      while (!closed) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          note(record);
        }
      }
    } catch (WakeupException e) {
      // close() wants the end
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private Stream<TopicPartition> partitions(String topic) {
    return consumer.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(topic, info.partition()));
  }

  private void note(ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(topics.deadLetters())) {
      board.addDeadLetter();
      return;
    }
    Forecast forecast = deserializer.deserialize(record.topic(), record.headers(), record.value());
    if (forecast != null) {
      board.addForecast(new String(record.key(), StandardCharsets.UTF_8), outcome(forecast));
    }
  }

  private static Outcome outcome(Forecast forecast) {
    return new Outcome(
        forecast.getActualValue(),
        orNaN(forecast.getExpectedValue()),
        orNaN(forecast.getExpectedLowerBound()),
        orNaN(forecast.getExpectedUpperBound()),
        forecast.getIsAnomaly() ? Optional.of(AnomalyWords.of(forecast)) : Optional.empty(),
        forecast.getForecastValue(),
        forecast.getLowerBound(),
        forecast.getUpperBound(),
        forecast.getModelVersion(),
        forecast.getRedelivered());
  }

  private static double orNaN(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }
}
