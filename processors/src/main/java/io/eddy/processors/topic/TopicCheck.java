package io.eddy.processors.topic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/// Whether a cluster's topics are as the plan needs them; asked before the streams start, because
/// afterwards a missing topic is an exception deep inside, and a wrong one is silent loss.
///
/// What a user may choose freely (retention, replication, compression) is not checked.
public final class TopicCheck {
  /// The settings that Eddy's promises rest on.
  private static final Set<String> NEEDED =
      Set.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
          TopicConfig.MAX_MESSAGE_BYTES_CONFIG);

  private final TopicPlan plan;
  private final String repair;

  /// Something that is wrong.
  ///
  /// @param what is wrong, and what was expected
  /// @param remedy what to do
  public record Problem(String what, String remedy) {
    /// Both in one sentence.
    public String sentence() {
      return what + ": " + remedy;
    }
  }

  /// @param repair the command that makes the topics, such as `eddy topics create --config FILE`
  public TopicCheck(TopicPlan plan, String repair) {
    this.plan = plan;
    this.repair = repair;
  }

  /// The number of partitions of the user's topic.
  ///
  /// @throws TopicException if there is no such topic
  public static int inputPartitions(Admin admin, String inputTopic) {
    @Nullable TopicDescription found = Cluster.describePatiently(admin, inputTopic);
    if (found == null) {
      throw new TopicException(
          "the input topic \""
              + inputTopic
              + "\" does not exist: create it with as many partitions as it will ever need (4 to 8"
              + " times the instances you expect), or correct eddy.input.topic");
    }
    return found.partitions().size();
  }

  /// Everything that is wrong, one sentence each; empty if all is well.
  ///
  /// @throws TopicException if the cluster cannot be asked
  public List<String> problems(Admin admin) {
    return findings(admin).stream().map(Problem::sentence).toList();
  }

  /// Everything that is wrong; empty if all is well.
  ///
  /// @throws TopicException if the cluster cannot be asked
  public List<Problem> findings(Admin admin) {
    List<String> names = plan.topics().stream().map(PlannedTopic::name).toList();
    Map<String, TopicDescription> found = Cluster.describe(admin, names);
    Map<String, Config> configs =
        found.isEmpty() ? Map.of() : Cluster.configs(admin, List.copyOf(found.keySet()));
    return findings(found, configs);
  }

  /// The judgement alone.
  ///
  /// @param found the topics that exist, by name
  /// @param configs their settings, by name
  List<Problem> findings(Map<String, TopicDescription> found, Map<String, Config> configs) {
    List<Problem> problems = new ArrayList<>();
    for (PlannedTopic topic : plan.topics()) {
      @Nullable TopicDescription description = found.get(topic.name());
      @Nullable Config config = configs.get(topic.name());
      if (description == null || config == null) {
        problems.add(
            new Problem(
                "topic \"" + topic.name() + "\" (" + topic.purpose() + ") does not exist",
                "run " + repair));
        continue;
      }
      checkPartitions(topic, description.partitions().size(), problems);
      checkConfigs(topic, config, problems);
    }
    return problems;
  }

  /// Returns only if all is well.
  ///
  /// @throws TopicException that lists every problem and what repairs it
  public void require(Admin admin) {
    List<String> problems = problems(admin);
    if (!problems.isEmpty()) {
      throw new TopicException(
          "the topics are not as they must be:\n- " + String.join("\n- ", problems));
    }
  }

  private static void checkPartitions(PlannedTopic topic, int found, List<Problem> problems) {
    if (found != topic.partitions()) {
      problems.add(
          new Problem(
              "topic \""
                  + topic.name()
                  + "\" has "
                  + found
                  + " partitions, expected "
                  + topic.partitions(),
              "keys would leave their state, so partitions cannot be changed; choose a new"
                  + " eddy.topic.prefix and application.id, or delete the topic if it holds nothing"
                  + " of value"));
    }
  }

  private void checkConfigs(PlannedTopic topic, Config config, List<Problem> problems) {
    topic
        .configs()
        .forEach(
            (key, wanted) -> {
              if (!satisfied(config, key, wanted)) {
                problems.add(
                    new Problem(
                        "topic \""
                            + topic.name()
                            + "\" has "
                            + key
                            + "="
                            + value(config, key)
                            + ", expected "
                            + wanted,
                        "run " + repair));
              }
            });
  }

  /// Whether a setting that Eddy needs is as needed; others always are.
  static boolean satisfied(Config config, String key, String wanted) {
    if (!NEEDED.contains(key)) {
      return true;
    }
    String is = value(config, key);
    if (key.equals(TopicConfig.MAX_MESSAGE_BYTES_CONFIG) && is.matches("\\d+")) {
      return Long.parseLong(is) >= Long.parseLong(wanted);
    }
    return is.equals(wanted);
  }

  private static String value(Config config, String key) {
    @Nullable ConfigEntry entry = config.get(key);
    return entry == null || entry.value() == null ? "(not set)" : entry.value();
  }
}
