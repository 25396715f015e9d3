package io.eddy.deploy.tune;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/// Search by successive halving (Jamieson and Talwalkar 2016, "Non-stochastic Best Arm
/// Identification and Hyperparameter Optimization"), with thirds as in Hyperband (Li et al. 2018):
/// many candidates are tried with little effort, the best third of them with three times as much,
/// and so on.
///
/// ```
/// rung        1      2      3
/// effort     1/9    1/3     1
/// tried       9      3      1      and the first candidate on every rung
/// ```
///
/// One such bracket follows on another until the time is over; a later one draws its candidates
/// around the best so far. What is chosen depends only on rungs that were completed, never on how
/// far the last one came: it is the best one of the highest completed rung, and the first candidate
/// took part in that, so nothing worse than the first is ever chosen.
final class SuccessiveHalving {
  static final int RUNGS = 3;
  private static final int SHARE = 3;
  private static final int FIELD = 9;

  private static final Comparator<Trial> BEST_FIRST =
      Comparator.comparingDouble(Trial::score)
          .thenComparingInt(trial -> trial.candidate().number());

  private final Candidate first;
  private final Draw draw;
  private final Effort effort;
  private final BooleanSupplier over;
  private final Listener listener;
  private final List<Trial> completed = new ArrayList<>();
  private int drawn;
  private int completedRungs;

  /// Draws candidates.
  interface Draw {
    /// Draws one.
    ///
    /// @param number that it gets
    /// @param around a candidate that did well
    /// @return empty if there is none left that was not drawn before
    Optional<Candidate> next(int number, Candidate around);
  }

  /// Tries candidates.
  interface Effort {
    /// Tries one.
    ///
    /// @param share of the whole effort, up to 1
    /// @return its score, less is better; infinite if it fails
    /// @throws CancellationException if it was told to stop
    double score(Candidate candidate, double share);
  }

  /// Hears how the search goes.
  interface Listener {
    /// A candidate is tried now.
    ///
    /// @param place on its rung, from 1 on
    /// @param field how many the rung has
    void trying(Candidate candidate, int bracket, int rung, int place, int field);

    /// A candidate was tried.
    void tried(Trial trial);
  }

  /// @param first takes part on every rung
  /// @param over whether the time is over; asked before each trial
  SuccessiveHalving(
      Candidate first, Draw draw, Effort effort, BooleanSupplier over, Listener listener) {
    this.first = first;
    this.draw = draw;
    this.effort = effort;
    this.over = over;
    this.listener = listener;
  }

  /// The share of the whole effort that a rung takes, counted from 1 on.
  static double share(int rung) {
    double share = 1;
    for (int above = rung; above < RUNGS; above++) {
      share /= SHARE;
    }
    return share;
  }

  /// Searches until the time is over, or there is nothing left to try.
  void run() {
    int bracket = 1;
    while (bracket(bracket)) {
      bracket++;
    }
  }

  /// @return whether another one may follow
  private boolean bracket(int bracket) {
    Candidate around = best().map(Trial::candidate).orElse(first);
    List<Candidate> field = new ArrayList<>();
    for (int i = 0; i < FIELD; i++) {
      draw.next(drawn + 1, around)
          .ifPresent(
              candidate -> {
                drawn++;
                field.add(candidate);
              });
    }
    List<Candidate> left = field;
    for (int rung = 1; rung <= RUNGS && !left.isEmpty(); rung++) {
      List<Trial> trials = new ArrayList<>();
      if (!rung(bracket, rung, left, trials)) {
        return false;
      }
      completed.addAll(trials);
      completedRungs++;
      left =
          trials.stream()
              .filter(trial -> !trial.candidate().equals(first))
              .filter(trial -> Double.isFinite(trial.score()))
              .sorted(BEST_FIRST)
              .limit(Math.max(1, left.size() / SHARE))
              .map(Trial::candidate)
              .toList();
    }
    return !field.isEmpty();
  }

  /// @param trials gets what was tried
  /// @return whether the rung was completed
  private boolean rung(int bracket, int rung, List<Candidate> left, List<Trial> trials) {
    List<Candidate> all = new ArrayList<>(left);
    if (Double.isNaN(firstScore(rung))) {
      all.addFirst(first); // once: its score does not change from bracket to bracket
    }
    for (Candidate candidate : all) {
      if (over.getAsBoolean()) {
        return false;
      }
      listener.trying(candidate, bracket, rung, trials.size() + 1, all.size());
      long start = System.nanoTime();
      double score;
      try {
        score = effort.score(candidate, share(rung));
      } catch (CancellationException e) {
        return false;
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      var trial =
          new Trial(
              candidate,
              bracket,
              rung,
              Double.isNaN(score) ? Double.POSITIVE_INFINITY : score,
              seconds);
      trials.add(trial);
      listener.tried(trial);
    }
    return true;
  }

  /// The best one of the highest completed rung; of equal ones the one that was drawn first. Empty
  /// if no rung was completed.
  Optional<Trial> best() {
    return completed.stream()
        .min(Comparator.comparingInt((Trial trial) -> -trial.rung()).thenComparing(BEST_FIRST));
  }

  /// What the first candidate reached on a rung.
  double firstScore(int rung) {
    return completed.stream()
        .filter(trial -> trial.rung() == rung && trial.candidate().equals(first))
        .mapToDouble(Trial::score)
        .findFirst()
        .orElse(Double.NaN);
  }

  /// Candidates that were drawn, the first one not counted.
  int drawn() {
    return drawn;
  }

  /// Rungs that were completed, of all brackets.
  int completedRungs() {
    return completedRungs;
  }
}
