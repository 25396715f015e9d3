package io.eddy.deploy.models;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.Forecaster;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.DecisionKind;
import io.eddy.processors.rollout.ModelArtifacts;
import io.eddy.processors.rollout.ModelMessage;
import io.eddy.processors.topic.Topics;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.WindowScore;
import io.eddy.schemas.serde.AvroSerde;
import io.eddy.schemas.serde.SchemaRegistry;
import io.eddy.schemas.serde.SerdeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
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
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/// The topics of one application's models: reads which versions there are, and sends candidates and
/// wishes to the rollout. The application need not run.
public final class ModelTopics {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LOOK = Duration.ofMillis(300);

  private final ProcessorsConfig config;
  private final SchemaRegistry registry;
  private final Topics topics;

  /// @param config of the application
  /// @param registry stays the caller's to close
  public ModelTopics(ProcessorsConfig config, SchemaRegistry registry) {
    this.config = config;
    this.registry = registry;
    this.topics = config.topics();
  }

  /// All that is committed in the topic of models, and the scores that are still there.
  ///
  /// @throws UserException if a topic is not there
  public PublishedModels read() {
    var models = new PublishedModels();
    var records = AvroSerde.builtIn(ModelRecord.class).deserializer();
    var scores = registry.serde(WindowScore.class, topics.scores()).deserializer();
    try (var consumer =
        new KafkaConsumer<>(
            client("consumer"), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      readAll(
          consumer,
          topics.models(),
          record ->
              models.add(new String(record.key(), StandardCharsets.UTF_8), value(records, record)));
      readAll(
          consumer,
          topics.scores(),
          record -> {
            WindowScore score = value(scores, record);
            if (score != null) {
              models.add(score);
            }
          });
    }
    return models;
  }

  private static <T> @Nullable T value(
      Deserializer<T> deserializer, ConsumerRecord<byte[], byte[]> record) {
    try {
      return deserializer.deserialize(record.topic(), record.headers(), record.value());
    } catch (SerdeException.Malformed | SerdeException.UnknownSchema e) {
      return null; // The application has refused it, too, and said so.
    }
  }

  private static void readAll(
      KafkaConsumer<byte[], byte[]> consumer,
      String topic,
      Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new UserException(
          ExitCode.UNFIT,
          ("the cluster has no topic \"%s\": is this the application's configuration, and did"
                  + " \"eddy topics create\" run?")
              .formatted(topic));
    }
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    // By positions, not records: markers of transactions and gaps of compaction take offsets, too.
    while (partitions.stream()
        .anyMatch(one -> consumer.position(one) < ends.getOrDefault(one, 0L))) {
      consumer.poll(POLL).forEach(reader);
    }
  }

  /// Offers a model to the rollout.
  ///
  /// @return the digest that it will be known by
  public String offer(Forecaster forecaster) {
    return offer(ForecasterCheckpoint.write(forecaster), forecaster.provenance());
  }

  private String offer(byte[] file, Map<String, String> provenance) {
    List<ModelMessage> messages = ModelArtifacts.candidate(file, provenance, 0, Instant.EPOCH);
    send(messages.stream());
    return ModelArtifacts.digestOf(messages);
  }

  /// Asks the rollout for a decision.
  ///
  /// @param kind PROMOTED, ROLLED_BACK or DELETED
  /// @param version that it is about; 0 to roll back to the predecessor
  /// @param reason for people; may be empty
  public void wish(DecisionKind kind, int version, String reason) {
    var wish = new ModelDecision(0L, 0L, version, reason, kind.name(), null, Map.of());
    send(Stream.of(new ModelMessage("wish", new ModelRecord(wish))));
  }

  /// Asks the rollout for a decision, and waits for what comes of it.
  ///
  /// @param longest zero not to wait
  public Outcome fulfil(DecisionKind kind, int version, String reason, Duration longest) {
    PublishedModels before = read();
    wish(kind, version, reason);
    return await(
        longest,
        now -> {
          if (kind == DecisionKind.DELETED && before.version(version).isPresent()) {
            return now.version(version).isEmpty()
                ? new Outcome.Decided("removed version " + version)
                : null;
          }
          return now.decisions().stream()
              .filter(decision -> decision.getSequence() > sequence(before))
              .filter(decision -> decision.getKind().equals(kind.name()))
              .findFirst()
              .map(decision -> new Outcome.Decided(words(decision)))
              .orElse(null);
        },
        before);
  }

  /// Offers a model to the rollout, and waits for what comes of it.
  ///
  /// @param file a checkpoint of the application's kind of network
  /// @param provenance that it holds
  /// @param longest zero not to wait
  public Outcome introduce(byte[] file, Map<String, String> provenance, Duration longest) {
    PublishedModels before = read();
    String digest = offer(file, provenance);
    return await(
        longest,
        now ->
            now.versions().stream()
                .filter(manifest -> manifest.getDigest().equals(digest))
                .findFirst()
                .map(
                    manifest ->
                        new Outcome.Decided(
                            "it is version %d; %s"
                                .formatted(
                                    manifest.getVersion(),
                                    now.newestDecision().map(ModelTopics::words).orElse(""))))
                .orElse(null),
        before);
  }

  private static long sequence(PublishedModels models) {
    return models.newestDecision().map(ModelDecision::getSequence).orElse(0L);
  }

  private static String words(ModelDecision decision) {
    return "decision %d: version %d answers%s"
        .formatted(
            decision.getSequence(),
            decision.getChampionVersion(),
            decision.getShadowVersion() == null
                ? ""
                : ", version " + decision.getShadowVersion() + " runs beside it");
  }

  private Outcome await(
      Duration longest, Function<PublishedModels, @Nullable Outcome> look, PublishedModels before) {
    long deadline = System.nanoTime() + longest.toNanos();
    while (System.nanoTime() < deadline) {
      PublishedModels now = read();
      Outcome outcome = look.apply(now);
      if (outcome != null) {
        return outcome;
      }
      if (now.refusalsRead() > before.refusalsRead()) {
        return new Outcome.Refused(now.newestRefusal());
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
    return new Outcome.Unanswered();
  }

  private void send(Stream<ModelMessage> messages) {
    var serializer = registry.serde(ModelRecord.class, topics.candidates()).serializer();
    try (var producer =
        new KafkaProducer<>(
            client("producer"), new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent =
          messages
              .map(
                  message ->
                      producer.send(
                          new ProducerRecord<>(
                              topics.candidates(),
                              message.key().getBytes(StandardCharsets.UTF_8),
                              serializer.serialize(topics.candidates(), message.value()))))
              .toList();
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new UserException(
          ExitCode.FAILED,
          "the topic " + topics.candidates() + " did not take it: " + e.getCause(),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserException(ExitCode.FAILED, "interrupted while sending", e);
    }
  }

  /// The application's own settings of its clients, such as security.
  private Map<String, Object> client(String kind) {
    var streams = new StreamsConfig(config.kafkaProperties());
    Map<String, Object> client = new HashMap<>();
    if (kind.equals("consumer")) {
      client.putAll(streams.getGlobalConsumerConfigs("eddy-model"));
      client.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
      client.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
      client.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    } else {
      client.putAll(streams.getProducerConfigs("eddy-model"));
      client.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
      client.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
    }
    return client;
  }
}
