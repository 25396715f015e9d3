package io.eddy.processors.rollout;

import io.eddy.processors.progress.DecisionKind;
import io.eddy.schemas.avro.ModelChunk;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.ModelRefusal;
import io.eddy.schemas.serde.AvroSerde;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What this instance knows of the topic `models`: which versions there are, and which of them
/// answers. One per application instance, shared by all its threads; a global store processor (see
/// [ModelRegistryFeed]) feeds it.
///
/// **One place for everything half-known.** Streams replays the topic at start through another
/// processor instance than the one that reads it afterwards, so a model half arrived at that moment
/// would be lost if it were kept in the processor. It is kept here.
///
/// **The chain of decisions.** A decision counts only if it follows the one before (its predecessor
/// is the newest known), so a writer that was thought dead cannot take back what came after it. A
/// reader that knows none takes the first it sees. A decision that names a version which is not
/// here (compacted away, or refused) is remembered as the end of the chain but not adopted:
/// [#current()] stays at the one before, and tasks whose keys were written under the newer one wait
/// for it, see [#atLeast].
///
/// **It never throws on what it reads.** A throw would end the application, at every later start
/// again. What cannot be used is refused: logged, kept in [#refusals()], and published by the
/// rollout's stream thread.
///
/// The heap holds every version that the topic still has, which is `eddy.models.kept` of them.
///
/// @param <M> what a version is
public final class ModelRegistry<M> implements Decisions<M> {
  private static final Logger LOGGER = LoggerFactory.getLogger(ModelRegistry.class);

  private static final int REFUSALS_MAX = 64;

  private final ModelFormat<M> format;
  private final String instance;
  private final Deserializer<ModelRecord> deserializer;
  private final List<Consumer<Decision<M>>> listeners = new CopyOnWriteArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition adopted = lock.newCondition();

  // Guarded by the lock.
  private final Map<Integer, Map<Integer, ByteBuffer>> arriving = new HashMap<>();
  private final TreeMap<Integer, Version<M>> versions = new TreeMap<>();
  private final Deque<ModelRefusal> refusals = new ArrayDeque<>();
  private @Nullable ModelDecision newest;

  // Written under the lock, read by every event without it.
  private volatile Decision<M> current = Decision.none();

  /// A version whose manifest arrived.
  ///
  /// @param digest identity of its file
  /// @param chunks records that hold its file
  /// @param model null if it was refused
  /// @param refusal why it was refused, else empty
  record Version<M>(int number, String digest, int chunks, @Nullable M model, String refusal) {}

  /// An empty registry.
  ///
  /// @param format of what is to serve here
  /// @param instance what refusals of this instance are signed with, such as its client id
  public ModelRegistry(ModelFormat<M> format, String instance) {
    this.format = format;
    this.instance = instance;
    this.deserializer = AvroSerde.builtIn(ModelRecord.class).deserializer();
  }

  /// How its versions are read.
  ModelFormat<M> format() {
    return format;
  }

  /// The decision in force, [Decision#none] before the first. To be read once per event.
  @Override
  public Decision<M> current() {
    return current;
  }

  /// The decision in force once its number is at least the given one; waits for it if need be.
  ///
  /// @param sequence the decision under which a key's state was written
  /// @param max longest wait
  /// @throws RegistryBehindException if it does not come in time, or the thread is interrupted
  @Override
  public Decision<M> atLeast(long sequence, Duration max) {
    Decision<M> seen = current;
    if (seen.sequence() >= sequence) {
      return seen;
    }
    long left = max.toNanos();
    lock.lock();
    try {
      while (current.sequence() < sequence) {
        if (left <= 0) {
          throw new RegistryBehindException(behind(sequence, max));
        }
        left = adopted.awaitNanos(left);
      }
      return current;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RegistryBehindException(
          "interrupted while waiting for decision " + sequence + ": " + standing());
    } finally {
      lock.unlock();
    }
  }

  /// The weights of a version that is held.
  ///
  /// @throws NoSuchElementException if it is not: see [#holds]
  public M version(int version) {
    lock.lock();
    try {
      @Nullable Version<M> known = versions.get(version);
      @Nullable M forecaster = known == null ? null : known.model();
      if (forecaster == null) {
        throw new NoSuchElementException(
            "version " + version + " is not held, expected one of " + heldNumbers());
      }
      return forecaster;
    } finally {
      lock.unlock();
    }
  }

  /// Whether a version's weights are here.
  public boolean holds(int version) {
    lock.lock();
    try {
      @Nullable Version<M> known = versions.get(version);
      return known != null && known.model() != null;
    } finally {
      lock.unlock();
    }
  }

  /// Puts a model together as the registry would, and says whether it could serve here.
  ///
  /// @param chunks data by index, null for those that are not there
  Assembly<M> assemble(ModelManifest manifest, IntFunction<@Nullable ByteBuffer> chunks) {
    return ModelArtifacts.assemble(manifest, chunks, format);
  }

  /// The newest refusals of this instance, oldest first; at most 64.
  public List<ModelRefusal> refusals() {
    lock.lock();
    try {
      return List.copyOf(refusals);
    } finally {
      lock.unlock();
    }
  }

  /// Calls back for each decision that is adopted, in order, on the thread that feeds the registry.
  /// What was adopted before is not repeated.
  public void onAdopted(Consumer<Decision<M>> listener) {
    listeners.add(listener);
  }

  /// Number of the newest decision in the chain, adopted or not; 0 before the first.
  long chainEnd() {
    lock.lock();
    try {
      return newest == null ? 0 : newest.getSequence();
    } finally {
      lock.unlock();
    }
  }

  /// All versions whose manifest the topic holds, refused ones included, lowest number first.
  List<Version<M>> versions() {
    lock.lock();
    try {
      return List.copyOf(versions.values());
    } finally {
      lock.unlock();
    }
  }

  /// Takes in one record of the topic `models`; never throws.
  ///
  /// @param value null for a tombstone
  void accept(String topic, long offset, byte @Nullable [] key, byte @Nullable [] value) {
    @Nullable Decision<M> adoptedNow;
    lock.lock();
    try {
      long before = current.sequence();
      take(topic, key, value);
      adoptedNow = current.sequence() == before ? null : current;
    } catch (RuntimeException e) {
      // Whatever it is: see the type's comment.
      adoptedNow = null;
      refuse(0, "", "the record at offset " + offset + " cannot be used: " + e.getMessage());
    } finally {
      lock.unlock();
    }
    if (adoptedNow != null) {
      announce(adoptedNow);
    }
  }

  private void take(String topic, byte @Nullable [] key, byte @Nullable [] value) {
    String name = key == null ? "" : new String(key, StandardCharsets.UTF_8);
    if (value == null) {
      @Nullable Integer version = ModelKeys.version(name);
      if (version != null) {
        forget(version);
      }
      return;
    }
    ModelRecord record = deserializer.deserialize(topic, value);
    switch (record.getContent()) {
      case ModelChunk chunk -> hold(name, chunk);
      case ModelManifest manifest -> complete(name, manifest);
      case ModelDecision decision -> follow(decision);
      case ModelRefusal refusal ->
          LOGGER
              .atDebug()
              .addKeyValue("model", refusal.getVersion())
              .log("refused elsewhere: {}", refusal.getReason());
      default -> throw new IllegalArgumentException("the record holds nothing known");
    }
  }

  private void hold(String key, ModelChunk chunk) {
    int version = versionOf(key);
    @Nullable String fault = ModelArtifacts.fault(chunk);
    if (fault != null) {
      refuse(version, "", fault);
      return;
    }
    @Nullable Version<M> known = versions.get(version);
    if (known != null && known.model() != null && known.digest().equals(chunk.getDigest())) {
      return; // Sent again after a failure: it is whole already.
    }
    arriving.computeIfAbsent(version, v -> new HashMap<>()).put(chunk.getIndex(), chunk.getData());
  }

  private void complete(String key, ModelManifest manifest) {
    int number = versionOf(key);
    Map<Integer, ByteBuffer> chunks = Objects.requireNonNullElse(arriving.remove(number), Map.of());
    @Nullable Version<M> known = versions.get(number);
    if (known != null && known.model() != null) {
      if (known.digest().equals(manifest.getDigest())) {
        return;
      }
      // Keys may carry state that the held weights wrote: the number keeps meaning them.
      refuse(number, manifest.getDigest(), "version " + number + " already has " + known.digest());
      return;
    }
    Version<M> version =
        switch (assemble(manifest, chunks::get)) {
          case Assembly.Valid<M>(M model) -> {
            LOGGER
                .atInfo()
                .addKeyValue("model", number)
                .addKeyValue("digest", manifest.getDigest())
                .log("loaded model version");
            yield new Version<>(number, manifest.getDigest(), manifest.getChunks(), model, "");
          }
          case Assembly.Invalid<M>(String reason) -> {
            refuse(number, manifest.getDigest(), reason);
            yield new Version<>(number, manifest.getDigest(), manifest.getChunks(), null, reason);
          }
        };
    versions.put(number, version);
    // Only after a repair: a version that is refused may come again, whole.
    @Nullable ModelDecision waiting = newest;
    if (waiting != null && waiting.getSequence() > current.sequence()) {
      adopt(waiting);
    }
  }

  private void follow(ModelDecision decision) {
    @Nullable ModelDecision last = newest;
    boolean follows =
        decision.getSequence() > decision.getPredecessor()
            && (last == null || decision.getPredecessor() == last.getSequence());
    if (!follows) {
      LOGGER
          .atDebug()
          .addKeyValue("decision", decision.getSequence())
          .log("ignored: it does not follow decision {}", last == null ? 0 : last.getSequence());
      return;
    }
    newest = decision;
    adopt(decision);
  }

  private void adopt(ModelDecision decision) {
    int number = decision.getChampionVersion();
    @Nullable M forecaster = null;
    if (number != 0) {
      @Nullable Version<M> version = versions.get(number);
      forecaster = version == null ? null : version.model();
      if (forecaster == null) {
        // Usual during a replay: the versions of old decisions are gone.
        LOGGER
            .atDebug()
            .addKeyValue("decision", decision.getSequence())
            .addKeyValue("model", number)
            .log("not adopted: the version is not here");
        return;
      }
    }
    current =
        new Decision<>(
            DecisionKind.of(decision.getKind()),
            decision.getSequence(),
            number,
            forecaster,
            shadow(decision));
    adopted.signalAll();
  }

  /// The version that runs beside the champion, if its weights are here: the stream goes on without
  /// it.
  private Decision.@Nullable Shadow<M> shadow(ModelDecision decision) {
    @Nullable Integer number = decision.getShadowVersion();
    if (number == null) {
      return null;
    }
    @Nullable Version<M> version = versions.get(number);
    @Nullable M forecaster = version == null ? null : version.model();
    return number == 0 || forecaster != null ? new Decision.Shadow<>(number, forecaster) : null;
  }

  private void forget(int version) {
    arriving.remove(version);
    versions.remove(version);
  }

  private void announce(Decision<M> decision) {
    LOGGER
        .atInfo()
        .addKeyValue("decision", decision.sequence())
        .addKeyValue("model", decision.version())
        .log("adopted decision");
    for (var listener : listeners) {
      try {
        listener.accept(decision);
      } catch (RuntimeException e) {
        LOGGER
            .atWarn()
            .addKeyValue("decision", decision.sequence())
            .setCause(e)
            .log("a listener failed on an adopted decision");
      }
    }
  }

  private void refuse(int version, String digest, String reason) {
    LOGGER
        .atWarn()
        .addKeyValue("model", version)
        .addKeyValue("digest", digest)
        .log("refused model version: {}", reason);
    if (refusals.size() == REFUSALS_MAX) {
      refusals.removeFirst();
    }
    refusals.addLast(new ModelRefusal(version, digest, reason, instance));
  }

  private static int versionOf(String key) {
    @Nullable Integer version = ModelKeys.version(key);
    if (version == null) {
      throw new IllegalArgumentException("the key \"" + key + "\" names no version");
    }
    return version;
  }

  private String behind(long sequence, Duration max) {
    return "a key was written under decision "
        + sequence
        + ", which did not reach this instance within "
        + max.toMillis()
        + " ms: "
        + standing();
  }

  private String standing() {
    StringBuilder text = new StringBuilder("it answers under decision ").append(current.sequence());
    @Nullable ModelDecision last = newest;
    if (last != null && last.getSequence() > current.sequence()) {
      int number = last.getChampionVersion();
      @Nullable Version<M> version = versions.get(number);
      text.append("; decision ").append(last.getSequence());
      text.append(" names version ").append(number).append(", which ");
      text.append(
          version == null ? "the models topic does not hold" : "was refused: " + version.refusal());
    }
    return text.toString();
  }

  private List<Integer> heldNumbers() {
    List<Integer> held = new ArrayList<>();
    for (Version<M> version : versions.values()) {
      if (version.model() != null) {
        held.add(version.number());
      }
    }
    return held;
  }
}
