package io.eddy.processors.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.junit.jupiter.api.Test;

class TopicPlanTest {
  private final TopicPlan plan = TopicPlan.of(Topics.withPrefix("load"), 6, (short) 2);

  private PlannedTopic topic(String name) {
    return plan.topics().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void shouldPlanEachTopicOnceInTheOrderOfTheNames() {
    assertThat(plan.topics().stream().map(PlannedTopic::name))
        .isEqualTo(Topics.withPrefix("load").all());
    assertThat(plan.topics()).allMatch(topic -> topic.replicationFactor() == 2);
  }

  @Test
  void shouldFollowTheInputsPartitionsOnlyWhereEventsAreKept() {
    Map<String, Integer> partitions =
        plan.topics().stream()
            .collect(Collectors.toMap(PlannedTopic::name, PlannedTopic::partitions));

    assertThat(partitions)
        .containsOnly(
            Map.entry("load-forecasts", 6),
            Map.entry("load-history", 6),
            Map.entry("load-scores", 1),
            Map.entry("load-candidates", 1),
            Map.entry("load-models", 1),
            Map.entry("load-dead-letters", 6),
            Map.entry("load-control", 6));
  }

  @Test
  void shouldStampEverythingWithTheBrokersClock() {
    assertThat(plan.topics())
        .allSatisfy(
            topic ->
                assertThat(topic.configs())
                    .containsEntry("message.timestamp.type", "LogAppendTime"));
  }

  @Test
  void shouldKeepModelsAndHistoryForEverButForgetWhatIsOverwritten() {
    for (String name : List.of("load-models", "load-history")) {
      assertThat(topic(name).configs())
          .as(name)
          .containsEntry("cleanup.policy", "compact")
          .containsEntry("retention.ms", "-1")
          .containsEntry("max.compaction.lag.ms", "86400000")
          .containsEntry("segment.ms", "86400000");
    }
  }

  @Test
  void shouldDropTheRestAfterAWhile() {
    assertThat(topic("load-forecasts").configs()).containsEntry("retention.ms", "604800000");
    assertThat(topic("load-scores").configs()).containsEntry("retention.ms", "604800000");
    assertThat(topic("load-candidates").configs()).containsEntry("retention.ms", "604800000");
    assertThat(topic("load-control").configs()).containsEntry("retention.ms", "604800000");
    assertThat(topic("load-dead-letters").configs()).containsEntry("retention.ms", "2592000000");
    for (String name :
        List.of(
            "load-forecasts",
            "load-scores",
            "load-candidates",
            "load-dead-letters",
            "load-control")) {
      assertThat(topic(name).configs()).as(name).containsEntry("cleanup.policy", "delete");
    }
  }

  @Test
  void shouldLetTheLargestRecordsIn() {
    for (String name :
        List.of("load-history", "load-candidates", "load-models", "load-dead-letters")) {
      assertThat(topic(name).configs()).as(name).containsEntry("max.message.bytes", "1048588");
    }
  }

  @Test
  void shouldDescribeOneTopicALine() {
    assertThat(plan.describe().lines()).hasSize(7);
    assertThat(plan.describe())
        .contains("load-models        partitions=1 replication=2 cleanup.policy=compact");
    assertThat(TopicPlan.of(Topics.withPrefix("load"), 1, (short) -1).describe())
        .contains("replication=default");
  }

  @Test
  void shouldRepairOnlyWhatIsNeeded() {
    Config found =
        new Config(
            List.of(
                new ConfigEntry("cleanup.policy", "delete"),
                new ConfigEntry("message.timestamp.type", "CreateTime"),
                new ConfigEntry("max.message.bytes", "9999999"),
                new ConfigEntry("retention.ms", "5"),
                new ConfigEntry("segment.ms", "7")));

    List<AlterConfigOp> repairs = TopicPlan.repairs(topic("load-models"), found);

    assertThat(repairs.stream().map(op -> op.configEntry().name() + "=" + op.configEntry().value()))
        .containsExactlyInAnyOrder(
            "cleanup.policy=compact", "message.timestamp.type=LogAppendTime");
    assertThat(repairs).allMatch(op -> op.opType() == AlterConfigOp.OpType.SET);
  }

  @Test
  void shouldRefuseAnInputWithoutPartitions() {
    assertThatThrownBy(() -> TopicPlan.of(Topics.withPrefix("load"), 0, (short) 1))
        .hasMessageContaining("expected at least 1");
  }
}
