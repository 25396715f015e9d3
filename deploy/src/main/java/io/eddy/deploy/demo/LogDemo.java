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
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
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
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/// The story of the logs: the lines that the broker in this process logs are a stream of messages,
/// a language model learns them while they come, and a line from elsewhere is put among them.
///
/// The broker has something to log because topics are made and deleted. The foreign line comes once
/// a model has read enough lines to know what is usual.
public final class LogDemo {
  private static final String APPLICATION = "eddy-logs";
  private static final String INPUT_TOPIC = "broker-log";
  private static final byte[] KEY = "broker".getBytes(StandardCharsets.UTF_8);
  private static final String FOREIGN =
      "ERROR sshd: Failed password for invalid user admin from 203.0.113.7 port 51514 ssh2";

  private static final Duration START_MAX = Duration.ofSeconds(60);
  private static final Duration LEARN_MAX = Duration.ofMinutes(4);
  private static final Duration ANSWERS_MAX = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(20);

  /// Lines that a model reads before the foreign one: what is as rare as one in a thousand is told
  /// by how far out it lies.
  private static final int SCORED_BEFORE = 300;

  private static final int LINES_AFTER = 50;
  private static final int FIRST = 100;

  private final Map<String, String> changes;
  private final int port;
  private final Optional<HttpSettings> http;
  private final PrintWriter words;
  private final StopSignal stop;
  private final Progress progress = new Progress();
  private final AtomicReference<@Nullable Exception> refusal = new AtomicReference<>();
  private volatile boolean swapped;

  /// @param changes settings over those of the story
  /// @param port of the broker; 0 for a free one
  /// @param http where it is to be seen; none: nowhere
  /// @param words where it is said what happens
  public LogDemo(
      Map<String, String> changes,
      int port,
      Optional<HttpSettings> http,
      PrintWriter words,
      StopSignal stop) {
    this.changes = Map.copyOf(changes);
    this.port = port;
    this.http = http;
    this.words = words;
    this.stop = stop;
  }

  /// A line and its answer.
  private record Answered(String line, MessageScore score) {}

  /// Runs until the story is told.
  ///
  /// @throws UserException if something that this run rests on fails
  public LogSummary run() {
    long began = System.nanoTime();
    say("starting a broker, a schema registry and the application in this process ...");
    progress.onSwap(
        swap -> {
          swapped = true;
          say("model v" + swap.version() + " reads from here on");
        });
    List<String> sent = new ArrayList<>();
    int foreignAt;
    List<MessageScore> answers;
    try (BrokerLog log = BrokerLog.open();
        var dashboard = Dashboard.start(http, progress, this::say);
        var broker = EmbeddedBroker.start(port);
        var state = TemporaryFolder.create("eddy-state-")) {
      EddyApplication application = EddyApplication.of(settings(broker, state.path()));
      try (Admin admin = application.connect()) {
        createTopics(application, admin);
        try (RunningApplication running =
                application.start(progress, () -> true, dashboard.companion());
            KafkaProducer<byte[], byte[]> producer = producer(broker)) {
          running.awaitRunning(START_MAX, stop);
          // What a start logs comes once, and would be most of what is learned from first.
          log.take();
          foreignAt = play(admin, log, running, producer, sent);
          answers = read(broker, application, running, sent.size());
        }
      } catch (ExecutionException e) {
        throw new UserException(ExitCode.FAILED, "the broker refused: " + e.getMessage(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UserException(ExitCode.FAILED, "interrupted while the story was told", e);
      }
    }
    List<Answered> answered = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      answered.add(new Answered(sent.get(i), answers.get(i)));
    }
    return summary(sent.size(), answered, foreignAt, (System.nanoTime() - began) / 1e9);
  }

  private void say(String what) {
    words.println(what);
    words.flush();
  }

  /// @return which of the lines is the foreign one; -1 if it did not come to that
  private int play(
      Admin admin,
      BrokerLog log,
      RunningApplication running,
      KafkaProducer<byte[], byte[]> producer,
      List<String> sent)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + LEARN_MAX.toNanos();
    int swappedAt = -1;
    int foreignAt = -1;
    for (int round = 0; !stop.isRequested(); round++) {
      running.requireAlive();
      String topic = "orders-" + round;
      admin.createTopics(List.of(new NewTopic(topic, 1 + round % 3, (short) 1))).all().get();
      Cluster.awaitTopics(admin, List.of(topic));
      admin.deleteTopics(List.of(topic)).all().get();
      Thread.sleep(PAUSE);
      List<String> lines = log.take();
      if (foreignAt < 0 && swappedAt >= 0 && sent.size() - swappedAt >= SCORED_BEFORE) {
        foreignAt = sent.size();
        lines = new ArrayList<>(lines);
        lines.addFirst(FOREIGN);
        say("a foreign line is put among the broker's: " + FOREIGN);
      }
      for (String line : lines) {
        // The callback notes a refusal.
        var _ =
            producer.send(
                new ProducerRecord<>(INPUT_TOPIC, KEY, line.getBytes(StandardCharsets.UTF_8)),
                this::acknowledged);
        sent.add(line);
      }
      producer.flush();
      Exception refused = refusal.get();
      if (refused != null) {
        throw new UserException(
            ExitCode.FAILED,
            "a line was not taken by the broker: " + refused.getMessage(),
            refused);
      }
      if (swapped && swappedAt < 0) {
        swappedAt = sent.size();
      }
      if (foreignAt >= 0 && sent.size() > foreignAt + LINES_AFTER) {
        break;
      }
      if (System.nanoTime() > deadline) {
        throw new UserException(
            ExitCode.FAILED,
            "no model has read %d lines within %d s; see the log"
                .formatted(SCORED_BEFORE, LEARN_MAX.toSeconds()));
      }
    }
    return foreignAt;
  }

  private void acknowledged(@Nullable RecordMetadata place, @Nullable Exception refused) {
    if (refused != null) {
      refusal.compareAndSet(null, refused);
    }
  }

  private Map<String, String> settings(EmbeddedBroker broker, Path state) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, "1");
    settings.put(SchemaRegistry.URL_CONFIG, "mock://" + APPLICATION);
    settings.put(ProcessorsConfig.JOB, "language-model");
    settings.put(ProcessorsConfig.INPUT_TOPIC, INPUT_TOPIC);
    settings.put(ProcessorsConfig.INPUT_FORMAT, "text");
    settings.put(ProcessorsConfig.TOPIC_REPLICATION_FACTOR, "1");
    settings.put(ProcessorsConfig.STORE_TYPE, "in-memory");
    settings.put(ProcessorsConfig.WINDOW_SIZE, "256");
    settings.put(ProcessorsConfig.HISTORY_SLOTS, "256");
    settings.put(ProcessorsConfig.TRAINING_WINDOWS_MIN, "128");
    settings.put(ProcessorsConfig.TRAINING_UPDATES_MAX, "600");
    settings.put(ProcessorsConfig.TRAINING_TRUNCATION, "64");
    settings.put(ProcessorsConfig.TRAINING_BATCH_SIZE, "16");
    settings.put(ProcessorsConfig.TRAINING_LEARNING_RATE, "0.008");
    settings.put(ProcessorsConfig.HIDDEN_SIZE, "64");
    settings.putAll(changes);
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
    return settings;
  }

  private static void createTopics(EddyApplication application, Admin admin)
      throws ExecutionException, InterruptedException {
    admin.createTopics(List.of(new NewTopic(INPUT_TOPIC, 1, (short) 1))).all().get();
    Cluster.awaitTopics(admin, List.of(INPUT_TOPIC));
    application.topicPlan(admin).create(admin);
    Cluster.awaitTopics(admin, application.config().topics().all());
  }

  private static KafkaProducer<byte[], byte[]> producer(EmbeddedBroker broker) {
    return new KafkaProducer<>(
        Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /// The answers as any consumer reads them.
  private static List<MessageScore> read(
      EmbeddedBroker broker, EddyApplication application, RunningApplication running, int count) {
    String topic = application.config().topics().forecasts();
    var deserializer = running.registry().serde(MessageScore.class, topic).deserializer();
    List<MessageScore> answers = new ArrayList<>();
    Map<String, Object> settings =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            broker.bootstrapServers(),
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed");
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long deadline = System.nanoTime() + ANSWERS_MAX.toNanos();
      while (answers.size() < count && System.nanoTime() < deadline) {
        running.requireAlive();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          answers.add(deserializer.deserialize(topic, record.value()));
        }
      }
    }
    if (answers.size() != count) {
      throw new UserException(
          ExitCode.FAILED,
          "%d lines were sent, but %d answers were read: expected as many; see the log"
              .formatted(count, answers.size()));
    }
    return answers;
  }

  private static LogSummary summary(
      int lines, List<Answered> answered, int foreignAt, double wallSeconds) {
    @Nullable MessageScore foreign = foreignAt < 0 ? null : answered.get(foreignAt).score;
    List<Double> own =
        answered.stream()
            .filter(one -> !one.line.equals(FOREIGN) && one.score.getSurprise() != null)
            .map(one -> one.score.getSurprise())
            .toList();
    List<String> anomalies =
        answered.stream()
            .filter(one -> one.score.getIsAnomaly())
            .map(one -> "%.2f bits: %s".formatted(one.score.getSurprise(), one.line))
            .toList();
    boolean flagged = foreign != null && foreign.getIsAnomaly();
    return new LogSummary(
        lines,
        answered.size(),
        answered.isEmpty() ? 0 : answered.getLast().score.getModelVersion(),
        flagged,
        foreign == null ? null : foreign.getSurprise(),
        median(own),
        median(own.subList(0, Math.min(FIRST, own.size()))),
        anomalies.size() - (flagged ? 1 : 0),
        anomalies,
        wallSeconds);
  }

  private static @Nullable Double median(List<Double> values) {
    return values.isEmpty() ? null : values.stream().sorted().toList().get(values.size() / 2);
  }
}
