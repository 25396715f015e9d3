package io.eddy.deploy.forget;

import io.eddy.processors.config.ProcessorsConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

/// Reads all topics of an application that may say something about a series, from their beginning,
/// and goes on where it stopped when it is asked again. Committed records only.
///
/// It reads everything, since a key may be on any partition and old records of it may be anywhere.
final class ForgetReader {
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Admin admin;
  private final byte[] series;
  private final String models;
  private final String history;
  private final Map<String, TracedTopic> topics = new LinkedHashMap<>();
  private final Map<String, Trace> traces = new HashMap<>();
  private final TouchedVersions versions = new TouchedVersions();

  /// By partition of history, where the task has said last that it has forgotten the series.
  private final Map<Integer, Long> forgottenAt = new HashMap<>();

  private final List<TopicPartition> partitions = new ArrayList<>();

  /// @param consumer of committed records, of nobody else's
  ForgetReader(
      KafkaConsumer<byte[], byte[]> consumer, Admin admin, ProcessorsConfig config, byte[] series) {
    this.consumer = consumer;
    this.admin = admin;
    this.series = series;
    this.models = config.topics().models();
    this.history = config.topics().history();
    Set<String> existing = consumer.listTopics().keySet();
    for (TracedTopic topic : TracedTopic.of(config)) {
      topics.put(topic.name(), topic);
      traces.put(topic.name(), new Trace());
      addPartitions(topic.name(), existing);
    }
    addPartitions(models, existing);
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  private void addPartitions(String topic, Set<String> existing) {
    // An application that has never run has no changelogs, and so nothing in them.
    if (existing.contains(topic)) {
      consumer
          .partitionsFor(topic)
          .forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
  }

  /// Reads on to where the topics end now.
  void read() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      consumer.poll(POLL).forEach(this::take);
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(models)) {
      versions.add(record);
      return;
    }
    TracedTopic topic = topics.get(record.topic());
    Trace trace = traces.get(record.topic());
    if (topic != null && trace != null && topic.isAbout().test(record, series)) {
      trace.add(record);
    }
    if (record.topic().equals(history) && TracedTopic.endsForgetting(record, series)) {
      forgottenAt.put(record.partition(), record.offset());
    }
  }

  /// Where each partition of the history topic ends now.
  Map<Integer, Long> historyEnds() {
    List<TopicPartition> ofHistory =
        partitions.stream().filter(partition -> partition.topic().equals(history)).toList();
    return consumer.endOffsets(ofHistory).entrySet().stream()
        .collect(Collectors.toMap(end -> end.getKey().partition(), Map.Entry::getValue));
  }

  /// Partitions whose task has not said since that it has forgotten the series.
  ///
  /// @param since by partition, the first offset of history that counts
  List<Integer> silentSince(Map<Integer, Long> since) {
    return since.entrySet().stream()
        .filter(start -> forgottenAt.getOrDefault(start.getKey(), -1L) < start.getValue())
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /// What has been read, judged by the topics' settings of now.
  ///
  /// @param key of the series, as people read it
  ForgetProof proof(String key) {
    Map<String, Retention> retentions = retentions();
    List<Finding> findings = new ArrayList<>();
    topics.forEach(
        (name, topic) -> {
          Trace trace = traces.getOrDefault(name, new Trace());
          @Nullable Retention retention = retentions.get(name);
          findings.add(
              retention == null ? Finding.ofNoTopic(topic) : Finding.of(topic, trace, retention));
        });
    return new ForgetProof(key, findings, versions.versions(forgottenAt));
  }

  private Map<String, Retention> retentions() {
    List<ConfigResource> resources =
        partitions.stream()
            .map(TopicPartition::topic)
            .distinct()
            .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
            .toList();
    Map<String, Retention> retentions = new HashMap<>();
    try {
      admin
          .describeConfigs(resources)
          .all()
          .get()
          .forEach(
              (resource, config) ->
                  retentions.put(
                      resource.name(),
                      Retention.of(
                          config.entries().stream()
                              .filter(entry -> entry.value() != null)
                              .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value)))));
    } catch (ExecutionException e) {
      throw new IllegalStateException("the topics' settings cannot be read: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reading the topics' settings", e);
    }
    return retentions;
  }
}
