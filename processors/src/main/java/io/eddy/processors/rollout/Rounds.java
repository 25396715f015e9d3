package io.eddy.processors.rollout;

import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.TrainingReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The rounds of training that are on: local SGD (McMahan et al. 2017), in which each partition's
/// trainer learns from its own series, from one base version, and one candidate is made of what all
/// of them found.
///
/// **A round** opens with the first trainer that enters from a base version; the others are then
/// asked to join. It closes as soon as every partition that has a trainer has trained, failed or
/// abstained. For those that are missing, because their instance died or is slow, it waits so long
/// after the newest contribution and then closes without them, as soon as a share of the partitions
/// has contributed. Partitions that abstain do not count. With one partition a round is one
/// training, and what it found is the candidate, as it is.
///
/// **From initial weights** there is no average: the rollout takes one of the contributions, and
/// opens a round from it at once.
///
/// **A contribution that comes after its round has closed** is dropped: its base is of the past.
///
/// Everything is in the store, so that a round goes on where it was after a restart.
final class Rounds {
  private static final Logger LOGGER = LoggerFactory.getLogger(Rounds.class);

  private final RolloutStore store;
  private final double quorum;
  private final long waitMillis;

  /// What a report has led to.
  enum Effect {
    /// Nothing that anybody must know.
    NONE,
    /// A round was opened: the other partitions are to be asked.
    OPENED,
    /// What the same partition found before in the same round is given up for it.
    REPLACED,
    /// It is of a round that has closed: its chunks can go.
    LATE
  }

  /// A round that is over.
  ///
  /// @param contributions what it found, by partition; empty if nothing
  record Closed(Round round, List<ModelManifest> contributions) {}

  /// @param quorum share of the partitions that must have contributed, however long it takes
  /// @param waitMillis for more contributions, since the newest
  Rounds(RolloutStore store, double quorum, long waitMillis) {
    this.store = store;
    this.quorum = quorum;
    this.waitMillis = waitMillis;
  }

  /// Takes a report.
  ///
  /// @param manifest whose report is set; for [ReportKind#TRAINED] of a model that was verified
  /// @param now by the clock
  Effect take(ReportKind kind, ModelManifest manifest, long now) {
    TrainingReport report = Round.report(manifest);
    int partition = report.getPartition();
    long job = report.getJob();
    // One that is known is said again by a new owner.
    boolean known = store.newestJob(partition) == job;
    if (kind == ReportKind.ENTERED) {
      store.putTrainer(partition, job);
    } else if (store.newestJob(partition) < 0) {
      store.putTrainer(partition, 0);
    }
    @Nullable Round round = store.round(manifest.getBaseVersion());
    return switch (kind) {
      case PRESENT -> Effect.NONE;
      case ENTERED -> known ? Effect.NONE : enter(round, manifest.getBaseVersion(), partition, job);
      case ABSTAINED -> {
        if (round != null) {
          round.abstain(partition);
          store.put(round);
        }
        yield Effect.NONE;
      }
      case TRAINED, FAILED -> {
        if (round == null || !round.expects(partition, job)) {
          yield Effect.LATE;
        }
        @Nullable ModelManifest replaced = null;
        if (kind == ReportKind.FAILED) {
          round.fail(partition, job);
        } else {
          replaced = round.contribute(partition, job, manifest, now);
        }
        store.put(round);
        if (replaced == null) {
          yield Effect.NONE;
        }
        store.removeChunks(replaced.getDigest());
        yield Effect.REPLACED;
      }
    };
  }

  private Effect enter(@Nullable Round round, int baseVersion, int partition, long job) {
    Round entered = round == null ? opened(baseVersion) : round;
    entered.enter(partition, job);
    store.put(entered);
    return round == null ? Effect.OPENED : Effect.NONE;
  }

  /// Opens a round before anybody has entered it: all will be asked.
  void open(int base) {
    store.put(opened(base));
  }

  private Round opened(int base) {
    long number = store.rounds() + 1;
    store.putRounds(number);
    return new Round(base, number, 0);
  }

  /// Whether a digest is that of a contribution that waits.
  boolean holds(String digest) {
    return store.openRounds().stream()
        .flatMap(round -> round.contributions().stream())
        .anyMatch(manifest -> manifest.getDigest().equals(digest));
  }

  /// Partitions that have trainers.
  Set<Integer> trainers() {
    return store.trainers();
  }

  /// Closes the rounds that are over.
  ///
  /// @param now by the clock
  List<Closed> close(long now) {
    List<Closed> closed = new ArrayList<>();
    Set<Integer> trainers = store.trainers();
    for (Round round : store.openRounds()) {
      boolean complete = round.isComplete(trainers);
      boolean overdue =
          round.lastContribution() > 0
              && now - round.lastContribution() >= waitMillis
              && round.hasQuorum(trainers, quorum);
      if (complete || overdue) {
        store.remove(round);
        closed.add(new Closed(round, round.contributions()));
        log(round, complete, trainers);
      }
    }
    return closed;
  }

  private static void log(Round round, boolean complete, Set<Integer> trainers) {
    LOGGER
        .atInfo()
        .addKeyValue("round", round.number())
        .addKeyValue("base", round.base())
        .addKeyValue("contributions", round.contributions().size())
        .addKeyValue("trainers", trainers.size())
        .log(
            complete
                ? "round of training is complete"
                : "round of training closes without those that are missing");
  }
}
