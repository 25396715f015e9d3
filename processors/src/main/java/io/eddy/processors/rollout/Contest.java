package io.eddy.processors.rollout;

import io.eddy.model.evaluation.SequentialTest;
import io.eddy.schemas.avro.ShadowScore;
import io.eddy.schemas.avro.WindowScore;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Two versions on the same live events, told apart block by block of stream time: the one that
/// answers, and the one that runs beside it.
///
/// The scores of all partitions are one sequence. A block is longer than the longest forecast, so
/// that errors of one block have little in common with those of the next; without a configured
/// length it is that of the first score, times as many as the horizon takes. A score belongs to the
/// block of its last event; one that comes when its block is closed counts in the open one. A block
/// closes when a score of a later one comes, so one that nothing came for does not count.
final class Contest {
  /// What a verdict needs: the chance that it is wrong is at most one in so many.
  static final double EVIDENCE = 20;

  /// Why the shadow runs.
  enum Kind {
    /// The shadow is a challenger, which answers if it is better.
    TRIAL((byte) 1),
    /// The shadow is the predecessor, which comes back if it is better.
    WATCH((byte) 2);

    private final byte code;

    Kind(byte code) {
      this.code = code;
    }

    private static Kind of(byte code) {
      return code == TRIAL.code ? TRIAL : WATCH;
    }
  }

  /// What became of it.
  enum Verdict {
    /// The shadow is better, and by enough.
    SHADOW,
    /// The champion is better.
    CHAMPION,
    /// Neither was found better in the blocks it had.
    NEITHER,
    /// Stream time went on, but too few events were scored by both.
    UNHEARD
  }

  private final Kind kind;
  private final int champion;
  private final int shadow;
  private final long decision;
  private final double evidenceNeeded;
  private SequentialTest test = new SequentialTest();
  private long blockMillis;
  private long block = Long.MIN_VALUE;
  private double championLoss;
  private double shadowLoss;
  private long scores;
  private long firstBlock = Long.MIN_VALUE; // Of stream time, scores of others included.
  private long newestBlock = Long.MIN_VALUE;
  private long heardAt;

  /// Blocks of stream time for each of those that are asked for: so many may have no score.
  private static final int PATIENCE = 2;

  /// @param decision number of the decision that started it: other scores are not for it
  /// @param evidenceNeeded for the shadow to win
  /// @param blockMillis length of a block; 0 for that of the first scores
  /// @param startedAt by the clock, epoch milliseconds
  Contest(
      Kind kind,
      int champion,
      int shadow,
      long decision,
      double evidenceNeeded,
      long blockMillis,
      long startedAt) {
    this.kind = kind;
    this.champion = champion;
    this.shadow = shadow;
    this.decision = decision;
    this.evidenceNeeded = evidenceNeeded;
    this.blockMillis = blockMillis;
    this.heardAt = startedAt;
  }

  Kind kind() {
    return kind;
  }

  int champion() {
    return champion;
  }

  int shadow() {
    return shadow;
  }

  /// When a score of this contest came, or it started, by the clock, epoch milliseconds.
  long heardAt() {
    return heardAt;
  }

  /// Follows stream time by a score of the champion's, whether or not its shadow was scored, too.
  ///
  /// @return whether a block has ended by it
  boolean follow(WindowScore score, int scoresPerBlock) {
    if (score.getVersion() != champion) {
      return false;
    }
    long its = blockOf(score, scoresPerBlock);
    if (firstBlock == Long.MIN_VALUE) {
      firstBlock = its;
    }
    if (its <= newestBlock) {
      return false;
    }
    newestBlock = its;
    return true;
  }

  private long blockOf(WindowScore score, int scoresPerBlock) {
    long end = score.getEndedAt().toEpochMilli();
    if (blockMillis == 0) {
      long span = Math.max(1, end - score.getStartedAt().toEpochMilli());
      blockMillis = span * scoresPerBlock;
    }
    return Math.floorDiv(end, blockMillis);
  }

  /// Takes a score, if it is one of this contest.
  ///
  /// @param now by the clock, epoch milliseconds
  /// @param scoresPerBlock of the first score's length, where that decides
  /// @return whether it was of this contest
  boolean add(WindowScore score, int scoresPerBlock, long now) {
    @Nullable ShadowScore beside = score.getShadow();
    if (beside == null
        || beside.getDecision() != decision
        || score.getVersion() != champion
        || beside.getVersion() != shadow
        || !Double.isFinite(beside.getLoss() + beside.getChampionLoss())) {
      return false;
    }
    heardAt = now;
    long its = blockOf(score, scoresPerBlock);
    if (its > block) {
      if (scores > 0) {
        test.add(championLoss, shadowLoss);
      }
      block = its;
      championLoss = 0;
      shadowLoss = 0;
      scores = 0;
    }
    championLoss += beside.getChampionLoss();
    shadowLoss += beside.getLoss();
    scores++;
    return true;
  }

  /// What can be said now, or null while nothing can.
  ///
  /// @param gainMin share of the champion's loss that the shadow must save to win
  /// @param blocksMax blocks that it has at most
  @Nullable Verdict verdict(double gainMin, int blocksMax) {
    if (test.isSecondBetter(evidenceNeeded) && test.gain() >= gainMin) {
      return Verdict.SHADOW;
    }
    if (test.isFirstBetter(EVIDENCE)) {
      return Verdict.CHAMPION;
    }
    if (test.blocks() >= blocksMax) {
      return Verdict.NEITHER;
    }
    return passed() >= (long) PATIENCE * blocksMax ? Verdict.UNHEARD : null;
  }

  /// Blocks of stream time since it started.
  private long passed() {
    return firstBlock == Long.MIN_VALUE ? 0 : newestBlock - firstBlock;
  }

  /// Whether it may end for the sake of a candidate that waits: after the least number of blocks, a
  /// challenger that is not half way to its evidence (on the scale of logarithms, on which evidence
  /// adds up), or a predecessor that is not ahead. To end without a finding is no error at any
  /// time.
  boolean givesWay() {
    double enough = kind == Kind.TRIAL ? Math.sqrt(evidenceNeeded) : 1;
    return test.blocks() >= SequentialTest.BLOCKS_MIN && test.evidenceForSecond() < enough;
  }

  /// How it stands, by name: for the decision that ends it, and for whoever looks.
  Map<String, Double> figures() {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("blocks", (double) test.blocks());
    figures.put("blocks.passed", (double) passed());
    figures.put("block.millis", (double) blockMillis);
    figures.put("champion.loss", test.firstLoss());
    figures.put("shadow.loss", test.secondLoss());
    figures.put("gain", test.gain());
    figures.put("evidence.for.shadow", test.evidenceForSecond());
    figures.put("evidence.for.champion", test.evidenceForFirst());
    figures.put("evidence.needed", evidenceNeeded);
    return figures;
  }

  byte[] encode() {
    var buffer =
        ByteBuffer.allocate(
            1 + 2 * Integer.BYTES + 7 * Long.BYTES + 3 * Double.BYTES + SequentialTest.BYTES);
    buffer.put(kind.code).putInt(champion).putInt(shadow).putLong(decision);
    buffer.putDouble(evidenceNeeded).putLong(blockMillis).putLong(block);
    buffer.putDouble(championLoss).putDouble(shadowLoss).putLong(scores);
    buffer.putLong(firstBlock).putLong(newestBlock).putLong(heardAt);
    test.write(buffer);
    return buffer.array();
  }

  static Contest decode(ByteBuffer from) {
    var kind = Kind.of(from.get());
    int champion = from.getInt();
    int shadow = from.getInt();
    long decision = from.getLong();
    double evidence = from.getDouble();
    var contest = new Contest(kind, champion, shadow, decision, evidence, from.getLong(), 0);
    contest.block = from.getLong();
    contest.championLoss = from.getDouble();
    contest.shadowLoss = from.getDouble();
    contest.scores = from.getLong();
    contest.firstBlock = from.getLong();
    contest.newestBlock = from.getLong();
    contest.heardAt = from.getLong();
    contest.test = SequentialTest.read(from);
    return contest;
  }
}
