package io.eddy.deploy.app;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.model.network.Forecaster;
import io.eddy.processors.Forecasting;
import io.eddy.processors.TextStream;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.ModelRegistry;
import io.eddy.processors.topic.TopicCheck;
import io.eddy.processors.topic.TopicPlan;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.jspecify.annotations.Nullable;

/// One application as it is configured; nothing is opened or started before [#start].
///
/// ```java
/// try (RunningApplication running = EddyApplication.of(settings).start(new Progress())) {
///   running.awaitEnd(stop);
/// }
/// ```
public final class EddyApplication {
  private static final String REPAIR = "eddy topics create --config FILE";

  private final ProcessorsConfig config;
  private final Map<String, ?> settings;

  private EddyApplication(ProcessorsConfig config, Map<String, ?> settings) {
    this.config = config;
    this.settings = settings;
  }

  /// Checks the settings, Kafka's and Eddy's in one map.
  ///
  /// @throws org.apache.kafka.common.config.ConfigException with every problem at once
  public static EddyApplication of(Map<String, ?> settings) {
    return new EddyApplication(ProcessorsConfig.ofApplication(settings), Map.copyOf(settings));
  }

  /// The checked settings.
  public ProcessorsConfig config() {
    return config;
  }

  /// The topics that this application needs, for a cluster that has its input topic.
  ///
  /// @throws io.eddy.processors.topic.TopicException if there is no input topic
  public TopicPlan topicPlan(Admin admin) {
    int partitions = TopicCheck.inputPartitions(admin, inputTopic());
    return TopicPlan.of(config.topics(), partitions, config.replicationFactor());
  }

  /// The same, of topics that are there as they must be.
  ///
  /// @throws io.eddy.processors.topic.TopicException if they are not
  public TopicPlan requireTopics(Admin admin) {
    TopicPlan plan = topicPlan(admin);
    new TopicCheck(plan, REPAIR).require(admin);
    return plan;
  }

  /// An admin client of this application's cluster, which has just answered.
  ///
  /// @throws UserException if it does not answer
  public Admin connect() {
    return Cluster.connect(
        new StreamsConfig(config.kafkaProperties()).getAdminConfigs("eddy-admin"));
  }

  /// Checks cluster, registry and topics, then starts. Returns when models are restored and the
  /// stream threads have begun; [RunningApplication#awaitRunning] waits for their first partitions.
  ///
  /// @param progress told what happens inside
  /// @throws UserException if broker or registry do not answer
  /// @throws io.eddy.processors.topic.TopicException if the topics are not as they must be
  /// @throws io.eddy.schemas.serde.SerdeException if the registry refuses a schema
  public RunningApplication start(Progress progress) {
    return start(progress, () -> true, Companion.NONE);
  }

  /// As [#start(Progress)], for a driver that holds trained models back between its batches, or
  /// somebody who looks on.
  ///
  /// @param publishing polled by stream threads: while it is false, no trained model leaves
  /// @param companion who looks on, from before the streams start
  public RunningApplication start(
      Progress progress, BooleanSupplier publishing, Companion companion) {
    SchemaRegistry registry = SchemaRegistry.from(config.kafkaProperties());
    try {
      try (Admin admin = connect()) {
        requireTopics(admin);
      }
      registerSchemas(registry);
      var properties = new Properties();
      companion
          .address()
          .ifPresent(address -> properties.put(StreamsConfig.APPLICATION_SERVER_CONFIG, address));
      properties.putAll(config.kafkaProperties());
      var models = new AtomicReference<@Nullable ModelRegistry<Forecaster>>();
      Topology topology = topology(config, registry, progress, publishing, models::set);
      var application =
          new ExecutableApplication(
              config,
              topology,
              new KafkaStreams(topology, properties),
              registry,
              Optional.ofNullable(models.get()));
      return RunningApplication.start(application, placeAtTheEnd(), companion);
    } catch (RuntimeException e) {
      registry.close();
      throw e;
    }
  }

  /// What it reads, writes and keeps, without asking a cluster or a registry.
  public TopologyDescription describeTopology() {
    Map<String, Object> quick = new HashMap<>(settings);
    quick.put(ProcessorsConfig.WARM_UP_MAX_MS, "0");
    quick.put(SchemaRegistry.URL_CONFIG, "mock://" + UUID.randomUUID());
    ProcessorsConfig described = ProcessorsConfig.ofApplication(quick);
    try (SchemaRegistry registry = SchemaRegistry.from(described.kafkaProperties())) {
      return topology(described, registry, new Progress(), () -> false, models -> {}).describe();
    }
  }

  private static Topology topology(
      ProcessorsConfig config,
      SchemaRegistry registry,
      Progress progress,
      BooleanSupplier publishing,
      Consumer<ModelRegistry<Forecaster>> models) {
    return switch (config.job()) {
      case FORECAST -> Forecasting.application(config, registry, progress, publishing, models);
      case LANGUAGE_MODEL, COMPLETE, CLASSIFY, TAG, TRANSLATE, CAPTION ->
          TextStream.application(config, registry, progress, publishing);
    };
  }

  /// The schemas of the values of the topics that it writes, by topic.
  public SequencedMap<String, Schema> writtenSchemas() {
    return switch (config.job()) {
      case FORECAST -> Forecasting.schemas(config);
      case LANGUAGE_MODEL, COMPLETE, CLASSIFY, TAG, TRANSLATE, CAPTION ->
          TextStream.schemas(config);
    };
  }

  private void registerSchemas(SchemaRegistry registry) {
    switch (config.job()) {
      case FORECAST -> {
        Forecasting.registerSchemas(config, registry);
        InputSchemaCheck.require(config, registry);
      }
      case LANGUAGE_MODEL, COMPLETE, CLASSIFY, TAG, TRANSLATE, CAPTION ->
          TextStream.registerSchemas(config, registry);
    }
  }

  /// Leaves the group at the end. Kafka Streams stays in it by default, and then nobody reads its
  /// partitions until `session.timeout.ms` is over, 45 s, not even the instance itself when it is
  /// started again. Whoever sets `group.instance.id` wants just that: a place that waits.
  private GroupMembershipOperation placeAtTheEnd() {
    return config.kafkaProperties().keySet().stream()
            .anyMatch(key -> key.endsWith(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG))
        ? GroupMembershipOperation.REMAIN_IN_GROUP
        : GroupMembershipOperation.LEAVE_GROUP;
  }

  private String inputTopic() {
    return config
        .inputTopic()
        .orElseThrow(
            () -> new UserException(ExitCode.USAGE, ProcessorsConfig.INPUT_TOPIC + " is missing"));
  }
}
