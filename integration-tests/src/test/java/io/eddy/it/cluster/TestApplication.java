package io.eddy.it.cluster;

import io.eddy.deploy.app.Companion;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.it.scenario.Event;
import io.eddy.it.scenario.Origin;
import io.eddy.model.network.Forecaster;
import io.eddy.processors.Forecasting;
import io.eddy.processors.config.Job;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.ModelArtifacts;
import io.eddy.processors.rollout.ModelMessage;
import io.eddy.processors.topic.TopicPlan;
import io.eddy.processors.topic.Topics;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.streams.StreamsConfig;

/// One application as its user sees it: its settings and topics, what goes in and what has come
/// out. Its instances are started, stopped and killed apart from it.
///
/// The network is small and the windows are short, so that everything happens within a few events.
public final class TestApplication {
  /// Events of a window, unless a test sets another size.
  public static final int WINDOW = 16;

  private final KafkaCluster cluster;
  private final Map<String, String> settings;
  private final ProcessorsConfig config;
  private final SchemaRegistry registry;
  private final SortedMap<Origin, Event> sent = new TreeMap<>();

  private TestApplication(KafkaCluster cluster, Map<String, String> settings) {
    this.cluster = cluster;
    this.settings = settings;
    this.config = ProcessorsConfig.ofApplication(settings);
    this.registry = SchemaRegistry.from(config.kafkaProperties());
  }

  /// An application whose topics exist and whose schemas are registered.
  ///
  /// @param name the beginning of its application.id
  /// @param partitions of its input topic
  /// @param changes settings besides or instead of the usual ones
  public static TestApplication create(
      KafkaCluster cluster, String name, int partitions, Map<String, String> changes) {
    TestApplication application = configure(cluster, name, changes);
    cluster.createTopic(application.input(), partitions);
    application.createTopics(partitions);
    if (application.config.job() == Job.FORECAST) {
      Forecasting.registerSchemas(application.config, application.registry);
    }
    return application;
  }

  /// An application that has nothing on the cluster yet.
  public static TestApplication configure(
      KafkaCluster cluster, String name, Map<String, String> changes) {
    String id = name + "-" + UUID.randomUUID().toString().substring(0, 8);
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "100");
    // Whoever is gone without a word is noticed soon.
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, "6000");
    settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, "500");
    settings.put(SchemaRegistry.URL_CONFIG, "mock://" + id);
    settings.put(ProcessorsConfig.INPUT_TOPIC, id + "-input");
    settings.put(ProcessorsConfig.INPUT_FORMAT, "json");
    settings.put(ProcessorsConfig.INPUT_TIME_FIELD, "time");
    settings.put(ProcessorsConfig.HIDDEN_SIZE, "8");
    settings.put(ProcessorsConfig.HORIZON, "3");
    settings.put(ProcessorsConfig.LAG_COUNT, "12");
    settings.put(ProcessorsConfig.WINDOW_SIZE, Integer.toString(WINDOW));
    settings.put(ProcessorsConfig.HISTORY_SLOTS, "8");
    settings.put(ProcessorsConfig.HISTORY_RESERVOIR_SLOTS, "2");
    settings.put(ProcessorsConfig.TRAINING_TRUNCATION, "16");
    settings.put(ProcessorsConfig.TRAINING_UPDATES_MAX, "40");
    settings.put(ProcessorsConfig.TRAINING_LEARNING_RATE, "0.01");
    // Most tests are about what a swap does, not about when it comes.
    settings.put(ProcessorsConfig.PROMOTION, "immediate");
    settings.put(ProcessorsConfig.REWARM_SHARE, "1");
    settings.putAll(changes);
    return new TestApplication(cluster, settings);
  }

  /// Makes the topics that Eddy plans for this application.
  public void createTopics(int partitions) {
    TopicPlan.of(topics(), partitions, config.replicationFactor()).create(cluster.admin());
  }

  public KafkaCluster cluster() {
    return cluster;
  }

  /// What would stand in its properties file.
  public Map<String, String> settings() {
    return Collections.unmodifiableMap(settings);
  }

  public ProcessorsConfig config() {
    return config;
  }

  public Topics topics() {
    return config.topics();
  }

  /// Its `application.id`.
  public String id() {
    return config.applicationId().orElseThrow();
  }

  /// Its input topic.
  public String input() {
    return config.inputTopic().orElseThrow();
  }

  /// A client of its registry, of the same scope as its instances'.
  public SchemaRegistry registry() {
    return registry;
  }

  // ---- instances --------------------------------------------------------------------------------

  /// Starts an instance in this process, with a state directory that goes when it closes.
  public Instance start() {
    return Instance.start(this, null, new Progress(), () -> true, Companion.NONE);
  }

  /// Starts an instance in this process.
  ///
  /// @param state stays when it closes
  public Instance start(StateDirectory state) {
    return start(state, new Progress(), () -> true);
  }

  /// Starts an instance in this process.
  ///
  /// @param publishing while it is false, no trained model leaves
  public Instance start(StateDirectory state, Progress progress, BooleanSupplier publishing) {
    return Instance.start(this, state, progress, publishing, Companion.NONE);
  }

  /// Starts an instance in a process of its own.
  ///
  /// @param changes settings of this instance, besides those of the application
  public ForkedInstance fork(StateDirectory state, Map<String, String> changes) {
    return ForkedInstance.start(this, state, List.of("run", "--http-port", "0"), changes);
  }

  /// Runs another command of `eddy` in a process of its own.
  public ForkedInstance fork(StateDirectory state, List<String> command) {
    return ForkedInstance.start(this, state, command, Map.of());
  }

  EddyApplication withState(StateDirectory state) {
    return EddyApplication.of(settingsWith(state));
  }

  Map<String, String> settingsWith(StateDirectory state) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put(StreamsConfig.STATE_DIR_CONFIG, state.path().toString());
    return all;
  }

  // ---- input ------------------------------------------------------------------------------------

  /// Sends measurements as the usual settings expect them; returns when the broker has them.
  public void send(List<Event> events) {
    sendAs(events, event -> json(event).getBytes(StandardCharsets.UTF_8));
  }

  /// Sends measurements in another format, stamped with their times.
  public void sendAs(List<Event> events, Format format) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (Event event : events) {
      records.add(
          new ProducerRecord<>(
              input(), event.partition(), event.time(), bytes(event.key()), format.value(event)));
    }
    List<RecordMetadata> places = cluster.send(records);
    for (int i = 0; i < events.size(); i++) {
      sent.put(new Origin(places.get(i).partition(), places.get(i).offset()), events.get(i));
    }
  }

  /// How a measurement is written.
  public interface Format {
    byte[] value(Event event);
  }

  /// Sends one record that may be anything.
  public Origin sendRaw(ProducerRecord<byte[], byte[]> record) {
    RecordMetadata place = cluster.send(List.of(record)).getFirst();
    return new Origin(place.partition(), place.offset());
  }

  /// Offers a model from outside: the next version, if it is valid.
  public void importModel(Forecaster forecaster) {
    sendCandidate(ModelArtifacts.candidate(forecaster, 0, Instant.EPOCH));
  }

  /// Sends the records of a candidate, as they are.
  public void sendCandidate(List<ModelMessage> messages) {
    String topic = topics().candidates();
    var serializer = registry.serde(ModelRecord.class, topic).serializer();
    cluster.send(
        messages.stream()
            .map(
                message ->
                    new ProducerRecord<>(
                        topic, bytes(message.key()), serializer.serialize(topic, message.value())))
            .toList());
  }

  /// The measurements that were sent, by where they stand.
  public SortedMap<Origin, Event> sent() {
    return Collections.unmodifiableSortedMap(sent);
  }

  /// A measurement as JSON.
  public static String json(Event event) {
    return "{\"time\":" + event.time() + ",\"value\":" + event.value() + "}";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  // ---- what has come of it ----------------------------------------------------------------------

  /// How many input records the application has committed, over all partitions.
  public long committedInput() {
    return KafkaCluster.await(
            cluster.admin().listConsumerGroupOffsets(id()).partitionsToOffsetAndMetadata())
        .entrySet()
        .stream()
        .filter(entry -> entry.getKey().topic().equals(input()))
        .map(Map.Entry::getValue)
        .mapToLong(OffsetAndMetadata::offset)
        .sum();
  }
}
