package io.eddy.deploy.demo;

import io.eddy.deploy.app.Cluster;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.app.RunningApplication;
import io.eddy.deploy.broker.EmbeddedBroker;
import io.eddy.deploy.http.HttpSettings;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.deploy.process.TemporaryFolder;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.schemas.avro.MessageScore;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/// What stories about messages play on: a broker and an application that remembers messages, in
/// this process, a topic of one partition, and its answers in the order of what was sent.
final class MessageStage implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofSeconds(60);
  private static final Duration ANSWERS_MAX = Duration.ofMinutes(2);

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final AtomicReference<@Nullable Exception> refusal = new AtomicReference<>();
  private final List<MessageScore> answers = new ArrayList<>();
  private final String input;
  private final String answerTopic;
  private final Admin admin;
  private final RunningApplication running;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Deserializer<MessageScore> deserializer;
  private long sent;

  /// Opens everything; returns when the application runs.
  ///
  /// @param name of application and input
  /// @param settings of the job and its network
  /// @param port of the broker; 0 for a free one
  /// @param words where it is said what happens
  /// @throws UserException if something that this run rests on fails
  MessageStage(
      String name,
      Map<String, String> settings,
      int port,
      Optional<HttpSettings> http,
      Progress progress,
      Consumer<String> words,
      StopSignal stop) {
    input = name;
    boolean whole = false;
    try {
      Dashboard dashboard = opened(Dashboard.start(http, progress, words));
      EmbeddedBroker broker = opened(EmbeddedBroker.start(port));
      TemporaryFolder state = opened(TemporaryFolder.create("eddy-state-"));
      Map<String, String> all = new LinkedHashMap<>();
      all.put(StreamsConfig.APPLICATION_ID_CONFIG, "eddy-" + name);
      all.put(StreamsConfig.STATE_DIR_CONFIG, state.path().toString());
      all.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, "1");
      all.put(SchemaRegistry.URL_CONFIG, "mock://eddy-" + name);
      all.put(ProcessorsConfig.INPUT_TOPIC, input);
      all.put(ProcessorsConfig.INPUT_FORMAT, "text");
      all.put(ProcessorsConfig.TOPIC_REPLICATION_FACTOR, "1");
      all.put(ProcessorsConfig.STORE_TYPE, "in-memory");
      all.putAll(settings);
      all.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
      EddyApplication application = EddyApplication.of(all);
      answerTopic = application.config().topics().forecasts();
      admin = opened(application.connect());
      createTopics(application);
      running = opened(application.start(progress, () -> true, dashboard.companion()));
      producer =
          opened(
              new KafkaProducer<>(
                  Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()),
                  new ByteArraySerializer(),
                  new ByteArraySerializer()));
      consumer =
          opened(
              new KafkaConsumer<>(
                  Map.of(
                      ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                      broker.bootstrapServers(),
                      ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                      "read_committed"),
                  new ByteArrayDeserializer(),
                  new ByteArrayDeserializer()));
      List<TopicPartition> partitions = List.of(new TopicPartition(answerTopic, 0));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      deserializer = running.registry().serde(MessageScore.class, answerTopic).deserializer();
      running.awaitRunning(START_MAX, stop);
      whole = true;
    } finally {
      if (!whole) {
        close();
      }
    }
  }

  private <T extends AutoCloseable> T opened(T resource) {
    opened.add(resource);
    return resource;
  }

  private void createTopics(EddyApplication application) {
    try {
      admin.createTopics(List.of(new NewTopic(input, 1, (short) 1))).all().get();
    } catch (ExecutionException e) {
      throw new UserException(ExitCode.FAILED, "the broker refused: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserException(ExitCode.FAILED, "interrupted while topics were created", e);
    }
    Cluster.awaitTopics(admin, List.of(input));
    application.topicPlan(admin).create(admin);
    Cluster.awaitTopics(admin, application.config().topics().all());
  }

  Admin admin() {
    return admin;
  }

  /// Messages that were sent.
  long sent() {
    return sent;
  }

  void send(String key, String text, Header... headers) {
    // The callback notes a refusal.
    var _ =
        producer.send(
            new ProducerRecord<>(
                input,
                null,
                key.getBytes(StandardCharsets.UTF_8),
                text.getBytes(StandardCharsets.UTF_8),
                List.of(headers)),
            this::acknowledged);
    sent++;
  }

  private void acknowledged(@Nullable RecordMetadata place, @Nullable Exception refused) {
    if (refused != null) {
      refusal.compareAndSet(null, refused);
    }
  }

  /// Waits until all that was sent is with the broker.
  ///
  /// @throws UserException if it was not taken, or the application has ended
  void flush() {
    producer.flush();
    Exception refused = refusal.get();
    if (refused != null) {
      throw new UserException(
          ExitCode.FAILED,
          "a message was not taken by the broker: " + refused.getMessage(),
          refused);
    }
    running.requireAlive();
  }

  /// All answers so far, as any consumer reads them, in the order of what was sent.
  List<MessageScore> answers() {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
      answers.add(deserializer.deserialize(answerTopic, record.value()));
    }
    return answers;
  }

  /// All answers, once there are no fewer than so many.
  ///
  /// @throws UserException if they do not come
  List<MessageScore> awaitAnswers(long count) {
    long deadline = System.nanoTime() + ANSWERS_MAX.toNanos();
    while (answers().size() < count) {
      running.requireAlive();
      if (System.nanoTime() > deadline) {
        throw new UserException(
            ExitCode.FAILED,
            "%d messages were sent, but %d answers were read: expected as many; see the log"
                .formatted(count, answers.size()));
      }
    }
    return answers;
  }

  /// Closes what was opened, the last first.
  @Override
  public void close() {
    for (AutoCloseable resource : opened.reversed()) {
      try {
        resource.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException("what the stage consists of throws nothing checked", e);
      }
    }
    opened.clear();
  }
}
