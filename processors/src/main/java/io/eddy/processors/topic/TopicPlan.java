package io.eddy.processors.topic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/// The topics that Eddy owns as they must be made, and how to make them.
///
/// Kafka Streams makes only changelogs; a broker that creates topics by itself would keep models
/// for seven days and then lose them. So these seven are made on purpose.
///
/// All of them stamp records with the broker's clock (`LogAppendTime`): event times lie in the
/// values, and a producer's timestamps from 1949, from 1970 or from tomorrow would be refused,
/// deleted within a minute, or dropped.
public final class TopicPlan {
  private static final long DAY_MS = 86_400_000;

  /// What the broker's default allows; set on the topics that carry our largest records, in case
  /// the cluster's own default is lower.
  private static final int MESSAGE_BYTES_MAX = (1 << 20) + 12;

  private final List<PlannedTopic> topics;

  /// What [#create] did with a topic.
  public enum Outcome {
    /// It was not there and is now.
    CREATED,
    /// It was there with other settings and has ours now.
    CHANGED,
    /// It was there as needed.
    UNCHANGED
  }

  private TopicPlan(List<PlannedTopic> topics) {
    this.topics = List.copyOf(topics);
  }

  /// The plan for one application.
  ///
  /// @param inputPartitions partitions of the user's topic; answers, windows and dead letters stay
  ///   on the partition of their event
  /// @param replicationFactor copies of each topic; -1 for the broker's default
  public static TopicPlan of(Topics names, int inputPartitions, short replicationFactor) {
    if (inputPartitions < 1) {
      throw new IllegalArgumentException(
          "the input has " + inputPartitions + " partitions, expected at least 1");
    }
    return new TopicPlan(
        List.of(
            new PlannedTopic(
                names.forecasts(),
                "one answer for each event",
                inputPartitions,
                replicationFactor,
                deleteAfter(7)),
            new PlannedTopic(
                names.history(),
                "windows of events for the trainer",
                inputPartitions,
                replicationFactor,
                withLargeMessages(compacted())),
            new PlannedTopic(
                names.scores(),
                "sums of errors per series, window and version",
                1,
                replicationFactor,
                deleteAfter(7)),
            new PlannedTopic(
                names.candidates(),
                "trained models that wait for a decision",
                1,
                replicationFactor,
                withLargeMessages(deleteAfter(7))),
            new PlannedTopic(
                names.models(),
                "model versions and decisions",
                1,
                replicationFactor,
                withLargeMessages(compacted())),
            new PlannedTopic(
                names.deadLetters(),
                "what could not be processed, and why",
                inputPartitions,
                replicationFactor,
                withLargeMessages(deleteAfter(30))),
            new PlannedTopic(
                names.control(),
                "what operators tell the application",
                inputPartitions,
                replicationFactor,
                deleteAfter(7))));
  }

  /// The topics, in the order of [Topics#all()].
  public List<PlannedTopic> topics() {
    return topics;
  }

  /// The plan as a table for people, one topic a line.
  public String describe() {
    int width = topics.stream().mapToInt(topic -> topic.name().length()).max().orElse(0);
    StringBuilder text = new StringBuilder();
    for (PlannedTopic topic : topics) {
      text.append(topic.name()).append(" ".repeat(width - topic.name().length()));
      text.append("  partitions=").append(topic.partitions());
      text.append(" replication=");
      text.append(
          topic.replicationFactor() < 0 ? "default" : Short.toString(topic.replicationFactor()));
      topic
          .configs()
          .forEach((key, value) -> text.append(' ').append(key).append('=').append(value));
      text.append("  # ").append(topic.purpose()).append('\n');
    }
    return text.toString();
  }

  /// Makes the topics that are missing and sets the settings that differ; doing it twice does
  /// nothing the second time. Partitions are never changed: [TopicCheck] reports them.
  ///
  /// @return what was done, by topic
  /// @throws TopicException if the cluster cannot be reached or refuses
  public Map<String, Outcome> create(Admin admin) {
    Map<String, Outcome> outcomes = new LinkedHashMap<>();
    List<PlannedTopic> existing = new ArrayList<>();
    Map<String, NewTopic> wanted = new LinkedHashMap<>();
    for (PlannedTopic topic : topics) {
      outcomes.put(topic.name(), Outcome.UNCHANGED);
      NewTopic fresh = new NewTopic(topic.name(), topic.partitions(), topic.replicationFactor());
      wanted.put(topic.name(), fresh.configs(topic.configs()));
    }
    var results = admin.createTopics(wanted.values()).values();
    for (PlannedTopic topic : topics) {
      try {
        Cluster.await(
            "create topic " + topic.name(), Objects.requireNonNull(results.get(topic.name())));
        outcomes.put(topic.name(), Outcome.CREATED);
      } catch (TopicException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
        existing.add(topic);
      }
    }
    // The controller made them; the broker that answers may learn of them a moment later, and
    // whoever
    // looks next must find them.
    Cluster.awaitVisible(admin, outcomes.keySet());
    if (!existing.isEmpty()) {
      alignConfigs(admin, existing, outcomes);
    }
    return outcomes;
  }

  private static void alignConfigs(
      Admin admin, List<PlannedTopic> existing, Map<String, Outcome> outcomes) {
    Map<String, Config> found =
        Cluster.configs(admin, existing.stream().map(PlannedTopic::name).toList());
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    for (PlannedTopic topic : existing) {
      List<AlterConfigOp> operations =
          repairs(topic, Objects.requireNonNull(found.get(topic.name())));
      if (!operations.isEmpty()) {
        changes.put(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()), operations);
        outcomes.put(topic.name(), Outcome.CHANGED);
      }
    }
    if (!changes.isEmpty()) {
      Cluster.await("set topic settings", admin.incrementalAlterConfigs(changes).all());
    }
  }

  /// What must be set so that a topic is as needed; what its owner may choose stays.
  static List<AlterConfigOp> repairs(PlannedTopic topic, Config found) {
    return topic.configs().entrySet().stream()
        .filter(wanted -> !TopicCheck.satisfied(found, wanted.getKey(), wanted.getValue()))
        .map(
            wanted ->
                new AlterConfigOp(
                    new ConfigEntry(wanted.getKey(), wanted.getValue()), AlterConfigOp.OpType.SET))
        .toList();
  }

  private static Map<String, String> deleteAfter(int days) {
    Map<String, String> configs = new HashMap<>();
    configs.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
    configs.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(days * DAY_MS));
    configs.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
    return configs;
  }

  /// The newest record of each key for ever. What was overwritten or deleted is really gone within
  /// two days: without a bound on segment and compaction, an idle partition keeps it indefinitely.
  private static Map<String, String> compacted() {
    Map<String, String> configs = new HashMap<>();
    configs.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT);
    configs.put(TopicConfig.RETENTION_MS_CONFIG, "-1");
    configs.put(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, Long.toString(DAY_MS));
    configs.put(TopicConfig.SEGMENT_MS_CONFIG, Long.toString(DAY_MS));
    configs.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
    return configs;
  }

  private static Map<String, String> withLargeMessages(Map<String, String> configs) {
    configs.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(MESSAGE_BYTES_MAX));
    return configs;
  }
}
