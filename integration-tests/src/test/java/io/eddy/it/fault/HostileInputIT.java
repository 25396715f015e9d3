package io.eddy.it.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.PublishedModels;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Event;
import io.eddy.it.scenario.HostileAvro;
import io.eddy.it.scenario.HostileInput;
import io.eddy.it.scenario.HostileInput.Fate;
import io.eddy.it.scenario.HostileInput.Hostile;
import io.eddy.it.scenario.HostileJson;
import io.eddy.it.scenario.HostileValues;
import io.eddy.it.scenario.Origin;
import io.eddy.it.scenario.PinnedReplay;
import io.eddy.it.scenario.Readings;
import io.eddy.it.scenario.SmallModel;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.Forecast;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever bytes come in, the stream goes on: each record is answered or in the dead letters,
/// once, what is a measurement is answered, what is none is not, and the series beside it are
/// answered as if they were alone.
///
/// Another seed: `-Deddy.it.seed=2`. Fewer or more records of the long run: `-Deddy.it.records`.
@ExtendWith(ClusterExtension.class)
class HostileInputIT {
  private static final int PARTITIONS = 2;
  private static final long SEED = Long.getLong("eddy.it.seed", 1);
  private static final long QUICK_RECORDS = 12_000;
  private static final long LONG_RECORDS = Long.getLong("eddy.it.records", 10_000_000);

  /// Sent at once; then the one before is checked.
  private static final int BATCH = 6_000;

  /// Well-behaved series amid the others, one event of each per step.
  private static final Waves WAVES = new Waves(8, PARTITIONS);

  private static final int HOSTILE_PER_STEP = 92;

  /// How the input is written.
  enum Format {
    JSON {
      @Override
      Map<String, String> settings() {
        return Map.of();
      }

      @Override
      HostileValues values(TestApplication application) {
        return new HostileJson();
      }

      @Override
      Function<Event, byte[]> writer(TestApplication application) {
        return event -> TestApplication.json(event).getBytes(StandardCharsets.UTF_8);
      }
    },
    AVRO {
      @Override
      Map<String, String> settings() {
        return Map.of(
            ProcessorsConfig.INPUT_FORMAT, "avro",
            ProcessorsConfig.INPUT_VALUE_FIELD, Readings.VALUE_FIELD,
            ProcessorsConfig.INPUT_TIME_FIELD, Readings.TIME_FIELD);
      }

      @Override
      HostileValues values(TestApplication application) {
        return new HostileAvro(new Readings(application.registry(), application.input()));
      }

      @Override
      Function<Event, byte[]> writer(TestApplication application) {
        return new Readings(application.registry(), application.input())::write;
      }
    };

    abstract Map<String, String> settings();

    abstract HostileValues values(TestApplication application);

    abstract Function<Event, byte[]> writer(TestApplication application);
  }

  @ParameterizedTest
  @EnumSource
  void shouldAnswerOrKeepEachOfManyRecords(Format format, KafkaCluster cluster) {
    new Run(cluster, format, QUICK_RECORDS).prove();
  }

  @ParameterizedTest
  @EnumSource
  @Tag("faults")
  void shouldAnswerOrKeepEachOfMillionsOfRecords(Format format, KafkaCluster cluster) {
    new Run(cluster, format, LONG_RECORDS / Format.values().length).prove();
  }

  /// One application and what is sent to it.
  private static final class Run {
    private final TestApplication application;
    private final Format format;
    private final HostileInput hostile;
    private final Function<Event, byte[]> writer;
    private final long wanted;

    private int step;
    private long sent;
    private long answered;
    private long refused;

    /// A record and what must become of it.
    ///
    /// @param event if it is of a well-behaved series
    private record Expected(Fate fate, @Nullable Event event) {}

    /// Records, and where each of them stands.
    private record Batch(
        List<ProducerRecord<byte[], byte[]>> records,
        List<Expected> expected,
        List<RecordMetadata> places) {}

    Run(KafkaCluster cluster, Format format, long wanted) {
      this.format = format;
      this.wanted = wanted;
      Map<String, String> settings = new HashMap<>(format.settings());
      settings.put(ProcessorsConfig.TRAINING_ENABLED, "false");
      settings.put(ProcessorsConfig.INPUT_TIME_AHEAD_MAX_MS, Long.toString(Long.MAX_VALUE));
      settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
      // Nothing is done twice here for a busy machine's sake: that would hide what failed.
      settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, "60000");
      settings.put(
          StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), "60000");
      this.application = TestApplication.create(cluster, "hostile", PARTITIONS, settings);
      this.hostile =
          new HostileInput(SEED, format.values(application), application.input(), PARTITIONS);
      this.writer = format.writer(application);
    }

    void prove() {
      System.out.println("HostileInputIT: %s, -Deddy.it.seed=%d".formatted(format, SEED));
      long started = System.nanoTime();
      try (Instance instance = application.start();
          var outcomes = new Outcomes(application)) {
        application.importModel(SmallModel.train(application.config().forecasterSpec()));
        instance.awaitDecision(1);
        var replay =
            new PinnedReplay(
                application.config().forecasterSpec(),
                PublishedModels.versions(application).forecasters());
        Batch before = send();
        while (sent < wanted) {
          Batch next = send(); // so that the stream has work while the batch before is checked
          check(before, outcomes, replay);
          before = next;
        }
        check(before, outcomes, replay);
        assertThat(outcomes.isEmpty()).as("nothing but what was sent").isTrue();
        // More than were sent would be records done again after a failure that was healed.
        assertThat(instance.progress().answered()).isEqualTo(answered);
        assertThat(instance.progress().deadLettered()).isEqualTo(refused);
        assertThat(answered + refused).isEqualTo(sent);
        instance.awaitCommitted(sent);
      }
      report(Duration.ofNanos(System.nanoTime() - started));
      forget();
    }

    private Batch send() {
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
      List<Expected> expected = new ArrayList<>();
      while (records.size() < BATCH) {
        for (Event event : WAVES.steps(step, ++step)) {
          byte[] key = event.key().getBytes(StandardCharsets.UTF_8);
          byte[] value = writer.apply(event);
          records.add(new ProducerRecord<>(application.input(), event.partition(), key, value));
          expected.add(new Expected(Fate.ANSWERED, event));
        }
        for (int i = 0; i < HOSTILE_PER_STEP; i++) {
          Hostile one = hostile.next();
          records.add(one.record());
          expected.add(new Expected(one.fate(), null));
        }
      }
      sent += records.size();
      return new Batch(records, expected, application.cluster().send(records));
    }

    private void check(Batch batch, Outcomes outcomes, PinnedReplay replay) {
      for (int i = 0; i < batch.places.size(); i++) {
        RecordMetadata place = batch.places.get(i);
        var origin = new Origin(place.partition(), place.offset());
        Outcomes.Outcome outcome = outcomes.take(origin);
        check(batch.records.get(i), batch.expected.get(i), origin, outcome, replay);
      }
    }

    private void check(
        ProducerRecord<byte[], byte[]> record,
        Expected expected,
        Origin origin,
        Outcomes.Outcome outcome,
        PinnedReplay replay) {
      Forecast forecast = outcome.forecast();
      DeadLetter deadLetter = outcome.deadLetter();
      assertThat(
              (forecast != null) != (deadLetter != null) && expected.fate.allows(forecast != null))
          .as(
              "seed %d, %s: forecast %s, dead letter %s, expected %s, value %s",
              SEED, origin, forecast, deadLetter, expected.fate, shown(record.value()))
          .isTrue();
      if (forecast == null) {
        refused++;
        return;
      }
      answered++;
      assertThat(forecast.getForecastValue()).isFinite();
      assertThat(forecast.getLowerBound()).isFinite();
      assertThat(forecast.getUpperBound()).isFinite();
      if (expected.event != null) {
        assertThat(forecast.getModelVersion()).isPositive();
        assertThat(forecast).isEqualTo(replay.answer(expected.event, origin, forecast));
      }
    }

    private static String shown(byte @Nullable [] value) {
      return value == null
          ? "none"
          : new String(value, 0, Math.min(value.length, 300), StandardCharsets.ISO_8859_1);
    }

    private void report(Duration took) {
      FaultReport.add(
          "hostile input, " + format,
          "%,d records over a broker, exactly-once, seed %d".formatted(sent, SEED),
          "each answered or a dead letter, once; the stream never stopped; series beside them"
              + " answered as alone",
          "%,d answered, %,d dead letters, %,d records/s with all checks"
              .formatted(answered, refused, sent * 1000 / took.toMillis()));
    }

    /// What is large must not stay on the disk for the tests after this one.
    private void forget() {
      var admin = application.cluster().admin();
      List<String> topics =
          KafkaCluster.await(admin.listTopics().names()).stream()
              .filter(topic -> topic.startsWith(application.id()))
              .toList();
      KafkaCluster.await(admin.deleteTopics(topics).all());
    }
  }
}
