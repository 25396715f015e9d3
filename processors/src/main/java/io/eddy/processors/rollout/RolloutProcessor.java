package io.eddy.processors.rollout;

import io.eddy.model.network.ForecasterSpec;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.metrics.EddyMetrics;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.RolloutStore.Numbers;
import io.eddy.processors.rollout.RolloutStore.Publication;
import io.eddy.processors.topic.Topics;
import io.eddy.schemas.avro.ModelChunk;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.ModelRefusal;
import io.eddy.schemas.avro.WindowScore;
import io.eddy.schemas.serde.AvroSerde;
import io.eddy.schemas.serde.SchemaRegistry;
import io.eddy.schemas.serde.SerdeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides which model answers, and is the only writer of the topic `models`.
///
/// Reads `candidates` and `scores`, one partition each, in one task. Its rule: promote every valid
/// candidate. Valid is what is complete, has the right checksums and digest, can be loaded, and was
/// made for this application's settings. A digest that was promoted before is ignored, so that a
/// trainer may send its result twice.
///
/// **What leaves, in order:** the version's chunks, its manifest, and then the decision that names
/// it. A refused candidate leaves a refusal.
///
/// **Nothing half-published.** The store remembers a version until the registry has seen its
/// decision. Under exactly-once that is only a formality. Under at-least-once a crash may have kept
/// the store's half of a publication and lost the topic's: after a restart it is sent again, the
/// same bytes under the same keys. Only a version that was seen makes older ones go.
///
/// **Numbers never repeat.** They come from the store; where that was reset and `models` was not,
/// they go on after those that the registry holds.
public final class RolloutProcessor
    implements ProcessorSupplier<byte[], byte[], String, ModelRecord> {
  /// The processor's name in the topology.
  public static final String NAME = "rollout";

  /// Refusals take turns in this many keys, so that they stay bounded in a compacted topic.
  static final int REFUSAL_SLOTS = 256;

  /// Candidates whose chunks wait for a manifest, at most: an import that died leaves one for ever.
  static final int ARRIVING_MAX = 16;

  /// How often the registry is compared with what was published.
  static final Duration REVIEW_INTERVAL = Duration.ofSeconds(1);

  private static final Logger LOGGER = LoggerFactory.getLogger(RolloutProcessor.class);

  private final Topics topics;
  private final ForecasterSpec spec;
  private final int kept;
  private final ModelRegistry registry;
  private final Progress progress;
  private final Deserializer<ModelRecord> candidates;
  private final Deserializer<WindowScore> scores;
  private final StoreBuilder<?> storeBuilder;

  RolloutProcessor(
      ProcessorsConfig config, SchemaRegistry schemas, ModelRegistry registry, Progress progress) {
    this.topics = config.topics();
    this.spec = config.forecasterSpec();
    this.kept = config.modelsKept();
    this.registry = registry;
    this.progress = progress;
    this.candidates = AvroSerde.builtIn(ModelRecord.class).deserializer();
    this.scores = schemas.serde(WindowScore.class, topics.scores()).deserializer();
    this.storeBuilder = RolloutStore.builder(config.storeType());
  }

  /// Adds sources, processor, store and sink to a topology.
  public static void addTo(
      StreamsBuilder builder,
      ProcessorsConfig config,
      SchemaRegistry schemas,
      ModelRegistry registry,
      Progress progress) {
    Topics topics = config.topics();
    builder.stream(
            List.of(topics.candidates(), topics.scores()),
            Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
                .withName("rollout-source")
                .withOffsetResetPolicy(AutoOffsetReset.earliest()))
        .process(new RolloutProcessor(config, schemas, registry, progress), Named.as(NAME))
        .to(
            topics.models(),
            Produced.with(Serdes.String(), schemas.serde(ModelRecord.class, topics.models()))
                .withName("models-sink"));
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    return Set.of(storeBuilder);
  }

  @Override
  public Processor<byte[], byte[], String, ModelRecord> get() {
    return new Rollout();
  }

  /// The one task of the rollout.
  private final class Rollout implements Processor<byte[], byte[], String, ModelRecord> {
    private @Nullable ProcessorContext<String, ModelRecord> initialized;
    private @Nullable RolloutStore opened;
    private EddyMetrics.@Nullable Rollouts metrics;
    private Numbers numbers = Numbers.NONE;
    private boolean unconfirmed;
    private boolean restarted;

    @Override
    public void init(ProcessorContext<String, ModelRecord> context) {
      initialized = context;
      opened = new RolloutStore(context.getStateStore(RolloutStore.NAME));
      metrics = new EddyMetrics.Rollouts(context);
      numbers = Objects.requireNonNullElseGet(store().numbers(), this::continued);
      unconfirmed = !store().publications().isEmpty();
      restarted = unconfirmed;
      context.schedule(REVIEW_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::review);
    }

    /// Numbers for a new store: they go on after what the topic holds.
    private Numbers continued() {
      int newest =
          registry.versions().stream().mapToInt(ModelRegistry.Version::number).max().orElse(0);
      return new Numbers(newest, registry.chainEnd(), 0, 0);
    }

    @Override
    public void close() {
      if (metrics != null) {
        metrics.close();
      }
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      byte @Nullable [] value = record.value();
      RecordMetadata origin = context().recordMetadata().orElseThrow();
      if (value == null) {
        return; // A tombstone means nothing in topics that are not compacted.
      }
      try {
        if (origin.topic().equals(topics.scores())) {
          score(scores.deserialize(origin.topic(), record.headers(), value));
        } else {
          consider(candidates.deserialize(origin.topic(), value), record.timestamp());
        }
      } catch (SerdeException.Malformed | SerdeException.UnknownSchema e) {
        refuse(
            0,
            "",
            "the record at offset %d of topic %s cannot be read: %s"
                .formatted(origin.offset(), origin.topic(), e.getMessage()),
            record.timestamp());
      }
    }

    // ---- candidates -----------------------------------------------------------------------------

    private void consider(ModelRecord record, long timestamp) {
      switch (record.getContent()) {
        case ModelChunk chunk -> hold(chunk, timestamp);
        case ModelManifest manifest -> decide(manifest, timestamp);
        case null, default ->
            refuse(
                0, "", "a candidate is a chunk or a manifest, this record is neither", timestamp);
      }
    }

    private void hold(ModelChunk chunk, long timestamp) {
      @Nullable String fault = ModelArtifacts.fault(chunk);
      if (fault != null) {
        refuse(
            0,
            ModelArtifacts.digestLike(chunk.getDigest()) ? chunk.getDigest() : "",
            fault,
            timestamp);
        return;
      }
      String digest = chunk.getDigest();
      if (store().promoted(digest) != null) {
        return;
      }
      if (!store().arriving(digest)) {
        makeRoom(timestamp);
        numbers = numbers.met();
        store().put(numbers);
        store().putArriving(digest, numbers.candidates());
      }
      store().putChunk(digest, chunk.getIndex(), chunk.getData());
    }

    private void makeRoom(long timestamp) {
      List<String> arriving = store().arriving();
      if (arriving.size() >= ARRIVING_MAX) {
        String oldest = arriving.getFirst();
        drop(oldest);
        refuse(
            0,
            oldest,
            "its manifest did not come before the chunks of "
                + ARRIVING_MAX
                + " other candidates: send it again",
            timestamp);
      }
    }

    private void decide(ModelManifest manifest, long timestamp) {
      String digest = manifest.getDigest();
      if (store().promoted(digest) != null) {
        LOGGER.atInfo().addKeyValue("digest", digest).log("ignored candidate: it is known");
      } else {
        switch (ModelArtifacts.assemble(manifest, index -> store().chunk(digest, index), spec)) {
          case Assembly.Valid(var forecaster) -> promote(manifest, timestamp);
          case Assembly.Invalid(String reason) -> {
            drop(digest);
            progress.recordCandidateRefused();
            refuse(0, ModelArtifacts.digestLike(digest) ? digest : "", reason, timestamp);
          }
        }
      }
      metrics().candidate();
      progress.recordCandidateDecided();
    }

    private void promote(ModelManifest candidate, long timestamp) {
      int version = numbers.version() + 1;
      long sequence = numbers.sequence() + 1;
      ModelManifest manifest = ModelManifest.newBuilder(candidate).setVersion(version).build();
      ModelDecision decision =
          new ModelDecision(
              sequence, numbers.sequence(), version, "every valid candidate is promoted");
      Publication publication = new Publication(manifest, decision);
      numbers = numbers.published(version, sequence);
      store().put(numbers);
      store().putPromoted(candidate.getDigest(), version);
      store().removeArriving(candidate.getDigest());
      store().put(publication);
      unconfirmed = true;
      publish(publication, timestamp);
      LOGGER
          .atInfo()
          .addKeyValue("model", version)
          .addKeyValue("decision", sequence)
          .addKeyValue("digest", candidate.getDigest())
          .log("promoted candidate");
      metrics().decision(sequence, version);
      progress.recordDecisionSent(sequence);
    }

    private void publish(Publication publication, long timestamp) {
      ModelManifest manifest = publication.manifest();
      int version = manifest.getVersion();
      for (int index = 0; index < manifest.getChunks(); index++) {
        ByteBuffer data =
            Objects.requireNonNull(store().chunk(manifest.getDigest(), index), "published chunk");
        forward(
            ModelKeys.versionChunk(version, index),
            new ModelChunk(manifest.getDigest(), index, manifest.getChunks(), data),
            timestamp);
      }
      forward(ModelKeys.versionManifest(version), manifest, timestamp);
      ModelDecision decision = publication.decision();
      forward(ModelKeys.decision(decision.getSequence()), decision, timestamp);
    }

    private void drop(String digest) {
      store().removeChunks(digest);
      store().removeArriving(digest);
    }

    // ---- scores ---------------------------------------------------------------------------------

    private void score(WindowScore window) {
      int version = window.getVersion();
      store().put(version, store().scores(version).plus(window));
    }

    // ---- what the registry has seen -------------------------------------------------------------

    /// Compares the registry with what was published; runs on the stream thread.
    private void review(long now) {
      report(now);
      if (!unconfirmed) {
        return;
      }
      boolean confirmed = false;
      unconfirmed = false;
      for (Publication publication : store().publications()) {
        if (registry.chainEnd() >= publication.decision().getSequence()) {
          store().removeChunks(publication.manifest().getDigest());
          store().remove(publication);
          confirmed = true;
        } else {
          unconfirmed = true;
          if (restarted) {
            publish(publication, now);
          }
        }
      }
      restarted = false;
      if (confirmed) {
        tombstone(now);
      }
    }

    /// Removes the versions beyond the number kept, but never the one that answers.
    private void tombstone(long now) {
      List<ModelRegistry.Version> versions = registry.versions();
      Set<Integer> staying = new TreeSet<>();
      staying.add(registry.current().version());
      versions.reversed().stream().limit(kept).forEach(version -> staying.add(version.number()));
      for (ModelRegistry.Version version : versions) {
        if (staying.contains(version.number())) {
          continue;
        }
        // The manifest goes first: without it the chunks are nothing.
        forward(ModelKeys.versionManifest(version.number()), null, now);
        for (int index = 0; index < version.chunks(); index++) {
          forward(ModelKeys.versionChunk(version.number(), index), null, now);
        }
        store().removeScores(version.number());
        LOGGER.atInfo().addKeyValue("model", version.number()).log("removed old version");
      }
    }

    /// Publishes what the registry of this instance refused: its own thread cannot.
    private void report(long now) {
      List<ModelRefusal> refusals = registry.refusals();
      if (refusals.isEmpty()) {
        return;
      }
      boolean news = false;
      for (ModelRefusal refusal : refusals) {
        if (!store().reported(refusal)) {
          store().putReported(refusal);
          forwardRefusal(refusal, now);
          news = true;
        }
      }
      if (news) {
        store().retainReported(refusals);
      }
    }

    // ---- output ---------------------------------------------------------------------------------

    private void refuse(int version, String digest, String reason, long timestamp) {
      LOGGER.atWarn().addKeyValue("digest", digest).log("refused candidate: {}", reason);
      // Signed with the task and not with a host: the same input gives the same bytes.
      forwardRefusal(
          new ModelRefusal(version, digest, reason, context().taskId().toString()), timestamp);
    }

    private void forwardRefusal(ModelRefusal refusal, long timestamp) {
      int slot = (int) (numbers.refusals() % REFUSAL_SLOTS);
      numbers = numbers.refused();
      store().put(numbers);
      metrics().refusal();
      forward(ModelKeys.refusal(slot), refusal, timestamp);
    }

    @SuppressWarnings(
        "NullAway") // A record's value may be null, a tombstone; Kafka's is not annotated.
    private void forward(String key, @Nullable Object content, long timestamp) {
      context()
          .forward(new Record<>(key, content == null ? null : new ModelRecord(content), timestamp));
    }

    private ProcessorContext<String, ModelRecord> context() {
      return Objects.requireNonNull(initialized, "used before init");
    }

    private RolloutStore store() {
      return Objects.requireNonNull(opened, "used before init");
    }

    private EddyMetrics.Rollouts metrics() {
      return Objects.requireNonNull(metrics, "used before init");
    }
  }
}
