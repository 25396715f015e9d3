package io.eddy.processors.rollout;

import io.eddy.processors.config.StoreType;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.ModelRefusal;
import io.eddy.schemas.avro.WindowScore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/// Everything that the rollout remembers, in one key-value store of bytes. Every value starts with
/// a version byte.
///
/// | key | value |
/// | --- | --- |
/// | `numbers` | last version, last decision, refusals so far, candidates met so far |
/// | `standing` | the version that answers, its predecessor, challengers tried against it |
/// | `contest` | the trial or watch that is on |
/// | `waiting` | manifest of the candidate whose trial comes next |
/// | `digest/<digest>` | the version that a candidate became |
/// | `arriving/<digest>` | when its first chunk came, for a candidate without a manifest yet |
/// | `chunk/<digest>/<index>` | data of a chunk, until its version is seen in the registry |
/// | `publication/<sequence>` | a decision not yet seen in the registry, and the manifest of the version that it brought |
/// | `reported/<refusal>` | marks a registry's refusal as published |
/// | `rounds` | rounds of training opened so far |
/// | `round/<base>` | a round of training that is on |
/// | `trainer/<partition>` | the newest training that a partition's trainer has told of |
/// | `score/<version>` | sums over the windows that the version answered |
final class RolloutStore {
  static final String NAME = "rollout";

  private static final byte FORMAT = 1;
  private static final String NUMBERS = "numbers";
  private static final String STANDING = "standing";
  private static final String CONTEST = "contest";
  private static final String WAITING = "waiting";
  private static final String DIGEST = "digest/";
  private static final String ARRIVING = "arriving/";
  private static final String CHUNK = "chunk/";
  private static final String PUBLICATION = "publication/";
  private static final String REPORTED = "reported/";
  private static final String ROUNDS = "rounds";
  private static final String ROUND = "round/";
  private static final String TRAINER = "trainer/";
  private static final String SCORE = "score/";

  private final KeyValueStore<String, byte[]> store;

  /// What has been given out so far.
  ///
  /// @param version newest version number
  /// @param sequence newest decision number
  /// @param refusals refusals published
  /// @param candidates candidates whose first chunk was met
  record Numbers(int version, long sequence, long refusals, long candidates) {
    static final Numbers NONE = new Numbers(0, 0, 0, 0);

    Numbers named(int newVersion) {
      return new Numbers(newVersion, sequence, refusals, candidates);
    }

    Numbers decided() {
      return new Numbers(version, sequence + 1, refusals, candidates);
    }

    Numbers refused() {
      return new Numbers(version, sequence, refusals + 1, candidates);
    }

    Numbers met() {
      return new Numbers(version, sequence, refusals, candidates + 1);
    }
  }

  /// Who answers.
  ///
  /// @param champion the version that answers
  /// @param predecessor the one that answered before and may come back, or [#NOBODY]
  /// @param tried challengers that were tried against this champion
  record Standing(int champion, int predecessor, int tried) {
    static final int NOBODY = -1;
  }

  /// A decision that was forwarded and not yet seen in the registry.
  ///
  /// @param manifest of the version that it brought, null if it brought none
  record Publication(@Nullable ModelManifest manifest, ModelDecision decision) {}

  /// Sums over the windows that one version answered; errors are in units of each series' scale.
  record Scores(
      long events,
      double absoluteError,
      double naiveAbsoluteError,
      double pinball,
      double scaleSum,
      long covered) {
    static final Scores NONE = new Scores(0, 0, 0, 0, 0, 0);

    Scores plus(WindowScore window) {
      return new Scores(
          events + window.getEvents(),
          absoluteError + window.getAbsoluteError(),
          naiveAbsoluteError + window.getNaiveAbsoluteError(),
          pinball + window.getPinball(),
          scaleSum + window.getScaleSum(),
          covered + window.getCovered());
    }
  }

  RolloutStore(KeyValueStore<String, byte[]> store) {
    this.store = store;
  }

  // ---- numbers ----------------------------------------------------------------------------------

  @Nullable Numbers numbers() {
    @Nullable ByteBuffer value = get(NUMBERS);
    return value == null
        ? null
        : new Numbers(value.getInt(), value.getLong(), value.getLong(), value.getLong());
  }

  void put(Numbers numbers) {
    put(
        NUMBERS,
        value(Integer.BYTES + 3 * Long.BYTES)
            .putInt(numbers.version())
            .putLong(numbers.sequence())
            .putLong(numbers.refusals())
            .putLong(numbers.candidates()));
  }

  // ---- who answers ------------------------------------------------------------------------------

  @Nullable Standing standing() {
    @Nullable ByteBuffer value = get(STANDING);
    return value == null ? null : new Standing(value.getInt(), value.getInt(), value.getInt());
  }

  void put(Standing standing) {
    put(
        STANDING,
        value(3 * Integer.BYTES)
            .putInt(standing.champion())
            .putInt(standing.predecessor())
            .putInt(standing.tried()));
  }

  @Nullable Contest contest() {
    @Nullable ByteBuffer value = get(CONTEST);
    return value == null ? null : Contest.decode(value);
  }

  void put(Contest contest) {
    byte[] bytes = contest.encode();
    put(CONTEST, value(bytes.length).put(bytes));
  }

  void removeContest() {
    store.delete(CONTEST);
  }

  @Nullable ModelManifest waiting() {
    @Nullable ByteBuffer value = get(WAITING);
    return value == null ? null : (ModelManifest) decoded(array(value)).getContent();
  }

  void putWaiting(ModelManifest manifest) {
    byte[] bytes = encoded(manifest);
    put(WAITING, value(bytes.length).put(bytes));
  }

  void removeWaiting() {
    store.delete(WAITING);
  }

  // ---- candidates -------------------------------------------------------------------------------

  /// The version that a candidate became, null if it became none.
  @Nullable Integer versionOf(String digest) {
    @Nullable ByteBuffer value = get(DIGEST + digest);
    return value == null ? null : value.getInt();
  }

  void putVersion(String digest, int version) {
    put(DIGEST + digest, value(Integer.BYTES).putInt(version));
  }

  boolean arriving(String digest) {
    return store.get(ARRIVING + digest) != null;
  }

  void putArriving(String digest, long number) {
    put(ARRIVING + digest, value(Long.BYTES).putLong(number));
  }

  void removeArriving(String digest) {
    store.delete(ARRIVING + digest);
  }

  /// Digests of the candidates without a manifest, the one whose first chunk came first in front.
  List<String> arriving() {
    List<KeyValue<String, byte[]>> found = scan(ARRIVING);
    found.sort((a, b) -> Long.compare(opened(a.value).getLong(), opened(b.value).getLong()));
    return found.stream().map(entry -> entry.key.substring(ARRIVING.length())).toList();
  }

  @Nullable ByteBuffer chunk(String digest, int index) {
    return get(chunkKey(digest, index));
  }

  void putChunk(String digest, int index, ByteBuffer data) {
    put(chunkKey(digest, index), value(data.remaining()).put(data.duplicate()));
  }

  void removeChunks(String digest) {
    for (var entry : scan(CHUNK + digest + "/")) {
      store.delete(entry.key);
    }
  }

  // ---- publications -----------------------------------------------------------------------------

  void put(Publication publication) {
    @Nullable ModelManifest brought = publication.manifest();
    byte[] manifest = brought == null ? new byte[0] : encoded(brought);
    byte[] decision = encoded(publication.decision());
    put(
        publicationKey(publication.decision().getSequence()),
        value(Integer.BYTES + manifest.length + decision.length)
            .putInt(manifest.length)
            .put(manifest)
            .put(decision));
  }

  void remove(Publication publication) {
    store.delete(publicationKey(publication.decision().getSequence()));
  }

  /// What is not yet seen in the registry, oldest decision first.
  List<Publication> publications() {
    List<Publication> publications = new ArrayList<>();
    for (var entry : scan(PUBLICATION)) {
      ByteBuffer value = opened(entry.value);
      byte[] manifest = new byte[value.getInt()];
      value.get(manifest);
      byte[] decision = new byte[value.remaining()];
      value.get(decision);
      publications.add(
          new Publication(
              manifest.length == 0 ? null : (ModelManifest) decoded(manifest).getContent(),
              (ModelDecision) decoded(decision).getContent()));
    }
    return publications;
  }

  // ---- refusals and scores ----------------------------------------------------------------------

  boolean reported(ModelRefusal refusal) {
    return store.get(reportedKey(refusal)) != null;
  }

  void putReported(ModelRefusal refusal) {
    put(reportedKey(refusal), value(0));
  }

  /// Forgets the marks of refusals that no registry holds any more.
  void retainReported(List<ModelRefusal> refusals) {
    List<String> keys = refusals.stream().map(RolloutStore::reportedKey).toList();
    for (var entry : scan(REPORTED)) {
      if (!keys.contains(entry.key)) {
        store.delete(entry.key);
      }
    }
  }

  Scores scores(int version) {
    @Nullable ByteBuffer value = get(scoreKey(version));
    return value == null
        ? Scores.NONE
        : new Scores(
            value.getLong(),
            value.getDouble(),
            value.getDouble(),
            value.getDouble(),
            value.getDouble(),
            value.getLong());
  }

  void put(int version, Scores scores) {
    put(
        scoreKey(version),
        value(2 * Long.BYTES + 4 * Double.BYTES)
            .putLong(scores.events())
            .putDouble(scores.absoluteError())
            .putDouble(scores.naiveAbsoluteError())
            .putDouble(scores.pinball())
            .putDouble(scores.scaleSum())
            .putLong(scores.covered()));
  }

  void removeScores(int version) {
    store.delete(scoreKey(version));
  }

  // ---- rounds of training -----------------------------------------------------------------------

  long rounds() {
    @Nullable ByteBuffer value = get(ROUNDS);
    return value == null ? 0 : value.getLong();
  }

  void putRounds(long rounds) {
    put(ROUNDS, value(Long.BYTES).putLong(rounds));
  }

  /// The newest training of a partition, 0 before its first, -1 if nothing was heard of it.
  long newestJob(int partition) {
    @Nullable ByteBuffer value = get(TRAINER + "%010d".formatted(partition));
    return value == null ? -1 : value.getLong();
  }

  void putTrainer(int partition, long job) {
    put(TRAINER + "%010d".formatted(partition), value(Long.BYTES).putLong(job));
  }

  /// Partitions whose trainers were heard of.
  Set<Integer> trainers() {
    Set<Integer> partitions = new TreeSet<>();
    for (var entry : scan(TRAINER)) {
      partitions.add(Integer.valueOf(entry.key.substring(TRAINER.length())));
    }
    return partitions;
  }

  /// The round of a base version, null if none is on.
  @Nullable Round round(int base) {
    @Nullable ByteBuffer value = get(roundKey(base));
    return value == null ? null : decodedRound(value);
  }

  /// The rounds that are on, by base version.
  List<Round> openRounds() {
    return scan(ROUND).stream().map(entry -> decodedRound(opened(entry.value))).toList();
  }

  void put(Round round) {
    Map<Integer, byte[]> contributions = new HashMap<>();
    int bytes = Integer.BYTES + 2 * Long.BYTES;
    for (var entry : round.members().entrySet()) {
      @Nullable ModelManifest found = entry.getValue().contribution();
      byte[] encoded = found == null ? new byte[0] : encoded(found);
      contributions.put(entry.getKey(), encoded);
      bytes += 2 * Integer.BYTES + Long.BYTES + 1 + encoded.length;
    }
    ByteBuffer value = value(bytes).putInt(round.base()).putLong(round.number());
    value.putLong(round.lastContribution());
    round
        .members()
        .forEach(
            (partition, member) -> {
              byte[] encoded = contributions.getOrDefault(partition, new byte[0]);
              value.putInt(partition).putLong(member.job()).put(member.kind().code());
              value.putInt(encoded.length).put(encoded);
            });
    put(roundKey(round.base()), value);
  }

  private static Round decodedRound(ByteBuffer value) {
    var round = new Round(value.getInt(), value.getLong(), value.getLong());
    while (value.hasRemaining()) {
      int partition = value.getInt();
      long job = value.getLong();
      ReportKind kind = ReportKind.of(value.get());
      byte[] encoded = new byte[value.getInt()];
      value.get(encoded);
      round
          .members()
          .put(
              partition,
              new Round.Member(
                  job,
                  kind,
                  encoded.length == 0 ? null : (ModelManifest) decoded(encoded).getContent()));
    }
    return round;
  }

  void remove(Round round) {
    store.delete(roundKey(round.base()));
  }

  private static String roundKey(int base) {
    return ROUND + "%010d".formatted(base);
  }

  // ---- plumbing ---------------------------------------------------------------------------------

  private static String chunkKey(String digest, int index) {
    return CHUNK + digest + "/%05d".formatted(index);
  }

  private static String publicationKey(long sequence) {
    return PUBLICATION + "%019d".formatted(sequence);
  }

  private static String reportedKey(ModelRefusal refusal) {
    return REPORTED + refusal.getVersion() + "/" + refusal.getDigest() + "/" + refusal.getReason();
  }

  private static String scoreKey(int version) {
    return SCORE + "%010d".formatted(version);
  }

  private @Nullable ByteBuffer get(String key) {
    byte @Nullable [] value = store.get(key);
    return value == null ? null : opened(value);
  }

  private void put(String key, ByteBuffer value) {
    byte[] bytes = new byte[value.position()];
    value.flip().get(bytes);
    store.put(key, bytes);
  }

  private List<KeyValue<String, byte[]>> scan(String prefix) {
    List<KeyValue<String, byte[]>> found = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> entries =
        store.prefixScan(prefix, new StringSerializer())) {
      entries.forEachRemaining(found::add);
    }
    return found;
  }

  private static ByteBuffer value(int bytes) {
    return ByteBuffer.allocate(1 + bytes).put(FORMAT);
  }

  private static ByteBuffer opened(byte[] value) {
    if (value.length == 0 || value[0] != FORMAT) {
      throw new IllegalStateException(
          "the rollout's store has a value of format "
              + (value.length == 0 ? "none" : value[0])
              + ", expected "
              + FORMAT
              + ": it was written by another version of Eddy; go back to that version");
    }
    return ByteBuffer.wrap(value, 1, value.length - 1).slice();
  }

  private static byte[] encoded(Object content) {
    try {
      return array(new ModelRecord(content).toByteBuffer());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ModelRecord decoded(byte[] bytes) {
    try {
      return ModelRecord.fromByteBuffer(ByteBuffer.wrap(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] array(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  /// How Streams makes the store.
  static StoreBuilder<KeyValueStore<String, byte[]>> builder(StoreType type) {
    return Stores.keyValueStoreBuilder(
        type.keyValueStore(NAME), Serdes.String(), Serdes.ByteArray());
  }
}
