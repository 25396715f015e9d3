package io.eddy.processors.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.Forecaster;
import io.eddy.processors.progress.DecisionKind;
import io.eddy.schemas.avro.ModelChunk;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.ModelRefusal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ModelRegistryTest {
  private final ModelRegistry<Forecaster> registry =
      new ModelRegistry<>(new ForecasterFormat(Models.SPEC), "here");
  private long offset;

  private void send(ModelMessage message) {
    send(message.key(), Models.bytes(message.value().getContent()));
  }

  private void send(List<ModelMessage> messages) {
    messages.forEach(this::send);
  }

  private void send(String key, byte @Nullable [] value) {
    registry.accept("models", offset++, Models.bytes(key), value);
  }

  private void promote(int version, long sequence) {
    send(Models.version(Models.candidate(Models.SPEC, version), version));
    send(Models.decision(sequence, sequence - 1, version));
  }

  private static byte[] weights(@Nullable Forecaster forecaster) {
    return ForecasterCheckpoint.write(Objects.requireNonNull(forecaster));
  }

  @Test
  void shouldAnswerNaivelyBeforeTheFirstDecision() {
    assertThat(registry.current()).isSameAs(Decision.none());
    assertThat(Decision.none()).isEqualTo(new Decision<>(DecisionKind.PROMOTED, 0, 0, null, null));
  }

  @Test
  void shouldAdoptAVersionOnlyByItsDecision() {
    send(Models.version(Models.candidate(Models.SPEC, 1), 1));
    assertThat(registry.current()).isSameAs(Decision.none());
    assertThat(registry.holds(1)).isTrue();

    send(Models.decision(1, 0, 1));
    assertThat(registry.current().sequence()).isEqualTo(1);
    assertThat(registry.current().version()).isEqualTo(1);
    assertThat(weights(registry.current().model()))
        .isEqualTo(weights(Forecaster.initial(Models.SPEC, 1)));
    assertThat(registry.refusals()).isEmpty();
  }

  @Test
  void shouldGoBackByANewerDecision() {
    promote(1, 1);
    promote(2, 2);

    send(Models.decision(3, 2, 1));

    assertThat(registry.current().sequence()).isEqualTo(3);
    assertThat(registry.current().version()).isEqualTo(1);
    assertThat(weights(registry.current().model())).isEqualTo(weights(registry.version(1)));
  }

  @Test
  void shouldGoBackToTheNaiveForecast() {
    promote(1, 1);

    send(Models.decision(2, 1, 0));

    assertThat(registry.current())
        .isEqualTo(new Decision<>(DecisionKind.PROMOTED, 2, 0, null, null));
  }

  @Test
  void shouldIgnoreADecisionThatDoesNotFollowTheNewest() {
    promote(1, 1);
    promote(2, 2);

    send(Models.decision(2, 1, 1)); // Sent twice, or by a writer thought dead.
    send(Models.decision(3, 1, 1));
    send(Models.decision(4, 3, 1));
    send(Models.decision(2, 2, 1));

    assertThat(registry.current().sequence()).isEqualTo(2);
    assertThat(registry.current().version()).isEqualTo(2);
  }

  @Test
  void shouldBeginWithTheFirstDecisionThereIs() {
    send(Models.version(Models.candidate(Models.SPEC, 7), 7));

    send(Models.decision(12, 11, 7));

    assertThat(registry.current().sequence()).isEqualTo(12);
  }

  @Test
  void shouldReplayDecisionsWhoseVersionsAreGone() {
    send(Models.decision(1, 0, 1));
    send(Models.decision(2, 1, 2));
    assertThat(registry.current()).isSameAs(Decision.none());

    promote(3, 3);

    assertThat(registry.current().sequence()).isEqualTo(3);
    assertThat(registry.refusals()).isEmpty();
  }

  @Test
  void shouldKeepTheAnswerWhenAnOldVersionGoes() {
    promote(1, 1);
    promote(2, 2);

    send("version/0000000001/manifest", null);
    send("version/0000000001/chunk/00000", null);

    assertThat(registry.holds(1)).isFalse();
    assertThat(registry.holds(2)).isTrue();
    assertThat(registry.current().version()).isEqualTo(2);
    assertThatThrownBy(() -> registry.version(1))
        .isInstanceOf(NoSuchElementException.class)
        .hasMessage("version 1 is not held, expected one of [2]");
  }

  @Test
  void shouldAnswerOnWithAVersionThatIsRemovedUnderIt() {
    promote(1, 1);

    send("version/0000000001/manifest", null);

    assertThat(registry.current().version()).isEqualTo(1);
    assertThat(registry.current().model()).isNotNull();
  }

  // ---- what cannot be used ----------------------------------------------------------------------

  @Test
  void shouldRefuseADamagedVersionAndStayWithTheOneBefore() {
    promote(1, 1);
    List<ModelMessage> damaged = Models.version(Models.candidate(Models.SPEC, 2), 2);
    ModelChunk chunk = (ModelChunk) damaged.getFirst().value().getContent();
    chunk.setData(ByteBuffer.wrap(Models.bytes("garbage")));
    send(damaged);
    send(Models.decision(2, 1, 2));

    assertThat(registry.current().sequence()).isEqualTo(1);
    assertThat(registry.holds(2)).isFalse();
    assertThat(registry.refusals()).hasSize(1);
    ModelRefusal refusal = registry.refusals().getFirst();
    assertThat(refusal.getVersion()).isEqualTo(2);
    assertThat(refusal.getDigest()).isEqualTo(Models.digest(damaged));
    assertThat(refusal.getReason()).contains("chunk 0 is damaged");
    assertThat(refusal.getInstance()).isEqualTo("here");
    assertThatThrownBy(() -> registry.atLeast(2, Duration.ZERO))
        .isInstanceOf(RegistryBehindException.class)
        .hasMessageContaining("decision 2 names version 2, which was refused: chunk 0 is damaged");

    promote(3, 3);
    assertThat(registry.current().version()).isEqualTo(3);
  }

  @Test
  void shouldRefuseAVersionOfANewerReleaseAndStayWithTheOneBefore() {
    promote(1, 1);

    send(Models.version(Models.candidateOfANewerRelease(2), 2));
    send(Models.decision(2, 1, 2));

    assertThat(registry.current().sequence()).isEqualTo(1);
    assertThat(registry.refusals())
        .singleElement()
        .satisfies(
            refusal -> {
              assertThat(refusal.getVersion()).isEqualTo(2);
              assertThat(refusal.getReason()).contains("eddy.format 2, this release reads 1");
            });
  }

  @Test
  void shouldAdoptAWaitingDecisionOnceItsVersionIsRepaired() {
    List<ModelMessage> whole = Models.version(Models.candidate(Models.SPEC, 1), 1);
    send(whole.getLast());
    send(Models.decision(1, 0, 1));
    assertThat(registry.current()).isSameAs(Decision.none());

    send(whole);

    assertThat(registry.current().sequence()).isEqualTo(1);
  }

  @Test
  void shouldRefuseAModelOfOtherSettings() {
    send(Models.version(Models.candidate(Models.spec(5), 1), 1));
    send(Models.decision(1, 0, 1));

    assertThat(registry.current()).isSameAs(Decision.none());
    assertThat(registry.refusals())
        .singleElement()
        .satisfies(
            refusal ->
                assertThat(refusal.getReason()).contains("eddy.hidden.size is 5, expected 4"));
  }

  @Test
  void shouldNotLetANumberChangeItsMeaning() {
    promote(1, 1);
    send(Models.version(Models.candidate(Models.SPEC, 99), 1));

    assertThat(weights(registry.version(1))).isEqualTo(weights(Forecaster.initial(Models.SPEC, 1)));
    assertThat(registry.refusals())
        .singleElement()
        .satisfies(refusal -> assertThat(refusal.getReason()).contains("already has"));
  }

  @Test
  void shouldTakeTheSameVersionTwice() {
    promote(1, 1);
    Forecaster before = registry.version(1);

    promote(1, 1);

    assertThat(registry.version(1)).isSameAs(before);
    assertThat(registry.refusals()).isEmpty();
  }

  @Test
  @SuppressWarnings("NullAway") // Null keys are among what may arrive.
  void shouldNeverThrowForAnyRecord() {
    byte[] manifest =
        Models.bytes(
            Models.version(Models.candidate(Models.SPEC, 1), 1).getLast().value().getContent());
    byte[] chunk = Models.bytes(Models.candidate(Models.SPEC, 1).getFirst().value().getContent());
    registry.accept("models", 1, null, null);
    registry.accept("models", 2, null, manifest);
    registry.accept("models", 3, Models.bytes("version/0000000000/manifest"), manifest);
    registry.accept("models", 4, Models.bytes("version/9999999999/chunk/00000"), chunk);
    registry.accept("models", 5, Models.bytes("nonsense"), null);
    registry.accept("models", 6, Models.bytes("nonsense"), new byte[0]);
    registry.accept("models", 7, Models.bytes("nonsense"), Models.bytes("poison"));
    Random random = new Random(7);
    for (int i = 0; i < 3000; i++) {
      byte[] bad = manifest.clone();
      for (int at = 5; at < bad.length; at++) {
        if (random.nextInt(20) == 0) {
          bad[at] = (byte) random.nextInt(256);
        }
      }
      registry.accept("models", 8 + i, Models.bytes("version/0000000001/manifest"), bad);
    }

    assertThat(registry.refusals()).hasSize(64);
    promote(2, 1);
    assertThat(registry.current().version()).isEqualTo(2);
  }

  @Test
  void shouldSayWhichRecordCannotBeUsed() {
    offset = 41;
    send("anything", Models.bytes("poison"));

    assertThat(registry.refusals())
        .singleElement()
        .satisfies(
            refusal ->
                assertThat(refusal.getReason())
                    .startsWith("the record at offset 41 cannot be used: "));
  }

  @Test
  void shouldIgnoreRefusalsOfOthers() {
    send("refusal/001", Models.bytes(new ModelRefusal(3, "", "damaged", "there")));

    assertThat(registry.refusals()).isEmpty();
  }

  @Test
  void shouldKeepNoChunksOfAVersionThatIsRemovedBeforeItIsWhole() {
    List<ModelMessage> version = Models.version(Models.candidate(Models.SPEC, 1), 1);
    send(version.getFirst());
    send(version.getFirst().key(), null);
    send(version.getLast());

    assertThat(registry.refusals())
        .singleElement()
        .satisfies(refusal -> assertThat(refusal.getReason()).contains("is missing"));
  }

  // ---- waiting ----------------------------------------------------------------------------------

  @Test
  void shouldNotWaitForWhatIsThere() {
    promote(1, 1);

    assertThat(registry.atLeast(0, Duration.ZERO).sequence()).isEqualTo(1);
    assertThat(registry.atLeast(1, Duration.ZERO)).isSameAs(registry.current());
  }

  @Test
  @Timeout(20)
  void shouldWaitUntilTheDecisionComes() throws Exception {
    CompletableFuture<Decision<Forecaster>> waiting =
        CompletableFuture.supplyAsync(() -> registry.atLeast(2, Duration.ofSeconds(15)));
    promote(1, 1);
    assertThat(waiting).isNotDone();

    promote(2, 2);

    assertThat(waiting.get(10, TimeUnit.SECONDS).sequence()).isEqualTo(2);
  }

  @Test
  void shouldGiveUpAfterTheLongestWait() {
    promote(1, 1);

    assertThatThrownBy(() -> registry.atLeast(5, Duration.ofMillis(30)))
        .isInstanceOf(RegistryBehindException.class)
        .hasMessage(
            "a key was written under decision 5, which did not reach this instance within 30 ms:"
                + " it answers under decision 1");
  }

  @Test
  void shouldGiveUpWhenInterrupted() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> registry.atLeast(1, Duration.ofSeconds(30)))
        .isInstanceOf(RegistryBehindException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
  }

  // ---- listeners --------------------------------------------------------------------------------

  @Test
  void shouldTellOfEachAdoptedDecisionAndSurviveAListenerThatFails() {
    List<Long> told = new ArrayList<>();
    registry.onAdopted(
        decision -> {
          throw new IllegalStateException("on purpose");
        });
    registry.onAdopted(decision -> told.add(decision.sequence()));
    promote(1, 1);
    send(Models.decision(1, 0, 1));
    promote(2, 2);

    assertThat(told).containsExactly(1L, 2L);
  }

  @Test
  void shouldReplayToTheSameDecision() {
    List<ModelMessage> topic = new ArrayList<>();
    for (int version = 1; version <= 4; version++) {
      topic.addAll(Models.version(Models.candidate(Models.SPEC, version), version));
      topic.add(Models.decision(version, version - 1, version));
    }
    topic.forEach(this::send);
    ModelRegistry<Forecaster> other =
        new ModelRegistry<>(new ForecasterFormat(Models.SPEC), "there");
    topic.forEach(
        message ->
            other.accept(
                "models",
                0,
                Models.bytes(message.key()),
                Models.bytes(message.value().getContent())));

    assertThat(other.current().sequence()).isEqualTo(registry.current().sequence());
    assertThat(weights(other.current().model())).isEqualTo(weights(registry.current().model()));
    assertThat(other.chainEnd()).isEqualTo(4);
    assertThat(other.versions().stream().map(ModelRegistry.Version::number))
        .isEqualTo(Arrays.asList(1, 2, 3, 4).stream().toList());
  }

  @Test
  void shouldLoadAModelOfSeveralChunksInAnyOrder() {
    ModelRegistry<Forecaster> large =
        new ModelRegistry<>(new ForecasterFormat(Models.LARGE), "here");
    List<ModelMessage> version = Models.version(Models.candidate(Models.LARGE, 1), 1);
    List<ModelMessage> shuffled =
        new ArrayList<>(version.subList(0, version.size() - 1).reversed());
    shuffled.add(version.getLast());
    for (ModelMessage message : shuffled) {
      large.accept("models", 0, Models.bytes(message.key()), bytes(message.value()));
    }

    assertThat(large.holds(1)).isTrue();
    assertThat(((ModelManifest) version.getLast().value().getContent()).getChunks()).isEqualTo(3);
  }

  private static byte[] bytes(ModelRecord record) {
    return Models.bytes(record.getContent());
  }
}
