package io.eddy.deploy.bench.stream;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.schemas.avro.Observation;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/// The input of a bench: hourly values of many series with a daily season, in turns.
///
/// Before the rounds come the events that fill the rings: one more of each series than of the one
/// before it, up to a window's, so that windows end at all times alike.
final class Events {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int DAY = 24;
  private static final int REPORTED = 10_000;

  private final StreamCase shape;
  private final String topic;
  private final int[] steps; // of each key so far
  private int next; // key of the next event of a round

  /// @param topic with a partition for each of the case's threads
  Events(StreamCase shape, String topic) {
    this.shape = shape;
    this.topic = topic;
    this.steps = new int[shape.keys()];
  }

  /// Events of the warm-up.
  static long warmUp(StreamCase shape) {
    long sum = 0;
    for (int key = 0; key < shape.keys(); key++) {
      sum += passes(shape, key);
    }
    return sum;
  }

  /// Events of each partition, when so many come in turns.
  static long[] perPartition(StreamCase shape, long events) {
    long[] counts = new long[shape.threads()];
    java.util.Arrays.fill(counts, events / shape.threads());
    return counts;
  }

  /// Events of the warm-up, of each partition.
  static long[] warmUpPerPartition(StreamCase shape) {
    long[] counts = new long[shape.threads()];
    for (int key = 0; key < shape.keys(); key++) {
      counts[key % shape.threads()] += passes(shape, key);
    }
    return counts;
  }

  private static int passes(StreamCase shape, int key) {
    return 1 + key / shape.threads() % StreamCase.WINDOW;
  }

  /// Writes the warm-up.
  ///
  /// @param progress told of each ten thousand
  void sendWarmUp(Broker broker, SchemaRegistry registry, LongConsumer progress) {
    send(
        broker,
        registry,
        progress,
        sending -> {
          for (int pass = 0; pass < StreamCase.WINDOW; pass++) {
            for (int key = 0; key < shape.keys(); key++) {
              if (pass < passes(shape, key)) {
                sending.send(key);
              }
            }
          }
        });
  }

  /// Writes the events of a round, after the warm-up.
  ///
  /// @param count a multiple of the threads
  void sendRound(Broker broker, SchemaRegistry registry, long count) {
    send(
        broker,
        registry,
        sent -> {},
        sending -> {
          for (long event = 0; event < count; event++) {
            sending.send(next);
            next = (next + 1) % shape.keys();
          }
        });
  }

  private void send(
      Broker broker, SchemaRegistry registry, LongConsumer progress, Consumer<Sending> events) {
    Serializer<Observation> serializer = registry.serde(Observation.class, topic).serializer();
    Map<String, Object> settings = new HashMap<>(broker.settings());
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      var sending = new Sending(producer, serializer, new AtomicReference<>(), progress);
      events.accept(sending);
      producer.flush();
      sending.requireNoFailure();
    }
  }

  /// Events of all keys in turns, to be asked for one after the other.
  IntFunction<ProducerRecord<byte[], byte[]>> inTurns(SchemaRegistry registry) {
    Serializer<Observation> serializer = registry.serde(Observation.class, topic).serializer();
    return number -> record(number % shape.keys(), serializer);
  }

  private ProducerRecord<byte[], byte[]> record(int key, Serializer<Observation> serializer) {
    int step = steps[key]++;
    var observation =
        new Observation(
            START.plusSeconds(3_600L * step),
            value(key, step),
            Map.of(),
            Map.<String, List<Double>>of());
    return new ProducerRecord<>(
        topic,
        key % shape.threads(),
        "series-%07d".formatted(key).getBytes(StandardCharsets.UTF_8),
        serializer.serialize(topic, observation));
  }

  private double value(int key, int step) {
    double season = StrictMath.sin(2 * Math.PI * ((step + key) % DAY) / DAY);
    int noise = (step * 31 + key * 17) % 101;
    return 100 + 10 * season + 0.1 * noise;
  }

  private final class Sending {
    private final KafkaProducer<byte[], byte[]> producer;
    private final Serializer<Observation> serializer;
    private final AtomicReference<@Nullable Exception> failure;
    private final LongConsumer progress;
    private long sent;

    Sending(
        KafkaProducer<byte[], byte[]> producer,
        Serializer<Observation> serializer,
        AtomicReference<@Nullable Exception> failure,
        LongConsumer progress) {
      this.producer = producer;
      this.serializer = serializer;
      this.failure = failure;
      this.progress = progress;
    }

    void send(int key) {
      // The callback notes a failure, and requireNoFailure() reports it.
      var _ =
          producer.send(
              record(key, serializer),
              (place, refused) -> {
                if (refused != null) {
                  failure.compareAndSet(null, refused);
                }
              });
      if (++sent % REPORTED == 0) {
        progress.accept(REPORTED);
      }
    }

    void requireNoFailure() {
      Exception refused = failure.get();
      if (refused != null) {
        throw new UserException(
            ExitCode.FAILED, "the bench's events cannot be written: " + refused, refused);
      }
    }
  }
}
