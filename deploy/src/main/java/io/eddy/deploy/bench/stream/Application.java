package io.eddy.deploy.bench.stream;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.topic.Topics;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;

/// An application of a bench: what all its instances and restarts have in common.
///
/// @param id `application.id`, different for every one
/// @param input topic with a partition for each of the case's threads
record Application(
    String id,
    Contender.Kind kind,
    StreamCase shape,
    String input,
    Broker broker,
    SchemaRegistry registry) {
  /// Makes its topics.
  static Application create(
      Contender.Kind kind, StreamCase shape, String input, Broker broker, SchemaRegistry registry) {
    String name = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    String number = Long.toString(System.nanoTime(), Character.MAX_RADIX);
    var application =
        new Application("eddy-bench-" + name + "-" + number, kind, shape, input, broker, registry);
    Topics topics = application.config(Path.of("."), "topics", 0).topics();
    broker.createTopics(
        List.of(topics.forecasts(), topics.history(), topics.scores(), topics.deadLetters()),
        shape.threads());
    return application;
  }

  /// The settings of an instance.
  ///
  /// @param folder where it keeps its state
  /// @param client what its threads and clients are called
  /// @param standbys of each task, on other instances
  ProcessorsConfig config(Path folder, String client, int standbys) {
    Map<String, String> settings = new HashMap<>(shape.settings());
    settings.putAll(broker.settings());
    settings.put(SchemaRegistry.URL_CONFIG, "mock://" + id);
    settings.put(ProcessorsConfig.INPUT_TOPIC, input);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
    settings.put(StreamsConfig.CLIENT_ID_CONFIG, client);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
    settings.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, Integer.toString(standbys));
    long cache = shape.cacheBytes(ProcessorsConfig.of(settings));
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, Long.toString(cache));
    return ProcessorsConfig.of(settings);
  }

  boolean isChangelog(String topic) {
    return topic.startsWith(id) && topic.endsWith("-changelog");
  }

  /// Deletes its topics, its state in the cluster among them.
  void delete() {
    broker.deleteTopics(id);
  }
}
