package io.eddy.deploy.doctor;

import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.doctor.Questions.UnansweredException;
import io.eddy.processors.topic.PlannedTopic;
import io.eddy.processors.topic.TopicCheck;
import io.eddy.processors.topic.TopicException;
import io.eddy.processors.topic.TopicPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/// The input and Eddy's own topics.
final class TopicChecks {
  private static final String AREA = "topics";
  private static final String REPAIR = "eddy topics create --config FILE";

  private TopicChecks() {}

  static List<Finding> all(EddyApplication application, Questions cluster) {
    List<Finding> findings = new ArrayList<>();
    String input = application.config().inputTopic().orElseThrow();
    @Nullable TopicPlan plan = null;
    try {
      plan = application.topicPlan(cluster.admin());
      findings.add(input(application, input, cluster));
    } catch (TopicException e) {
      findings.add(
          Finding.bad(
              AREA,
              "input",
              String.valueOf(e.getMessage()),
              "create it, correct eddy.input.topic, or let the user describe it"));
    }
    if (plan == null) {
      findings.add(Finding.skipped(AREA, "Eddy's", "their partitions are those of the input"));
      return findings;
    }
    findings.addAll(own(plan, cluster));
    findings.addAll(replicas(input, plan, cluster));
    return findings;
  }

  private static Finding input(EddyApplication application, String input, Questions cluster) {
    String check = "input";
    try {
      int partitions = description(input, cluster).partitions().size();
      Config config = config(input, cluster);
      String found =
          "\"%s\", %d partitions, %s, retention %s ms"
              .formatted(
                  input,
                  partitions,
                  value(config, TopicConfig.CLEANUP_POLICY_CONFIG),
                  value(config, TopicConfig.RETENTION_MS_CONFIG));
      int threads =
          new StreamsConfig(application.config().kafkaProperties())
              .getInt(StreamsConfig.NUM_STREAM_THREADS_CONFIG);
      if (value(config, TopicConfig.CLEANUP_POLICY_CONFIG)
          .contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
        return Finding.warning(
            AREA,
            check,
            found,
            "set cleanup.policy=delete: compaction removes events before a slow or new application"
                + " has read them");
      }
      if (threads > partitions) {
        return Finding.warning(
            AREA,
            check,
            found,
            "set %s to %d or less: each partition is one thread's, the others idle"
                .formatted(StreamsConfig.NUM_STREAM_THREADS_CONFIG, partitions));
      }
      return Finding.good(AREA, check, found);
    } catch (UnansweredException e) {
      return Finding.skipped(AREA, check, "\"%s\": %s".formatted(input, e.getMessage()));
    }
  }

  private static List<Finding> own(TopicPlan plan, Questions cluster) {
    String check = "Eddy's";
    try {
      List<Finding> problems =
          new TopicCheck(plan, REPAIR)
              .findings(cluster.admin()).stream()
                  .map(problem -> Finding.bad(AREA, check, problem.what(), problem.remedy()))
                  .toList();
      return problems.isEmpty()
          ? List.of(
              Finding.good(AREA, check, "all %d are as planned".formatted(plan.topics().size())))
          : problems;
    } catch (TopicException e) {
      return List.of(
          Finding.bad(
              AREA,
              check,
              String.valueOf(e.getMessage()),
              "let the user describe them: eddy topics export --format acl --config FILE"));
    }
  }

  /// Whether each partition has as many copies in step as a write that must not be lost needs.
  private static List<Finding> replicas(String input, TopicPlan plan, Questions cluster) {
    String check = "replicas";
    List<Finding> findings = new ArrayList<>();
    List<String> names = new ArrayList<>();
    names.add(input);
    plan.topics().stream().map(PlannedTopic::name).forEach(names::add);
    int complete = 0;
    int untold = 0;
    for (String name : names) {
      try {
        List<TopicPartitionInfo> partitions = description(name, cluster).partitions();
        int needed =
            Integer.parseInt(value(config(name, cluster), TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG));
        @Nullable Finding lacking = shortOf(name, needed, partitions);
        if (lacking == null) {
          complete++;
        } else {
          findings.add(lacking);
        }
      } catch (UnansweredException e) {
        untold++; // one that is not there, or not to be seen: told above
      }
    }
    if (findings.isEmpty() && complete > 0) {
      findings.add(
          Finding.good(
              AREA,
              check,
              "all copies of %d topics are in step%s"
                  .formatted(complete, untold == 0 ? "" : ", %d not seen".formatted(untold))));
    }
    return findings;
  }

  private static @Nullable Finding shortOf(
      String topic, int needed, List<TopicPartitionInfo> partitions) {
    long unwritable = partitions.stream().filter(p -> p.isr().size() < needed).count();
    long behind = partitions.stream().filter(p -> p.isr().size() < p.replicas().size()).count();
    int copies = partitions.stream().mapToInt(p -> p.replicas().size()).min().orElse(0);
    if (copies < needed) {
      return Finding.bad(
          AREA,
          "replicas",
          "\"%s\" has %d copies and min.insync.replicas=%d, so nothing can be written"
              .formatted(topic, copies, needed),
          "set min.insync.replicas of the topic to %d, or give it more copies".formatted(copies));
    }
    if (unwritable > 0) {
      return Finding.bad(
          AREA,
          "replicas",
          "\"%s\" cannot be written in %d partitions: fewer copies in step than min.insync.replicas=%d"
              .formatted(topic, unwritable, needed),
          "bring the missing brokers back");
    }
    if (behind > 0) {
      return Finding.warning(
          AREA,
          "replicas",
          "\"%s\" has copies behind in %d partitions".formatted(topic, behind),
          "look for a broker that is down or slow");
    }
    return null;
  }

  private static TopicDescription description(String topic, Questions cluster)
      throws UnansweredException {
    return cluster.answer(
        Objects.requireNonNull(
            cluster.admin().describeTopics(List.of(topic)).topicNameValues().get(topic)));
  }

  private static Config config(String topic, Questions cluster) throws UnansweredException {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    Map<ConfigResource, Config> found =
        cluster.answer(cluster.admin().describeConfigs(List.of(resource)).all());
    return Objects.requireNonNull(found.get(resource));
  }

  private static String value(Config config, String key) {
    @Nullable ConfigEntry entry = config.get(key);
    return entry == null || entry.value() == null ? "(not set)" : entry.value();
  }
}
