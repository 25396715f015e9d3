package io.eddy.deploy.http;

import io.eddy.processors.progress.Progress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The trainings of this process with their losses, epoch by epoch; the newest ones. Trainings of
/// other instances are known by their versions alone.
final class TrainingLog {
  private static final int TRAININGS = 20;
  private static final int EPOCHS = 1_000;

  private final Progress progress;
  private final Deque<Training> trainings = new ArrayDeque<>(); // newest last; guarded by this

  /// A training for JSON.
  ///
  /// @param job what it is called
  /// @param startedAt when its first epoch ended, epoch milliseconds
  /// @param endedAt when its newest epoch ended
  /// @param running whether epochs may still come
  record View(
      String job,
      long startedAt,
      long endedAt,
      boolean running,
      int maxEpochs,
      List<Integer> epochs,
      List<@Nullable Double> trainingLoss,
      List<@Nullable Double> validationLoss) {}

  private static final class Training {
    final String job;
    final long startedAt;
    final int maxEpochs;
    final List<Integer> epochs = new ArrayList<>();
    final List<@Nullable Double> trainingLoss = new ArrayList<>();
    final List<@Nullable Double> validationLoss = new ArrayList<>();
    long endedAt;

    Training(Progress.Epoch first, long now) {
      job = first.job();
      maxEpochs = first.maxEpochs();
      startedAt = now;
      endedAt = now;
    }

    boolean goesOnWith(Progress.Epoch epoch) {
      return job.equals(epoch.job()) && epoch.epoch() > epochs.getLast();
    }
  }

  TrainingLog(Progress progress) {
    this.progress = progress;
    progress.onEpoch(this::note);
  }

  private synchronized void note(Progress.Epoch epoch) {
    long now = System.currentTimeMillis();
    Training last = trainings.peekLast();
    if (last == null || !last.goesOnWith(epoch)) {
      last = new Training(epoch, now);
      trainings.addLast(last);
      if (trainings.size() > TRAININGS) {
        trainings.removeFirst();
      }
    }
    if (last.epochs.size() < EPOCHS) {
      last.epochs.add(epoch.epoch());
      last.trainingLoss.add(Json.finite(epoch.trainingLoss()));
      last.validationLoss.add(Json.finite(epoch.validationLoss()));
    }
    last.endedAt = now;
  }

  /// Oldest first.
  synchronized List<View> views() {
    boolean anyOpen = progress.jobsOpen() > 0;
    List<View> views = new ArrayList<>();
    for (Training training : trainings) {
      views.add(
          new View(
              training.job,
              training.startedAt,
              training.endedAt,
              anyOpen && training == trainings.peekLast(),
              training.maxEpochs,
              List.copyOf(training.epochs),
              new ArrayList<>(training.trainingLoss),
              new ArrayList<>(training.validationLoss)));
    }
    return views;
  }
}
