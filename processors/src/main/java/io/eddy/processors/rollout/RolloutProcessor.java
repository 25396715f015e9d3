package io.eddy.processors.rollout;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.config.Promotion;
import io.eddy.processors.metrics.EddyMetrics;
import io.eddy.processors.progress.DecisionKind;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.RolloutStore.Numbers;
import io.eddy.processors.rollout.RolloutStore.Publication;
import io.eddy.processors.rollout.RolloutStore.Standing;
import io.eddy.processors.topic.Topics;
import io.eddy.schemas.avro.ModelChunk;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.ModelRefusal;
import io.eddy.schemas.avro.TrainingReport;
import io.eddy.schemas.avro.TrainingRound;
import io.eddy.schemas.avro.WindowScore;
import io.eddy.schemas.serde.AvroSerde;
import io.eddy.schemas.serde.SchemaRegistry;
import io.eddy.schemas.serde.SerdeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
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
/// Reads `candidates` and `scores`, one partition each, in one task. A candidate is valid if it is
/// complete, has the right checksums and digest, can be loaded, and was made for this application's
/// settings. A digest that became a version before is ignored, so that a trainer may send its
/// result twice.
///
/// **Who answers** (`eddy.promotion=trial`). The first version answers at once, since only the
/// naive forecast would answer in its place. Every later one is a *challenger*: it runs beside the
/// champion on the live events of a share of the keys, and answers nobody. It becomes the champion
/// when a [Contest] finds it better; else it is withdrawn. One contest at a time; of the candidates
/// that come meanwhile, the newest waits. A promotion starts the mirrored contest: the
/// *predecessor* runs beside the new champion, and comes back if it is the better one after all. A
/// champion's k-th challenger needs k(k + 1)/2 times the evidence of the first, so that trying many
/// cannot make one of them look good: all of them together, if none is better, are promoted with a
/// chance of at most one in ten. With `eddy.promotion=immediate` every valid candidate answers at
/// once.
///
/// **Wishes** of people come through `candidates`, too, as decisions without a number: promote,
/// roll back, delete.
///
/// **Candidates of trainers** are contributions to a round: see [Rounds].
///
/// **What leaves, in order:** a version's chunks, its manifest, and then the decision that names
/// it. Every decision has a number and its figures. A refused candidate leaves a refusal.
///
/// **Nothing half-published.** The store remembers a version until the registry has seen its
/// decision. Under exactly-once that is only a formality. Under at-least-once a crash may have kept
/// the store's half of a publication and lost the topic's: after a restart it is sent again, the
/// same bytes under the same keys. Only a version that was seen makes older ones go.
///
/// **Numbers never repeat.** They come from the store; where that was reset and `models` was not,
/// they go on after those that the registry holds.
public final class RolloutProcessor
    implements ProcessorSupplier<byte[], byte[], String, SpecificRecord> {
  /// The child that gets what goes to the topic `models`.
  public static final String MODELS = "rollout-models";

  /// The child that gets what asks trainers to join a round.
  public static final String ROUNDS = "rollout-rounds";

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
  private final int kept;
  private final boolean trials;
  private final long blockMillis;
  private final int blocksMax;
  private final long trialIdleMillis;
  private final double gainMin;
  private final int scoresPerBlock;
  private final double quorum;
  private final long roundWaitMillis;
  private final ModelRegistry<?> registry;
  private final Progress progress;
  private final Deserializer<ModelRecord> candidates;
  private final Deserializer<WindowScore> scores;
  private final StoreBuilder<?> storeBuilder;

  RolloutProcessor(
      ProcessorsConfig config,
      SchemaRegistry schemas,
      ModelRegistry<?> registry,
      Progress progress) {
    this.topics = config.topics();
    this.kept = config.modelsKept();
    this.trials = config.promotion() == Promotion.TRIAL;
    this.blockMillis = config.trialBlockMillis();
    this.blocksMax = config.trialBlocksMax();
    this.trialIdleMillis = config.trialIdleMillis();
    this.gainMin = config.promotionGainMin();
    this.scoresPerBlock = Math.ceilDiv(config.forecasterSpec().horizon() + 1, config.scoreSteps());
    this.quorum = config.trainingQuorum();
    this.roundWaitMillis = config.trainingRoundWaitMillis();
    this.registry = registry;
    this.progress = progress;
    this.candidates = AvroSerde.builtIn(ModelRecord.class).deserializer();
    this.scores = schemas.serde(WindowScore.class, topics.scores()).deserializer();
    this.storeBuilder = RolloutStore.builder(config.storeType());
  }

  /// Adds sources, processor, store and sink to a topology.
  ///
  /// @return rounds of training that the partitions are to be asked to join
  public static KStream<String, TrainingRound> addTo(
      StreamsBuilder builder,
      ProcessorsConfig config,
      SchemaRegistry schemas,
      ModelRegistry<?> registry,
      Progress progress) {
    Topics topics = config.topics();
    KStream<String, SpecificRecord> decided =
        builder.stream(
                List.of(topics.candidates(), topics.scores()),
                Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
                    .withName("rollout-source")
                    .withOffsetResetPolicy(AutoOffsetReset.earliest()))
            .process(new RolloutProcessor(config, schemas, registry, progress), Named.as(NAME));
    decided
        .mapValues(ModelRecord.class::cast, Named.as(MODELS))
        .to(
            topics.models(),
            Produced.with(Serdes.String(), schemas.serde(ModelRecord.class, topics.models()))
                .withName("models-sink"));
    return decided.mapValues(TrainingRound.class::cast, Named.as(ROUNDS));
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    return Set.of(storeBuilder);
  }

  @Override
  public Processor<byte[], byte[], String, SpecificRecord> get() {
    return new Rollout();
  }

  /// The one task of the rollout.
  private final class Rollout implements Processor<byte[], byte[], String, SpecificRecord> {
    private @Nullable ProcessorContext<String, SpecificRecord> initialized;
    private @Nullable RolloutStore opened;
    private @Nullable Rounds openRounds;
    private EddyMetrics.@Nullable Rollouts metrics;
    private Numbers numbers = Numbers.NONE;
    private Standing standing = new Standing(0, Standing.NOBODY, 0);
    private @Nullable Contest contest;
    private boolean unconfirmed;
    private boolean restarted;

    @Override
    public void init(ProcessorContext<String, SpecificRecord> context) {
      initialized = context;
      opened = new RolloutStore(context.getStateStore(RolloutStore.NAME));
      openRounds = new Rounds(store(), quorum, roundWaitMillis);
      metrics = new EddyMetrics.Rollouts(context);
      numbers = Objects.requireNonNullElseGet(store().numbers(), this::continued);
      standing =
          Objects.requireNonNullElseGet(
              store().standing(),
              () -> new Standing(registry.current().version(), Standing.NOBODY, 0));
      contest = store().contest();
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
          score(scores.deserialize(origin.topic(), record.headers(), value), record.timestamp());
          progress.recordScoreConsumed();
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
        case ModelManifest manifest when manifest.getReport() != null -> hear(manifest, timestamp);
        case ModelManifest manifest -> decide(manifest, timestamp);
        case ModelDecision wish when wish.getSequence() == 0 -> fulfil(wish, timestamp);
        case null, default ->
            refuse(
                0,
                "",
                "a candidate is a chunk or a manifest, this record is neither, nor a wish",
                timestamp);
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
      if (isKnown(digest)) {
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
      // Every trainer may be about to send its own.
      if (arriving.size() >= ARRIVING_MAX + rounds().trainers().size()) {
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
      if (isKnown(digest)) {
        LOGGER.atInfo().addKeyValue("digest", digest).log("ignored candidate: it is known");
      } else {
        switch (registry.assemble(manifest, index -> store().chunk(digest, index))) {
          case Assembly.Valid<?> _ -> admit(manifest, timestamp);
          case Assembly.Invalid<?>(String reason) -> {
            drop(digest);
            progress.recordCandidateRefused();
            refuse(0, ModelArtifacts.digestLike(digest) ? digest : "", reason, timestamp);
          }
        }
      }
      metrics().candidate();
      progress.recordCandidateDecided();
    }

    private boolean isKnown(String digest) {
      @Nullable ModelManifest waiting = store().waiting();
      return store().versionOf(digest) != null
          || (waiting != null && waiting.getDigest().equals(digest))
          || rounds().holds(digest);
    }

    // ---- rounds of training ---------------------------------------------------------------------

    /// Takes what a trainer reports.
    private void hear(ModelManifest manifest, long timestamp) {
      TrainingReport report = Round.report(manifest);
      @Nullable ReportKind kind = kind(report);
      if (kind == null) {
        refuse(
            0,
            "",
            "a trainer reports \"%s\", expected one of %s"
                .formatted(report.getKind(), List.of(ReportKind.values())),
            timestamp);
        return;
      }
      if (kind == ReportKind.TRAINED) {
        metrics().candidate();
        if (isKnown(manifest.getDigest())) {
          // Sent again, or found again: the round has nothing new to wait for.
          settle(1);
          kind = ReportKind.FAILED;
        } else {
          kind = verified(manifest, timestamp);
        }
      }
      long now = context().currentSystemTimeMs();
      switch (rounds().take(kind, manifest, now)) {
        case NONE -> {}
        case OPENED -> ask(manifest, report, timestamp);
        case REPLACED -> settle(1);
        case LATE -> {
          if (kind == ReportKind.TRAINED) {
            drop(manifest.getDigest());
            settle(1);
            LOGGER
                .atInfo()
                .addKeyValue("partition", report.getPartition())
                .addKeyValue("job", report.getJob())
                .log("dropped what a training found: its round is over");
          }
        }
      }
      closeRounds(now, timestamp);
    }

    private static @Nullable ReportKind kind(TrainingReport report) {
      return Stream.of(ReportKind.values())
          .filter(kind -> kind.name().equals(report.getKind()))
          .findFirst()
          .orElse(null);
    }

    /// A training whose model cannot be used has failed.
    private ReportKind verified(ModelManifest manifest, long timestamp) {
      String digest = manifest.getDigest();
      return switch (registry.assemble(manifest, index -> store().chunk(digest, index))) {
        case Assembly.Valid<?> _ -> {
          store().removeArriving(digest);
          yield ReportKind.TRAINED;
        }
        case Assembly.Invalid<?>(String reason) -> {
          drop(digest);
          progress.recordCandidateRefused();
          refuse(0, ModelArtifacts.digestLike(digest) ? digest : "", reason, timestamp);
          settle(1);
          yield ReportKind.FAILED;
        }
      };
    }

    /// Asks the trainers of the other partitions to join the round that one has opened.
    private void ask(ModelManifest manifest, TrainingReport report, long timestamp) {
      ask(
          new TrainingRound(
              manifest.getBaseVersion(),
              report.getBaseDecision(),
              report.getCause(),
              report.getWindowsMax(),
              List.of(report.getPartition())),
          timestamp);
    }

    private void ask(TrainingRound round, long timestamp) {
      context().forward(new Record<>("", round, timestamp), ROUNDS);
      for (int asked = round.getEntered().size(); asked < rounds().trainers().size(); asked++) {
        progress.recordWindowSent();
      }
    }

    private void closeRounds(long now, long timestamp) {
      for (Rounds.Closed closed : rounds().close(now)) {
        List<ModelManifest> contributions = closed.contributions();
        if (contributions.size() == 1) {
          admit(withoutReport(contributions.getFirst()), timestamp);
        } else if (!contributions.isEmpty() && closed.round().base() == 0) {
          choose(contributions, timestamp);
        } else if (!contributions.isEmpty()) {
          average(closed, timestamp);
        }
        settle(closed.round().contributions().size());
      }
    }

    private static ModelManifest withoutReport(ModelManifest contribution) {
      return ModelManifest.newBuilder(contribution).setReport(null).build();
    }

    /// Of trainings that began from initial weights, one is taken, and all partitions train on from
    /// it at once. From weights that know nothing each training goes a way of its own, and the mean
    /// of networks that do the same by different weights does nothing (measured: three times the
    /// error of each).
    private void choose(List<ModelManifest> contributions, long timestamp) {
      ModelManifest chosen = Averaging.largest(contributions);
      for (ModelManifest other : contributions) {
        if (!other.getDigest().equals(chosen.getDigest())) {
          drop(other.getDigest());
        }
      }
      admit(withoutReport(chosen), timestamp);
      @Nullable Integer version = store().versionOf(chosen.getDigest());
      if (version != null) {
        rounds().open(version);
        TrainingReport report = Round.report(chosen);
        ask(
            new TrainingRound(
                version, numbers.sequence(), report.getCause(), report.getWindowsMax(), List.of()),
            timestamp);
      }
    }

    private void average(Rounds.Closed closed, long timestamp) {
      List<byte[]> files = closed.contributions().stream().map(this::file).toList();
      List<ModelMessage> candidate =
          Averaging.candidate(closed.round(), closed.contributions(), files, registry.format());
      closed.contributions().forEach(manifest -> drop(manifest.getDigest()));
      String digest = ModelArtifacts.digestOf(candidate);
      if (isKnown(digest)) {
        return;
      }
      ModelManifest manifest = (ModelManifest) candidate.getLast().value().getContent();
      for (ModelMessage message : candidate.subList(0, candidate.size() - 1)) {
        ModelChunk chunk = (ModelChunk) message.value().getContent();
        store().putChunk(digest, chunk.getIndex(), chunk.getData());
      }
      switch (registry.assemble(manifest, index -> store().chunk(digest, index))) {
        case Assembly.Valid<?> _ -> admit(manifest, timestamp);
        case Assembly.Invalid<?>(String reason) -> {
          drop(digest);
          progress.recordCandidateRefused();
          refuse(0, digest, reason, timestamp);
        }
      }
    }

    private byte[] file(ModelManifest manifest) {
      String digest = manifest.getDigest();
      return switch (ModelArtifacts.file(manifest, index -> store().chunk(digest, index))) {
        case Assembly.Valid<byte[]>(byte[] file) -> file;
        case Assembly.Invalid<byte[]>(String reason) ->
            throw new IllegalStateException("a contribution was whole when it came: " + reason);
      };
    }

    /// So many candidates of those that trainers sent are decided.
    private void settle(int candidates) {
      for (int i = 0; i < candidates; i++) {
        progress.recordCandidateDecided();
      }
    }

    // ---- admission
    // --------------------------------------------------------------------------------

    private void admit(ModelManifest candidate, long timestamp) {
      if (!trials) {
        crown(newVersion(candidate), "every valid candidate is promoted", timestamp);
      } else if (standing.champion() == 0) {
        crown(newVersion(candidate), "only the naive forecast answered before", timestamp);
      } else if (contest == null) {
        tryOut(candidate, timestamp);
      } else {
        @Nullable ModelManifest superseded = store().waiting();
        if (superseded != null) {
          drop(superseded.getDigest());
          LOGGER
              .atInfo()
              .addKeyValue("digest", superseded.getDigest())
              .log("dropped a candidate before its trial: a newer one waits in its place");
        }
        store().removeArriving(candidate.getDigest());
        store().putWaiting(candidate);
      }
    }

    /// The candidate as the next version; its chunks are in the store.
    private ModelManifest newVersion(ModelManifest candidate) {
      int version = numbers.version() + 1;
      numbers = numbers.named(version);
      store().putVersion(candidate.getDigest(), version);
      store().removeArriving(candidate.getDigest());
      return ModelManifest.newBuilder(candidate).setVersion(version).build();
    }

    /// Starts a challenger's trial.
    private void tryOut(ModelManifest candidate, long timestamp) {
      ModelManifest manifest = newVersion(candidate);
      int tried = standing.tried() + 1;
      setStanding(new Standing(standing.champion(), standing.predecessor(), tried));
      double evidence = Contest.EVIDENCE * tried * (tried + 1) / 2;
      start(Contest.Kind.TRIAL, standing.champion(), manifest.getVersion(), evidence);
      decide(
          DecisionKind.TRIAL,
          manifest,
          "challenger %d of version %d".formatted(tried, standing.champion()),
          Map.of("evidence.needed", evidence),
          timestamp);
    }

    /// A new version, or one that is known, answers from now on.
    private void crown(ModelManifest brought, String reason, long timestamp) {
      crown(DecisionKind.PROMOTED, brought.getVersion(), brought, reason, Map.of(), timestamp);
    }

    private void crown(
        DecisionKind kind,
        int version,
        @Nullable ModelManifest brought,
        String reason,
        Map<String, Double> figures,
        long timestamp) {
      int before = standing.champion();
      endContest();
      if (kind == DecisionKind.ROLLED_BACK) {
        // What was found worse than this version counts as one that was tried against it.
        setStanding(new Standing(version, Standing.NOBODY, 1));
      } else {
        setStanding(new Standing(version, before, 0));
        if (trials) {
          start(Contest.Kind.WATCH, version, before, Contest.EVIDENCE);
        }
      }
      decide(kind, brought, reason, figures, timestamp);
    }

    private void start(Contest.Kind kind, int champion, int shadow, double evidence) {
      setContest(
          new Contest(
              kind,
              champion,
              shadow,
              numbers.sequence() + 1,
              evidence,
              blockMillis,
              context().currentSystemTimeMs()));
    }

    /// Sends the decision that makes standing and contest known.
    private void decide(
        DecisionKind kind,
        @Nullable ModelManifest brought,
        String reason,
        Map<String, Double> figures,
        long timestamp) {
      long sequence = numbers.sequence() + 1;
      @Nullable Contest running = contest;
      var decision =
          new ModelDecision(
              sequence,
              numbers.sequence(),
              standing.champion(),
              reason,
              kind.name(),
              running == null ? null : running.shadow(),
              new TreeMap<>(figures));
      var publication = new Publication(brought, decision);
      numbers = numbers.decided();
      store().put(numbers);
      store().put(publication);
      unconfirmed = true;
      publish(publication, timestamp);
      LOGGER
          .atInfo()
          .addKeyValue("decision", sequence)
          .addKeyValue("kind", kind)
          .addKeyValue("model", standing.champion())
          .addKeyValue("shadow", running == null ? "none" : running.shadow())
          .log("decided: {} {}", reason, figures);
      metrics().decision(sequence, standing.champion());
      progress.recordDecisionSent(sequence);
    }

    private void publish(Publication publication, long timestamp) {
      @Nullable ModelManifest manifest = publication.manifest();
      if (manifest != null) {
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
      }
      ModelDecision decision = publication.decision();
      forward(ModelKeys.decision(decision.getSequence()), decision, timestamp);
    }

    private void setStanding(Standing newStanding) {
      standing = newStanding;
      store().put(standing);
    }

    private void setContest(Contest started) {
      contest = started;
      store().put(started);
    }

    private void endContest() {
      contest = null;
      store().removeContest();
    }

    private void drop(String digest) {
      store().removeChunks(digest);
      store().removeArriving(digest);
    }

    // ---- scores ---------------------------------------------------------------------------------

    private void score(WindowScore window, long timestamp) {
      int version = window.getVersion();
      store().put(version, store().scores(version).plus(window));
      @Nullable Contest running = contest;
      if (running == null) {
        return;
      }
      boolean passed = running.follow(window, scoresPerBlock);
      if (!running.add(window, scoresPerBlock, context().currentSystemTimeMs()) && !passed) {
        return;
      }
      Contest.@Nullable Verdict verdict = running.verdict(gainMin, blocksMax);
      if (verdict == null && running.givesWay() && store().waiting() != null) {
        verdict = Contest.Verdict.NEITHER;
      }
      if (verdict == null) {
        setContest(running);
      } else {
        conclude(running, verdict, timestamp);
      }
    }

    private void conclude(Contest ended, Contest.Verdict verdict, long timestamp) {
      Map<String, Double> figures = ended.figures();
      boolean trial = ended.kind() == Contest.Kind.TRIAL;
      if (verdict == Contest.Verdict.SHADOW) {
        crown(
            trial ? DecisionKind.PROMOTED : DecisionKind.ROLLED_BACK,
            ended.shadow(),
            null,
            trial
                ? "the challenger forecast live events better"
                : "the predecessor forecast live events better",
            figures,
            timestamp);
      } else {
        endContest();
        String found =
            switch (verdict) {
              case CHAMPION -> "version %d forecast live events better than version %d";
              case UNHEARD -> "too few live events were scored by both versions %d and %d";
              case SHADOW, NEITHER ->
                  store().waiting() == null
                      ? "no difference was found between versions %d and %d"
                      : "no difference was found between versions %d and %d, and a newer one waits";
            };
        decide(
            trial ? DecisionKind.WITHDRAWN : DecisionKind.CONFIRMED,
            null,
            found.formatted(ended.champion(), ended.shadow()),
            figures,
            timestamp);
      }
      tryNext(timestamp);
    }

    /// Ends a contest that nothing has been heard of for too long by the clock: nobody scores, so
    /// stream time stands still.
    private void endIdle(long now) {
      @Nullable Contest running = contest;
      if (running != null
          && trialIdleMillis > 0
          && context().currentSystemTimeMs() - running.heardAt() >= trialIdleMillis) {
        conclude(running, Contest.Verdict.UNHEARD, now);
      }
    }

    /// Starts the trial of the candidate that waits, if there is room.
    private void tryNext(long timestamp) {
      @Nullable ModelManifest waiting = store().waiting();
      if (contest == null && waiting != null) {
        store().removeWaiting();
        admit(waiting, timestamp);
      }
    }

    // ---- what people want -----------------------------------------------------------------------

    private void fulfil(ModelDecision wish, long timestamp) {
      int version = wish.getChampionVersion();
      String why = wish.getReason().isEmpty() ? "by command" : wish.getReason();
      if (wish.getKind().equals(DecisionKind.PROMOTED.name())) {
        if (version == standing.champion()) {
          refuse(version, "", "it cannot be promoted, it answers already", timestamp);
        } else if (isThere(version, "promoted", timestamp)) {
          crown(DecisionKind.PROMOTED, version, null, why, Map.of(), timestamp);
        }
      } else if (wish.getKind().equals(DecisionKind.ROLLED_BACK.name())) {
        rollBack(version, why, timestamp);
      } else if (wish.getKind().equals(DecisionKind.DELETED.name())) {
        delete(version, timestamp);
      } else {
        refuse(
            version,
            "",
            "\"%s\" cannot be wanted, expected PROMOTED, ROLLED_BACK or DELETED"
                .formatted(wish.getKind()),
            timestamp);
      }
      tryNext(timestamp);
    }

    /// @param version to go back to, 0 for the predecessor
    private void rollBack(int version, String why, long timestamp) {
      int to = version == 0 ? standing.predecessor() : version;
      if (to == Standing.NOBODY) {
        refuse(0, "", "there is no predecessor to roll back to: name a version", timestamp);
      } else if (to == 0 || isThere(to, "rolled back to", timestamp)) {
        crown(DecisionKind.ROLLED_BACK, to, null, why, Map.of(), timestamp);
      }
    }

    private boolean isThere(int version, String what, long timestamp) {
      if (registry.holds(version)) {
        return true;
      }
      refuse(version, "", "it cannot be " + what + ", it is not among those kept", timestamp);
      return false;
    }

    private void delete(int version, long timestamp) {
      if (staying().contains(version)) {
        refuse(
            version,
            "",
            "it cannot be deleted, it answers, runs beside the one that does, or may come back",
            timestamp);
        return;
      }
      registry.versions().stream()
          .filter(known -> known.number() == version)
          .findFirst()
          .ifPresentOrElse(
              known -> remove(known, timestamp),
              () -> refuse(version, "", "it cannot be deleted, it is not there", timestamp));
    }

    // ---- what the registry has seen -------------------------------------------------------------

    /// Compares the registry with what was published; runs on the stream thread.
    private void review(long now) {
      report(now);
      closeRounds(now, now);
      endIdle(now);
      if (contest == null
          && registry.current().shadow() != null
          && registry.chainEnd() == numbers.sequence()) {
        decide(DecisionKind.WITHDRAWN, null, "the figures of its contest were lost", Map.of(), now);
      }
      if (!unconfirmed) {
        return;
      }
      boolean confirmed = false;
      unconfirmed = false;
      for (Publication publication : store().publications()) {
        if (registry.chainEnd() >= publication.decision().getSequence()) {
          @Nullable ModelManifest brought = publication.manifest();
          if (brought != null) {
            store().removeChunks(brought.getDigest());
          }
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

    /// Removes the versions beyond the number kept.
    private void tombstone(long now) {
      List<? extends ModelRegistry.Version<?>> versions = registry.versions();
      Set<Integer> staying = staying();
      versions.reversed().stream().limit(kept).forEach(version -> staying.add(version.number()));
      for (ModelRegistry.Version<?> version : versions) {
        if (!staying.contains(version.number())) {
          remove(version, now);
        }
      }
    }

    /// The versions that are needed: they answer, run beside the one that does, or may come back.
    private Set<Integer> staying() {
      Set<Integer> staying = new TreeSet<>();
      staying.add(registry.current().version());
      staying.add(standing.champion());
      staying.add(standing.predecessor());
      @Nullable Contest running = contest;
      if (running != null) {
        staying.add(running.shadow());
      }
      return staying;
    }

    private void remove(ModelRegistry.Version<?> version, long timestamp) {
      // The manifest goes first: without it the chunks are nothing.
      forward(ModelKeys.versionManifest(version.number()), null, timestamp);
      for (int index = 0; index < version.chunks(); index++) {
        forward(ModelKeys.versionChunk(version.number(), index), null, timestamp);
      }
      store().removeScores(version.number());
      LOGGER.atInfo().addKeyValue("model", version.number()).log("removed version");
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
          .forward(
              new Record<>(key, content == null ? null : new ModelRecord(content), timestamp),
              MODELS);
    }

    private Rounds rounds() {
      return Objects.requireNonNull(openRounds, "used before init");
    }

    private ProcessorContext<String, SpecificRecord> context() {
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
