package io.eddy.processors.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.Forecaster;
import io.eddy.schemas.avro.ModelChunk;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.ModelRefusal;
import io.eddy.schemas.avro.WindowScore;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RolloutProcessorTest extends RolloutTask {
  @Override
  Map<String, Object> settings() {
    return Map.of("eddy.promotion", "immediate");
  }

  // ---- promotion --------------------------------------------------------------------------------

  @Test
  void shouldSendChunksThenManifestThenDecision() {
    offer(1);

    assertThat(keys())
        .containsExactly(
            "version/0000000001/chunk/00000",
            "version/0000000001/manifest",
            "decision/0000000000000000001");
    ModelManifest manifest = sent(ModelManifest.class).getFirst();
    assertThat(manifest.getVersion()).isEqualTo(1);
    assertThat(manifest.getDigest()).isEqualTo(Models.digest(Models.candidate(Models.SPEC, 1)));
    assertThat(manifest.getCreatedAt().toEpochMilli()).isEqualTo(TIME);
    ModelDecision decision = sent(ModelDecision.class).getFirst();
    assertThat(decision.getSequence()).isEqualTo(1);
    assertThat(decision.getPredecessor()).isZero();
    assertThat(decision.getChampionVersion()).isEqualTo(1);
  }

  @Test
  void shouldMakeEveryReaderAnswerWithTheCandidatesWeights() {
    offer(1);
    offer(2);
    deliver();

    assertThat(registry.current().sequence()).isEqualTo(2);
    assertThat(ForecasterCheckpoint.write(Objects.requireNonNull(registry.current().model())))
        .isEqualTo(ForecasterCheckpoint.write(Forecaster.initial(Models.SPEC, 2)));
    assertThat(registry.refusals()).isEmpty();
  }

  @Test
  void shouldNumberVersionsAndDecisionsInTurn() {
    for (int seed = 1; seed <= 3; seed++) {
      offer(seed);
    }

    assertThat(sent(ModelManifest.class).stream().map(ModelManifest::getVersion))
        .containsExactly(1, 2, 3);
    assertThat(sent(ModelDecision.class).stream().map(ModelDecision::getSequence))
        .containsExactly(1L, 2L, 3L);
    assertThat(sent(ModelDecision.class).stream().map(ModelDecision::getPredecessor))
        .containsExactly(0L, 1L, 2L);
  }

  @Test
  void shouldIgnoreADigestThatWasPromotedBefore() {
    offer(1);
    int sent = topic.size();

    offer(1);
    restart();
    offer(1);

    assertThat(topic).hasSize(sent);
    assertThat(progress.candidatesDecided()).isEqualTo(3);
  }

  @Test
  void shouldTakeCandidatesWhoseChunksInterleave() {
    List<ModelMessage> first = Models.candidate(Models.SPEC, 1);
    List<ModelMessage> second = Models.candidate(Models.SPEC, 2);

    process("eddy-candidates", first.getFirst().value().getContent());
    process("eddy-candidates", second.getFirst().value().getContent());
    process("eddy-candidates", second.getLast().value().getContent());
    process("eddy-candidates", first.getLast().value().getContent());
    deliver();

    assertThat(sent(ModelManifest.class).stream().map(ModelManifest::getDigest))
        .containsExactly(Models.digest(second), Models.digest(first));
    assertThat(registry.current().version()).isEqualTo(2);
  }

  @Test
  void shouldTellProgressInTheOrderThatSettlingNeeds() {
    progress.recordCandidateSent();
    offer(1);

    assertThat(progress.candidatesDecided()).isEqualTo(1);
    assertThat(progress.decisionsSent()).isEqualTo(1);
    assertThat(progress.candidatesRefused()).isZero();
    assertThat(metric("decisions-total")).isEqualTo(1);
    assertThat(metric("published-version")).isEqualTo(1);
  }

  // ---- refusal ----------------------------------------------------------------------------------

  private void assertRefused(String digest, String reason) {
    ModelRefusal refusal = sent(ModelRefusal.class).getLast();
    assertThat(refusal.getReason()).contains(reason);
    assertThat(refusal.getDigest()).isEqualTo(digest);
    assertThat(refusal.getVersion()).isZero();
    assertThat(refusal.getInstance()).isEqualTo(context.taskId().toString());
    assertThat(sent(ModelDecision.class)).isEmpty();
  }

  @Test
  void shouldRefuseACandidateWithADamagedChunkAndTakeItOnceItIsWhole() {
    List<ModelMessage> damaged = Models.candidate(Models.SPEC, 1);
    ((ModelChunk) damaged.getFirst().value().getContent())
        .setData(ByteBuffer.wrap(Models.bytes("garbage")));

    offer(damaged);

    assertRefused(Models.digest(damaged), "chunk 0 is damaged");
    assertThat(keys()).containsExactly("refusal/000");
    assertThat(progress.candidatesRefused()).isEqualTo(1);
    assertThat(progress.candidatesDecided()).isEqualTo(1);
    assertThat(stored()).containsExactly("numbers");

    offer(1);
    assertThat(sent(ModelDecision.class)).hasSize(1);
  }

  @Test
  void shouldRefuseACandidateWithoutItsChunks() {
    List<ModelMessage> candidate = Models.candidate(Models.SPEC, 1);

    process("eddy-candidates", candidate.getLast().value().getContent());

    assertRefused(Models.digest(candidate), "chunk 0 of 1 is missing");
  }

  @Test
  void shouldRefuseAModelOfANewerRelease() {
    List<ModelMessage> newer = Models.candidateOfANewerRelease(1);

    offer(newer);

    assertRefused(Models.digest(newer), "eddy.format 2, this release reads 1");
  }

  @Test
  void shouldRefuseAModelOfOtherSettings() {
    List<ModelMessage> foreign = Models.candidate(Models.spec(5), 1);

    offer(foreign);

    assertRefused(Models.digest(foreign), "eddy.hidden.size is 5, expected 4");
  }

  @Test
  void shouldRefuseWhatIsNoCandidate() {
    process("eddy-candidates", new ModelDecision(9L, 8L, 7, "forged", "PROMOTED", null, Map.of()));
    assertRefused("", "a candidate is a chunk or a manifest");

    process("eddy-candidates", Models.bytes("poison"));
    assertRefused("", "wire format");

    process("eddy-candidates", new ModelChunk("no digest", 0, 1, ByteBuffer.allocate(1)));
    assertRefused("", "expected SHA-256");

    process("eddy-candidates", (byte[]) null);
    assertThat(topic).hasSize(3);
    assertThat(metric("model-refusals-total")).isEqualTo(3);
  }

  @Test
  void shouldKeepRefusalsBounded() {
    for (int i = 0; i < 300; i++) {
      process("eddy-candidates", Models.bytes("poison"));
    }

    assertThat(keys()).hasSize(300);
    assertThat(keys().stream().distinct()).hasSize(256);
  }

  @Test
  void shouldDropTheOldestOfTooManyCandidatesWithoutAManifest() {
    List<List<ModelMessage>> halves = new ArrayList<>();
    for (int seed = 1; seed <= RolloutProcessor.ARRIVING_MAX + 1; seed++) {
      List<ModelMessage> candidate = Models.candidate(Models.SPEC, seed);
      halves.add(candidate);
      process("eddy-candidates", candidate.getFirst().value().getContent());
    }

    String oldest = Models.digest(halves.getFirst());
    assertRefused(oldest, "its manifest did not come before the chunks of 16 other candidates");
    assertThat(stored()).noneMatch(key -> key.contains(oldest));

    process("eddy-candidates", halves.get(1).getLast().value().getContent());
    assertThat(sent(ModelDecision.class)).hasSize(1);
  }

  // ---- failure ----------------------------------------------------------------------------------

  @Test
  void shouldGoOnWithHalfACandidateAfterARestart() {
    List<ModelMessage> candidate = Models.candidate(Models.SPEC, 1);
    process("eddy-candidates", candidate.getFirst().value().getContent());

    restart();
    process("eddy-candidates", candidate.getLast().value().getContent());

    assertThat(sent(ModelDecision.class)).hasSize(1);
    assertThat(sent(ModelRefusal.class)).isEmpty();
  }

  @Test
  void shouldGoOnWithItsNumbersAfterARestart() {
    offer(1);
    deliver();
    review();

    restart();
    offer(2);

    assertThat(sent(ModelDecision.class).getLast())
        .isEqualTo(
            new ModelDecision(
                2L, 1L, 2, "every valid candidate is promoted", "PROMOTED", null, Map.of()));
  }

  @Test
  void shouldSendAgainWhatACrashKeptFromTheTopic() {
    offer(1);
    List<Map.Entry<String, @Nullable ModelRecord>> lost = List.copyOf(topic);
    topic.clear();

    restart();
    review();
    review();

    assertThat(topic).isEqualTo(lost);
    deliver();
    review();
    assertThat(registry.current().sequence()).isEqualTo(1);
    assertThat(topic).isEqualTo(lost);
  }

  @Test
  void shouldNotSendAgainWhatOnlyTakesItsTime() {
    offer(1);
    int sent = topic.size();

    review();
    review();
    assertThat(topic).hasSize(sent);

    deliver();
    restart();
    review();
    assertThat(topic).hasSize(sent);
  }

  @Test
  void shouldKeepChunksOnlyUntilTheRegistryHasTheVersion() {
    offer(1);
    assertThat(stored()).anyMatch(key -> key.startsWith("chunk/"));

    deliver();
    review();

    assertThat(stored())
        .containsExactlyInAnyOrder(
            "numbers", "standing", "digest/" + Models.digest(Models.candidate(Models.SPEC, 1)));
  }

  @Test
  void shouldGoOnAfterTheTopicsNumbersWhenItsStoreIsNew() {
    for (int seed = 1; seed <= 3; seed++) {
      offer(seed);
      deliver();
      review();
      deliver();
    }
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      all.forEachRemaining(entry -> store.delete(entry.key));
    }

    restart();
    offer(4);
    deliver();

    assertThat(sent(ModelDecision.class).getLast().getSequence()).isEqualTo(4);
    assertThat(registry.current().sequence()).isEqualTo(4);
    assertThat(registry.current().version()).isEqualTo(4);
  }

  // ---- old versions -----------------------------------------------------------------------------

  private Map<String, @Nullable ModelRecord> compacted() {
    Map<String, @Nullable ModelRecord> newest = new TreeMap<>();
    for (var entry : topic) {
      newest.put(entry.getKey(), entry.getValue());
    }
    newest.values().removeIf(Objects::isNull);
    return newest;
  }

  @Test
  void shouldRemoveVersionsBeyondTheNumberKept() {
    for (int seed = 1; seed <= 4; seed++) {
      offer(seed);
      deliver();
      review();
    }
    deliver();

    assertThat(compacted().keySet())
        .containsExactly(
            "decision/0000000000000000001",
            "decision/0000000000000000002",
            "decision/0000000000000000003",
            "decision/0000000000000000004",
            "version/0000000003/chunk/00000",
            "version/0000000003/manifest",
            "version/0000000004/chunk/00000",
            "version/0000000004/manifest");
    assertThat(registry.versions().stream().map(ModelRegistry.Version::number))
        .containsExactly(3, 4);
  }

  @Test
  void shouldRemoveNothingBeforeTheNewVersionIsSeen() {
    for (int seed = 1; seed <= 4; seed++) {
      offer(seed);
      review();
    }

    assertThat(topic).noneMatch(entry -> entry.getValue() == null);
  }

  @Test
  void shouldNeverRemoveTheVersionThatAnswers() {
    offer(1);
    deliver();
    // Two newer versions that this registry cannot use: it answers on with the first.
    for (int version = 2; version <= 3; version++) {
      for (ModelMessage message :
          Models.version(Models.candidate(Models.spec(5), version), version)) {
        topic.add(entry(message.key(), message.value()));
      }
    }
    deliver();
    review();

    assertThat(registry.current().version()).isEqualTo(1);
    assertThat(compacted()).containsKey("version/0000000001/manifest");
  }

  // ---- what the registry refused ----------------------------------------------------------------

  @Test
  void shouldPublishWhatTheRegistryRefusedOnce() {
    registry.accept("eddy-models", 5, Models.bytes("poison"), Models.bytes("poison"));

    review();
    review();

    assertThat(keys()).containsExactly("refusal/000");
    ModelRefusal refusal = sent(ModelRefusal.class).getFirst();
    assertThat(refusal.getReason()).startsWith("the record at offset 5 cannot be used");
    assertThat(refusal.getInstance()).isEqualTo("here");
  }

  @Test
  void shouldForgetWhichRefusalsItPublishedOnceTheyAreGone() {
    registry.accept("eddy-models", 1, Models.bytes("poison"), Models.bytes("poison"));
    review();
    for (int i = 2; i < 70; i++) {
      registry.accept("eddy-models", i, Models.bytes("poison"), Models.bytes("poison"));
      review();
    }

    assertThat(keys()).hasSize(69);
    assertThat(stored().stream().filter(key -> key.startsWith("reported/"))).hasSize(64);
  }

  // ---- scores -----------------------------------------------------------------------------------

  private static WindowScore score(int version, long window) {
    return new WindowScore(
        ByteBuffer.wrap(new byte[] {1}),
        version,
        window,
        10L,
        1.5,
        2.0,
        0.25,
        30.0,
        9L,
        0L,
        0.0,
        Instant.EPOCH,
        Instant.EPOCH,
        null);
  }

  @Test
  void shouldAddUpScoresPerVersion() {
    score(score(1, 0));
    score(score(1, 1));
    score(score(2, 1));

    RolloutStore remembered = new RolloutStore(store);
    assertThat(remembered.scores(1))
        .isEqualTo(new RolloutStore.Scores(20, 3.0, 4.0, 0.5, 60.0, 18));
    assertThat(remembered.scores(2))
        .isEqualTo(new RolloutStore.Scores(10, 1.5, 2.0, 0.25, 30.0, 9));
    assertThat(topic).isEmpty();
  }

  @Test
  void shouldNotStopAtAScoreThatCannotBeRead() {
    process("eddy-scores", Models.bytes("poison"));

    assertThat(sent(ModelRefusal.class).getFirst().getReason())
        .startsWith("the record at offset 0 of topic eddy-scores cannot be read: ");
  }
}
