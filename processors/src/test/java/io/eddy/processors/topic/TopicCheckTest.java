package io.eddy.processors.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.Test;

class TopicCheckTest {
  private final TopicPlan plan = TopicPlan.of(Topics.withPrefix("load"), 2, (short) 1);
  private final TopicCheck check = new TopicCheck(plan, "eddy topics create --config FILE");
  private final Map<String, TopicDescription> found = new HashMap<>();
  private final Map<String, Map<String, String>> configs = new HashMap<>();

  TopicCheckTest() {
    for (PlannedTopic topic : plan.topics()) {
      exists(topic.name(), topic.partitions());
      configs.put(topic.name(), new TreeMap<>(topic.configs()));
    }
  }

  private void exists(String name, int partitions) {
    Node node = new Node(0, "localhost", 9092);
    List<TopicPartitionInfo> infos =
        IntStream.range(0, partitions)
            .mapToObj(p -> new TopicPartitionInfo(p, node, List.of(node), List.of(node)))
            .toList();
    found.put(name, new TopicDescription(name, false, infos));
  }

  private List<String> problems() {
    Map<String, Config> settings = new HashMap<>();
    configs.forEach(
        (name, values) ->
            settings.put(
                name,
                new Config(
                    values.entrySet().stream()
                        .map(entry -> new ConfigEntry(entry.getKey(), entry.getValue()))
                        .toList())));
    return check.findings(found, settings).stream().map(TopicCheck.Problem::sentence).toList();
  }

  private void set(String topic, String key, String value) {
    configs.computeIfAbsent(topic, name -> new TreeMap<>()).put(key, value);
  }

  @Test
  void shouldAcceptWhatIsAsPlanned() {
    assertThat(problems()).isEmpty();
  }

  @Test
  void shouldNameTheCommandForAMissingTopic() {
    found.remove("load-models");

    assertThat(problems())
        .containsExactly(
            "topic \"load-models\" (model versions and decisions) does not exist: run eddy topics"
                + " create --config FILE");
  }

  @Test
  void shouldRefuseADeletionThatWouldLoseModels() {
    set("load-models", "cleanup.policy", "delete");

    assertThat(problems())
        .containsExactly(
            "topic \"load-models\" has cleanup.policy=delete, expected compact: run eddy topics"
                + " create --config FILE");
  }

  @Test
  void shouldRefuseTheProducersClock() {
    set("load-history", "message.timestamp.type", "CreateTime");

    assertThat(problems())
        .singleElement()
        .asString()
        .contains("message.timestamp.type=CreateTime, expected LogAppendTime");
  }

  @Test
  void shouldRefuseOtherPartitionsThanTheInputs() {
    exists("load-forecasts", 3);

    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith("topic \"load-forecasts\" has 3 partitions, expected 2: ")
        .contains("partitions cannot be changed");
  }

  @Test
  void shouldRefuseALimitThatOurRecordsExceed() {
    set("load-candidates", "max.message.bytes", "1000");

    assertThat(problems()).singleElement().asString().contains("max.message.bytes=1000");
  }

  @Test
  void shouldLeaveToTheOwnerWhatOnlyTheOwnerKnows() {
    set("load-forecasts", "retention.ms", "1");
    set("load-history", "segment.ms", "5000");
    set("load-candidates", "max.message.bytes", "5000000");

    assertThat(problems()).isEmpty();
  }

  @Test
  void shouldReportEveryProblem() {
    found.clear();
    exists("load-scores", 4);
    set("load-scores", "cleanup.policy", "compact");

    assertThat(problems()).hasSize(6 + 2);
  }
}
