package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.cluster.TopicReader;
import io.eddy.it.scenario.Origin;
import io.eddy.it.scenario.Readings;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What cannot be used lands in the dead letters with its origin and a reason, and everything
/// around it is answered as if it had never been there.
@ExtendWith(ClusterExtension.class)
class PoisonIT {
  private static final int PARTITIONS = 2;
  private static final Waves WAVES = new Waves(2, PARTITIONS);
  private static final byte[] KEY = bytes("series-0");

  /// Something that is no measurement.
  private static final class Poison {
    final byte @Nullable [] key;
    final byte @Nullable [] value;
    final Reason reason;

    Poison(byte @Nullable [] key, byte @Nullable [] value, Reason reason) {
      this.key = key;
      this.value = value;
      this.reason = reason;
    }

    static Poison value(byte @Nullable [] value, Reason reason) {
      return new Poison(KEY, value, reason);
    }

    static Poison value(String value, Reason reason) {
      return value(bytes(value), reason);
    }
  }

  @Test
  void shouldKeepEveryUnusableAvroRecordAndAnswerTheRest(KafkaCluster cluster) {
    TestApplication application =
        TestApplication.create(
            cluster,
            "poison-avro",
            PARTITIONS,
            Map.of(
                ProcessorsConfig.TRAINING_ENABLED,
                "false",
                ProcessorsConfig.INPUT_FORMAT,
                "avro",
                ProcessorsConfig.INPUT_VALUE_FIELD,
                Readings.VALUE_FIELD,
                ProcessorsConfig.INPUT_TIME_FIELD,
                Readings.TIME_FIELD));
    var readings = new Readings(application.registry(), application.input());
    var other = SchemaBuilder.record("Other").fields().requiredLong("taken").endRecord();
    var text =
        SchemaBuilder.record("Text")
            .fields()
            .requiredLong("taken")
            .name("measured")
            .type(SchemaBuilder.record("Words").fields().requiredString("power").endRecord())
            .noDefault()
            .endRecord();
    var words = text.getField("measured").schema();
    long time = Instant.parse("2024-01-01T00:00:00Z").toEpochMilli();
    byte[] good = readings.write(time, 1.0);

    proves(
        application,
        readings::write,
        List.of(
            new Poison(null, good, Reason.NULL_KEY),
            new Poison(new byte[40 << 10], good, Reason.KEY_TOO_LARGE),
            Poison.value((byte[]) null, Reason.NULL_VALUE),
            Poison.value("no Avro at all", Reason.MALFORMED),
            Poison.value(Arrays.copyOf(good, good.length - 4), Reason.MALFORMED),
            Poison.value(new byte[0], Reason.MALFORMED),
            // Larger than a dead letter may be: its beginning is kept.
            Poison.value("x".repeat(950_000), Reason.MALFORMED),
            Poison.value(new byte[] {0, 0, 0, 99, 99, 1, 2, 3}, Reason.UNKNOWN_SCHEMA),
            Poison.value(
                readings.writeOther(other, record -> record.put("taken", time)),
                Reason.MISSING_FIELD),
            new Poison(bytes("new"), readings.write(time, null), Reason.NULL_VALUE),
            Poison.value(
                readings.writeOther(
                    text,
                    record -> {
                      var inner = new GenericData.Record(words);
                      inner.put("power", "12 kW");
                      record.put("taken", time);
                      record.put("measured", inner);
                    }),
                Reason.WRONG_TYPE),
            Poison.value(readings.write(time, Double.NaN), Reason.NOT_FINITE),
            Poison.value(readings.write(time, Double.NEGATIVE_INFINITY), Reason.NOT_FINITE),
            Poison.value(
                readings.write(Instant.now().plus(Duration.ofDays(2)).toEpochMilli(), 1.0),
                Reason.TIME_OUT_OF_RANGE),
            Poison.value(readings.write(Long.MIN_VALUE / 1000, 1.0), Reason.TIME_OUT_OF_RANGE)));
  }

  @Test
  void shouldKeepEveryUnusableJsonRecordAndAnswerTheRest(KafkaCluster cluster) {
    TestApplication application =
        TestApplication.create(
            cluster, "poison-json", PARTITIONS, Map.of(ProcessorsConfig.TRAINING_ENABLED, "false"));

    proves(
        application,
        event -> bytes(TestApplication.json(event)),
        List.of(
            Poison.value((byte[]) null, Reason.NULL_VALUE),
            Poison.value("{\"time\": 1704067200000, \"value\"", Reason.MALFORMED),
            Poison.value("[1, 2, 3]", Reason.MALFORMED),
            Poison.value("{\"time\": 1704067200000, \"power\": 1}", Reason.MISSING_FIELD),
            new Poison(
                bytes("new"),
                bytes("{\"time\": 1704067200000, \"value\": null}"),
                Reason.NULL_VALUE),
            Poison.value("{\"value\": 1}", Reason.MISSING_FIELD),
            Poison.value("{\"time\": 1704067200000, \"value\": \"12\"}", Reason.WRONG_TYPE),
            Poison.value("{\"time\": \"noon\", \"value\": 1}", Reason.WRONG_TYPE),
            Poison.value("{\"time\": 1704067200000, \"value\": 1e999}", Reason.NOT_FINITE),
            Poison.value("{\"time\": 1e300, \"value\": 1}", Reason.TIME_OUT_OF_RANGE)));
  }

  /// Sends poison between measurements and looks at everything that has come of both.
  private static void proves(
      TestApplication application, TestApplication.Format format, List<Poison> poisons) {
    Map<Origin, Poison> sent = new LinkedHashMap<>();
    int records = WAVES.keys() * (poisons.size() + 1) + poisons.size();
    try (Instance instance = application.start()) {
      for (int i = 0; i < poisons.size(); i++) {
        Poison poison = poisons.get(i);
        application.sendAs(WAVES.steps(i, i + 1), format);
        Origin origin =
            application.sendRaw(
                new ProducerRecord<>(
                    application.input(), i % PARTITIONS, poison.key, poison.value));
        sent.put(origin, poison);
      }
      application.sendAs(WAVES.steps(poisons.size(), poisons.size() + 1), format);
      instance.awaitProcessed(records);
    }

    var deadLetters = deadLetters(application);
    assertThat(deadLetters).containsOnlyKeys(sent.keySet());
    sent.forEach(
        (origin, poison) ->
            tells(poison, application, Objects.requireNonNull(deadLetters.get(origin))));

    Answers answers = Answers.await(application);
    answers.assertAsReplayed();
    assertThat(answers.all().size() + deadLetters.size()).isEqualTo(records);
  }

  private static Map<Origin, DeadLetter> deadLetters(TestApplication application) {
    String topic = application.topics().deadLetters();
    var deserializer = application.registry().serde(DeadLetter.class, topic).deserializer();
    Map<Origin, DeadLetter> letters = new TreeMap<>();
    for (var record : TopicReader.readAll(application.cluster(), topic)) {
      DeadLetter letter = deserializer.deserialize(topic, record.headers(), record.value());
      var origin = new Origin(letter.getPartition(), letter.getOffset());
      assertThat(letters.put(origin, letter)).as("another dead letter of %s", origin).isNull();
    }
    return letters;
  }

  private static void tells(Poison poison, TestApplication application, DeadLetter letter) {
    assertThat(letter.getReason()).as(letter.getMessage()).isEqualTo(poison.reason);
    assertThat(letter.getTopic()).isEqualTo(application.input());
    assertThat(letter.getMessage()).isNotBlank();
    assertKept(poison.key, letter.getKey(), letter.getTruncated());
    assertKept(poison.value, letter.getValue(), letter.getTruncated());
  }

  /// What is kept is the whole, or its beginning where the letter says so.
  private static void assertKept(
      byte @Nullable [] sent, @Nullable ByteBuffer kept, boolean truncated) {
    if (sent == null || kept == null) {
      assertThat(kept).isNull();
      assertThat(sent).isNull();
    } else {
      assertThat(kept.remaining() == sent.length || truncated).isTrue();
      assertThat(kept).isEqualTo(ByteBuffer.wrap(sent, 0, kept.remaining()));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
