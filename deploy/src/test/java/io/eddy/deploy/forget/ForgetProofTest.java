package io.eddy.deploy.forget;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.training.HistoryKey;
import io.eddy.processors.training.TrainingSignal;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ForgetProofTest {
  private static final byte[] KEY = "told".getBytes(UTF_8);
  private static final byte[] VALUE = {1};
  private static final long DAY = 86_400_000;
  private static final Retention COMPACT = new Retention(false, true, -1, DAY, DAY, DAY);
  private static final Retention DELETE = new Retention(true, false, 7 * DAY, DAY, -1, DAY);

  private static final List<TracedTopic> TOPICS =
      TracedTopic.of(
          ProcessorsConfig.of(Map.of("application.id", "eddy", "eddy.input.topic", "input")));

  private final Map<String, Trace> traces = new HashMap<>();

  @Test
  void shouldLookIntoEveryTopicThatNamesSeries() {
    assertThat(TOPICS)
        .extracting(TracedTopic::name)
        .containsExactly(
            "eddy-series-state-changelog",
            "eddy-series-anchor-changelog",
            "eddy-history",
            "eddy-training-windows-changelog",
            "eddy-forecasts",
            "eddy-scores",
            "eddy-dead-letters",
            "eddy-control",
            "input");
  }

  @Test
  void shouldBeForgottenWhereTombstonesStandForEverything() {
    found("eddy-series-state-changelog", KEY, VALUE, 0);
    found("eddy-series-state-changelog", KEY, null, DAY);
    found("eddy-forecasts", KEY, VALUE, 0);
    found("eddy-forecasts", KEY, null, DAY);
    found("input", KEY, VALUE, DAY);

    ForgetProof proof = proof();

    assertThat(proof.isForgotten()).isTrue();
    assertThat(finding(proof, "eddy-series-state-changelog"))
        .satisfies(
            finding -> {
              assertThat(finding.standing()).isEqualTo(Standing.ERASED);
              assertThat(finding.records()).isEqualTo(1);
              assertThat(finding.bytesGoneBy()).isEqualTo("1970-01-03T00:00:00Z");
              assertThat(finding.nameGoneBy()).isEqualTo("1970-01-05T00:00:00Z");
            });
    assertThat(finding(proof, "eddy-forecasts").standing()).isEqualTo(Standing.EXPIRING);
    assertThat(finding(proof, "eddy-forecasts").bytesGoneBy()).isEqualTo("1970-01-10T00:00:00Z");
    assertThat(finding(proof, "input").standing()).isEqualTo(Standing.NOT_EDDYS);
    assertThat(finding(proof, "eddy-history").standing()).isEqualTo(Standing.NOTHING);
  }

  @Test
  void shouldNotBeForgottenWhereOneSlotOfHistoryIsLeft() {
    found("eddy-history", HistoryKey.of(0, KEY), VALUE, 0);
    found("eddy-history", HistoryKey.of(7, KEY), VALUE, 0);
    found("eddy-history", HistoryKey.of(0, KEY), null, DAY);

    ForgetProof proof = proof();

    assertThat(proof.isForgotten()).isFalse();
    assertThat(finding(proof, "eddy-history").standing()).isEqualTo(Standing.REMAINS);
    assertThat(proof.lines().getLast()).startsWith("NOT forgotten").contains("eddy-history");
  }

  @Test
  void shouldNotBeForgottenWhileATrainingHoldsAWindow() {
    found("eddy-training-windows-changelog", held(), VALUE, 0);

    assertThat(proof().isForgotten()).isFalse();
  }

  @Test
  void shouldNotBeForgottenWhereBytesHaveNoEnd() {
    found("eddy-series-state-changelog", KEY, VALUE, 0);
    found("eddy-series-state-changelog", KEY, null, DAY);

    ForgetProof proof = proof(new Retention(false, true, -1, DAY, Long.MAX_VALUE, DAY), DELETE);

    assertThat(proof.isForgotten()).isFalse();
    assertThat(proof.isErased()).isTrue();
    assertThat(proof.lines().getLast()).contains("set max.compaction.lag.ms");
  }

  @Test
  void shouldTakeNoOtherSeriesForThisOne() {
    found("eddy-series-state-changelog", "told2".getBytes(UTF_8), VALUE, 0);
    found("eddy-history", HistoryKey.of(0, "not told".getBytes(UTF_8)), VALUE, 0);
    found("eddy-history", KEY, VALUE, 0);
    found("eddy-control", KEY, VALUE, 0);

    assertThat(proof().findings()).allMatch(finding -> finding.standing() != Standing.REMAINS);
    assertThat(proof().isForgotten()).isTrue();
  }

  @Test
  void shouldNotTakeASignalToTrainForAWindow() {
    TracedTopic history =
        TOPICS.stream().filter(one -> one.name().equals("eddy-history")).findFirst().orElseThrow();
    byte[] emptyKey = {};

    var signal = new ConsumerRecord<>("eddy-history", 0, 0, TrainingSignal.key(), VALUE);
    var window = new ConsumerRecord<>("eddy-history", 0, 0, HistoryKey.of(0, emptyKey), VALUE);

    assertThat(history.isAbout().test(signal, emptyKey)).isFalse();
    assertThat(history.isAbout().test(window, emptyKey)).isTrue();
  }

  @Test
  void shouldSayAllOfItAsJson() throws JsonProcessingException {
    found("eddy-series-state-changelog", KEY, null, DAY);

    JsonNode json = new ObjectMapper().readTree(proof().json());

    assertThat(json.at("/key").asText()).isEqualTo("told");
    assertThat(json.at("/forgotten").asBoolean()).isTrue();
    assertThat(json.at("/topics")).hasSize(TOPICS.size());
    assertThat(json.at("/topics/0/standing").asText()).isEqualTo("ERASED");
    assertThat(json.at("/topics/0/bytes_gone_by").isNull()).isTrue();
    assertThat(json.at("/topics/0/name_gone_by").asText()).isEqualTo("1970-01-05T00:00:00Z");
    assertThat(json.at("/versions_trained_before/0/version").asInt()).isEqualTo(3);
    assertThat(json.at("/not_eddys")).isNotEmpty();
  }

  @SuppressWarnings("NullAway") // The value of a tombstone is null, and Kafka does not say so.
  private void found(String topic, byte[] key, byte @Nullable [] value, long timestamp) {
    var record =
        new ConsumerRecord<>(
            topic,
            0,
            0,
            timestamp,
            TimestampType.LOG_APPEND_TIME,
            key.length,
            0,
            key,
            value,
            new RecordHeaders(),
            Optional.empty());
    TracedTopic traced =
        TOPICS.stream().filter(one -> one.name().equals(topic)).findFirst().orElseThrow();
    if (traced.isAbout().test(record, KEY)) {
      traces.computeIfAbsent(topic, name -> new Trace()).add(record);
    }
  }

  private ForgetProof proof() {
    return proof(COMPACT, DELETE);
  }

  private ForgetProof proof(Retention memory, Retention log) {
    List<Finding> findings =
        TOPICS.stream()
            .map(
                topic ->
                    Finding.of(
                        topic,
                        traces.getOrDefault(topic.name(), new Trace()),
                        topic.isMemory() ? memory : log))
            .toList();
    return new ForgetProof("told", findings, List.of(new TouchedVersion(3, "of before")));
  }

  private static Finding finding(ForgetProof proof, String topic) {
    return proof.findings().stream()
        .filter(finding -> finding.topic().equals(topic))
        .findFirst()
        .orElseThrow();
  }

  private static byte[] held() {
    byte[] history = HistoryKey.of(2, KEY);
    return ByteBuffer.allocate(1 + history.length).put((byte) 'h').put(history).array();
  }
}
