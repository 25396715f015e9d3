package io.eddy.deploy.backtest;

import io.eddy.model.evaluation.Evaluation;
import io.eddy.model.evaluation.Fan;
import io.eddy.model.evaluation.SeriesScores;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/// Feeds a data set to contenders, event by event in the order of time across all series, asks for
/// forecasts at its origins, and scores them.
///
/// A contender sees a value only after all forecasts of it were made.
public final class Backtest {
  /// Stretches of time that the standard error of the coverage is computed from.
  private static final int BLOCKS = 20;

  /// Steps at the end of a series that are kept to be drawn.
  private static final int DRAWN = 96;

  private final DataSet data;
  private final Progress progress;

  public Backtest(DataSet data, Progress progress) {
    this.data = data;
    this.progress = progress;
  }

  /// Trains a contender, then lets it forecast.
  public Outcome run(Contender contender) {
    progress.begin(contender.name() + " trains", -1);
    TrainingData training = data.trainingData();
    long start = System.nanoTime();
    contender.train(training);
    double trainSeconds = (System.nanoTime() - start) / 1e9;
    return new Run(contender, training).run(trainSeconds);
  }

  /// One contender on its way through the data.
  private final class Run {
    private final Contender contender;
    private final Evaluation evaluation;
    private final boolean blocksOfTime;
    private final Map<String, List<Outcome.Made>> fans = new HashMap<>();
    private final List<Course> courses = new ArrayList<>();
    private long observations;
    private long forecasts;
    private long observationNanos;
    private long forecastNanos;

    Run(Contender contender, TrainingData training) {
      this.contender = contender;
      // With few origins there are no stretches of time: each series is a block of its own.
      blocksOfTime =
          data.series().stream().allMatch(series -> series.origins().count() >= 2 * BLOCKS);
      evaluation = new Evaluation(data.horizon(), blocksOfTime ? BLOCKS : data.series().size());
      for (int i = 0; i < data.series().size(); i++) {
        courses.add(new Course(i, data.series().get(i), training.series().get(i)));
      }
    }

    Outcome run(double trainSeconds) {
      var next =
          new PriorityQueue<Course>(
              Comparator.comparingLong(Course::time).thenComparingInt(course -> course.index));
      next.addAll(courses);
      progress.begin(contender.name(), courses.stream().mapToLong(Course::end).sum());
      while (!next.isEmpty()) {
        Course course = next.remove();
        course.step();
        progress.advance(1);
        if (course.known < course.end()) {
          next.add(course);
        }
      }
      double secondsEach =
          (observationNanos / (double) observations + forecastNanos / (double) forecasts) / 1e9;
      return new Outcome(
          contender.name(),
          evaluation,
          fans,
          contender.parameters(),
          trainSeconds,
          forecasts,
          1 / secondsEach);
    }

    /// One series on its way.
    private final class Course {
      private final int index;
      private final RecordedSeries series;
      private final SeriesForecaster forecaster;
      private final SeriesScores scores;
      private int known;

      Course(int index, RecordedSeries series, TrainingSeries training) {
        this.index = index;
        this.series = series;
        forecaster = contender.begin(training);
        scores = evaluation.begin(series.key(), series.unit(), series.scale());
      }

      long time() {
        return series.time(known);
      }

      int end() {
        return series.origins().last();
      }

      private int lastOrigin() {
        int stride = series.origins().stride();
        return end() - (end() - series.origins().first()) % stride;
      }

      void step() {
        long start = System.nanoTime();
        forecaster.observe(series.time(known), series.value(known), series.covariates(known));
        observationNanos += System.nanoTime() - start;
        observations++;
        known++;
        if (series.origins().contains(known)) {
          forecast();
        }
      }

      private void forecast() {
        long start = System.nanoTime();
        Fan fan = forecaster.forecast(data.horizon());
        forecastNanos += System.nanoTime() - start;
        forecasts++;
        if (fan.horizon() < data.horizon()) {
          throw new IllegalStateException(
              "%s forecast %d steps of %s, expected %d"
                  .formatted(contender.name(), fan.horizon(), series.key(), data.horizon()));
        }
        int block =
            blocksOfTime
                ? (int) ((long) series.origins().index(known) * BLOCKS / series.origins().count())
                : index;
        for (int ahead = 1; ahead <= data.horizon(); ahead++) {
          scores.add(block, ahead, series.value(known + ahead - 1), fan);
        }
        int left = lastOrigin() - known;
        if (left % data.horizon() == 0 && left < Math.max(data.horizon(), DRAWN)) {
          fans.computeIfAbsent(series.key(), _ -> new ArrayList<>())
              .add(new Outcome.Made(known, fan));
        }
      }
    }
  }
}
