package io.eddy.processors.rollout;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.network.Forecaster;
import io.eddy.processors.progress.DecisionKind;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRefusal;
import io.eddy.schemas.avro.ShadowScore;
import io.eddy.schemas.avro.WindowScore;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Champion, challenger and predecessor, as the rollout decides between them.
class RolloutTrialTest extends RolloutTask {
  private static final long BLOCK_MILLIS = 1_000;
  private static final long IDLE_MILLIS = 90_000;

  private final Random random = new Random(1);
  private long now;

  @Override
  Map<String, Object> settings() {
    return Map.of(
        "eddy.trial.block.ms", BLOCK_MILLIS,
        "eddy.trial.blocks.max", 60,
        "eddy.trial.idle.ms", IDLE_MILLIS);
  }

  private ModelDecision decision() {
    return sent(ModelDecision.class).getLast();
  }

  private void wish(DecisionKind kind, int version) {
    wish(kind.name(), version);
  }

  private void wish(String kind, int version) {
    process("eddy-candidates", new ModelDecision(0L, 0L, version, "", kind, null, Map.of()));
    deliver();
  }

  private void offerAndDeliver(long seed) {
    offer(seed);
    deliver();
  }

  /// One block in which the shadow has this share of the champion's loss, give or take; from three
  /// series.
  private void block(double shadowLoss) {
    now += BLOCK_MILLIS;
    Decision<Forecaster> current = registry.current();
    Decision.Shadow<?> shadow = current.shadow();
    for (int series = 0; series < 3 && shadow != null; series++) {
      double hardness = Math.exp(random.nextGaussian());
      double loss = hardness * shadowLoss * Math.exp(0.1 * random.nextGaussian());
      score(
          score(
              current.version(),
              new ShadowScore(shadow.version(), current.sequence(), loss, hardness)));
      deliver();
    }
  }

  private WindowScore score(int version, @Nullable ShadowScore shadow) {
    var at = Instant.ofEpochMilli(now);
    return new WindowScore(
        ByteBuffer.wrap(new byte[] {1}),
        version,
        0L,
        8L,
        1.0,
        1.0,
        0.1,
        8.0,
        7L,
        0L,
        0.0,
        at.minusMillis(500),
        at,
        shadow);
  }

  private int blocksUntilDecision(double shadowLoss) {
    long before = decision().getSequence();
    int blocks = 0;
    while (decision().getSequence() == before && blocks < 1_000) {
      block(shadowLoss);
      blocks++;
    }
    return blocks;
  }

  @Test
  void shouldLetTheFirstVersionAnswerAtOnceAndWatchIt() {
    offerAndDeliver(1);

    assertThat(decision().getKind()).isEqualTo("PROMOTED");
    assertThat(decision().getShadowVersion()).isZero();
    assertThat(registry.current().version()).isEqualTo(1);

    int blocks = blocksUntilDecision(2);

    assertThat(decision().getKind()).isEqualTo("CONFIRMED");
    assertThat(decision().getReason()).contains("better than");
    assertThat(decision().getShadowVersion()).isNull();
    assertThat(decision().getChampionVersion()).isEqualTo(1);
    assertThat(decision().getFigures()).containsEntry("blocks", blocks - 1.0);
  }

  /// A block of stream time in which the champion alone was scored.
  private void blockWithoutShadow() {
    now += BLOCK_MILLIS;
    score(score(registry.current().version(), null));
    deliver();
  }

  @Test
  void shouldEndATrialThatNoKeyTakesPartIn() {
    championOne();
    offerAndDeliver(2);
    assertThat(decision().getKind()).isEqualTo("TRIAL");

    for (int block = 0; block <= 2 * 60 - 1; block++) {
      blockWithoutShadow();
    }
    assertThat(decision().getKind()).isEqualTo("TRIAL");
    restart();
    blockWithoutShadow();

    assertThat(decision().getKind()).isEqualTo("WITHDRAWN");
    assertThat(decision().getReason()).contains("too few live events were scored");
    assertThat(decision().getFigures()).containsEntry("blocks.passed", 120.0);
    assertThat(registry.current().version()).isEqualTo(1);
  }

  private void passIdle(long millis) {
    context.setCurrentSystemTimeMs(TIME + millis);
    review();
    deliver();
  }

  @Test
  void shouldEndATrialOfWhichNothingIsHeardByTheClockAndTryTheNext() {
    championOne();
    offerAndDeliver(2);
    offerAndDeliver(3);
    long trial = decision().getSequence();

    passIdle(IDLE_MILLIS - 1);
    assertThat(decision().getSequence()).isEqualTo(trial);
    restart();
    passIdle(IDLE_MILLIS);

    assertThat(sent(ModelDecision.class))
        .extracting(ModelDecision::getKind)
        .endsWith("TRIAL", "WITHDRAWN", "TRIAL");
    assertThat(decision().getShadowVersion()).isEqualTo(3);
  }

  @Test
  void shouldConfirmAChampionWhoseWatchNobodyScores() {
    offerAndDeliver(1);

    passIdle(IDLE_MILLIS);

    assertThat(decision().getKind()).isEqualTo("CONFIRMED");
    assertThat(decision().getReason()).contains("too few live events");
  }

  @Test
  void shouldCountSilenceFromTheLastScore() {
    offerAndDeliver(1);
    context.setCurrentSystemTimeMs(TIME + IDLE_MILLIS - 1);
    block(1);

    passIdle(IDLE_MILLIS + 1);
    assertThat(decision().getSequence()).isEqualTo(1);

    passIdle(2 * IDLE_MILLIS - 1);
    assertThat(decision().getKind()).isEqualTo("CONFIRMED");
  }

  private void championOne() {
    offerAndDeliver(1);
    blocksUntilDecision(2);
  }

  @Test
  void shouldTryAChallengerThatAnswersNobodyAndPromoteItWhenItIsBetter() {
    championOne();
    offerAndDeliver(2);

    assertThat(decision().getKind()).isEqualTo("TRIAL");
    assertThat(registry.current().version()).isEqualTo(1);
    assertThat(requireNonNull(registry.current().shadow()).version()).isEqualTo(2);

    int blocks = blocksUntilDecision(0.6);

    assertThat(blocks).isGreaterThan(8);
    assertThat(decision().getKind()).isEqualTo("PROMOTED");
    assertThat(decision().getChampionVersion()).isEqualTo(2);
    assertThat(decision().getShadowVersion()).isEqualTo(1);
    assertThat(decision().getFigures().get("gain")).isBetween(0.3, 0.5);
    assertThat(decision().getFigures().get("evidence.for.shadow")).isGreaterThanOrEqualTo(20);
  }

  @Test
  void shouldWithdrawAChallengerThatIsWorseOrNoBetter() {
    championOne();
    offerAndDeliver(2);
    assertThat(blocksUntilDecision(1.7)).isLessThan(30);
    assertThat(decision().getKind()).isEqualTo("WITHDRAWN");

    offerAndDeliver(3);
    assertThat(blocksUntilDecision(1)).isEqualTo(61);
    assertThat(decision().getKind()).isEqualTo("WITHDRAWN");
    assertThat(decision().getReason()).contains("no difference was found");
    assertThat(sent(ModelDecision.class).stream().map(ModelDecision::getChampionVersion))
        .containsOnly(1);
  }

  @Test
  void shouldAskForMoreEvidenceOfEachFurtherChallenger() {
    championOne();
    offerAndDeliver(2);
    assertThat(decision().getFigures()).containsEntry("evidence.needed", 20.0);
    blocksUntilDecision(2);
    offerAndDeliver(3);
    assertThat(decision().getFigures()).containsEntry("evidence.needed", 60.0);
    blocksUntilDecision(2);
    offerAndDeliver(4);
    assertThat(decision().getFigures()).containsEntry("evidence.needed", 120.0);
  }

  @Test
  void shouldBringThePredecessorBackWhenItIsBetterAfterAll() {
    championOne();
    wish(DecisionKind.PROMOTED, 1);
    assertThat(sent(ModelRefusal.class).getLast().getReason()).contains("it answers already");
    offerAndDeliver(2);
    wish(DecisionKind.PROMOTED, 2);
    assertThat(registry.current().version()).isEqualTo(2);

    blocksUntilDecision(0.4);

    assertThat(decision().getKind()).isEqualTo("ROLLED_BACK");
    assertThat(registry.current().version()).isEqualTo(1);
    assertThat(registry.current().shadow()).isNull();
  }

  @Test
  void shouldKeepTheNewestCandidateWaitingDuringAContest() {
    offerAndDeliver(1);
    offerAndDeliver(2);
    offerAndDeliver(3);
    assertThat(sent(ModelManifest.class)).hasSize(1);
    restart();

    blocksUntilDecision(2);

    assertThat(decision().getKind()).isEqualTo("TRIAL");
    ModelManifest tried = sent(ModelManifest.class).getLast();
    assertThat(tried.getVersion()).isEqualTo(2);
    assertThat(tried.getDigest()).isEqualTo(Models.digest(Models.candidate(Models.SPEC, 3)));
    assertThat(stored()).noneMatch(key -> key.startsWith("waiting"));
  }

  @Test
  void shouldLetATrialThatShowsLittleGiveWayToANewerCandidate() {
    championOne();
    offerAndDeliver(2);
    block(1);
    offerAndDeliver(3);

    assertThat(blocksUntilDecision(1)).isBetween(7, 9);

    assertThat(sent(ModelDecision.class).reversed().get(1).getKind()).isEqualTo("WITHDRAWN");
    assertThat(decision().getKind()).isEqualTo("TRIAL");
    assertThat(decision().getShadowVersion()).isEqualTo(3);
  }

  @Test
  void shouldNotDisturbATrialThatIsGoingWell() {
    championOne();
    offerAndDeliver(2);
    for (int i = 0; i < 8; i++) {
      block(0.1);
    }
    offerAndDeliver(3);

    blocksUntilDecision(0.1);

    assertThat(sent(ModelDecision.class))
        .anyMatch(one -> one.getKind().equals("PROMOTED") && one.getChampionVersion() == 2);
  }

  @Test
  void shouldGoOnWithAContestAfterARestart() {
    championOne();
    offerAndDeliver(2);
    for (int i = 0; i < 6; i++) {
      block(0.1);
    }
    restart();
    int blocks = blocksUntilDecision(0.1);

    assertThat(decision().getKind()).isEqualTo("PROMOTED");
    assertThat(decision().getFigures().get("blocks")).isEqualTo(6 + blocks - 1);
  }

  @Test
  void shouldLeaveOutScoresOfAnotherContest() {
    championOne();
    offerAndDeliver(2);
    var foreign = new HashMap<String, WindowScore>();
    foreign.put("another decision", score(1, new ShadowScore(2, 1L, 0.0, 1.0)));
    foreign.put("another champion", score(7, new ShadowScore(2, 3L, 0.0, 1.0)));
    foreign.put("another shadow", score(1, new ShadowScore(7, 3L, 0.0, 1.0)));
    foreign.put("no number", score(1, new ShadowScore(2, 3L, Double.NaN, 1.0)));
    for (int i = 0; i < 50; i++) {
      now += BLOCK_MILLIS;
      foreign.values().forEach(this::score);
    }
    assertThat(decision().getKind()).isEqualTo("TRIAL");
  }

  @Test
  void shouldRollBackByCommand() {
    championOne();
    offerAndDeliver(2);
    wish(DecisionKind.PROMOTED, 2);

    wish(DecisionKind.ROLLED_BACK, 0);

    assertThat(decision().getKind()).isEqualTo("ROLLED_BACK");
    assertThat(registry.current().version()).isEqualTo(1);

    wish(DecisionKind.ROLLED_BACK, 0);
    assertThat(sent(ModelRefusal.class).getLast().getReason()).contains("no predecessor");
    wish(DecisionKind.ROLLED_BACK, 9);
    assertThat(sent(ModelRefusal.class).getLast().getReason()).contains("not among those kept");
  }

  @Test
  void shouldDeleteAVersionThatNobodyNeeds() {
    championOne();
    offerAndDeliver(2);
    wish(DecisionKind.DELETED, 2);
    assertThat(sent(ModelRefusal.class).getLast().getReason()).contains("runs beside");
    blocksUntilDecision(2);

    wish(DecisionKind.DELETED, 2);

    assertThat(registry.holds(2)).isFalse();
    wish(DecisionKind.DELETED, 2);
    assertThat(sent(ModelRefusal.class).getLast().getReason()).contains("not there");
    wish("EXPLODE", 2);
    assertThat(sent(ModelRefusal.class).getLast().getReason()).contains("\"EXPLODE\"");
  }

  @Test
  void shouldEndAContestWhoseFiguresWereLost() {
    championOne();
    offerAndDeliver(2);
    stored().forEach(store::delete);
    restart();

    review();
    deliver();

    assertThat(decision().getKind()).isEqualTo("WITHDRAWN");
    assertThat(registry.current().shadow()).isNull();
    assertThat(registry.current().version()).isEqualTo(1);
  }
}
