package io.eddy.deploy.backtest;

import io.eddy.model.evaluation.Measures;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A series of a data set, and where forecasts of it are asked for.
///
/// An origin is the number of values that are known when a forecast is made.
public final class RecordedSeries {
  private static final double[] NO_COVARIATES = {};

  /// Forecasts of one series that settings are chosen by, if it is long enough.
  private static final int VALIDATION_ORIGINS = 5;

  /// Values of one series that settings are chosen by, if it is long enough.
  private static final int LEAST_VALIDATION = 48;

  private final String key;
  private final long[] times; // (N) milliseconds since 1970
  private final double[] values; // (N)
  private final List<double[]> covariates; // (N) or none
  private final Origins origins;
  private final int trainLength;
  private final double unit;
  private final double scale;

  /// A series with whose values nothing else comes.
  ///
  /// @param trainLength values of the training part
  /// @param scaleSeason steps of the season that the scaled errors compare with
  RecordedSeries(
      String key,
      long[] times,
      double[] values,
      int trainLength,
      Origins origins,
      double unit,
      int scaleSeason) {
    this(key, times, values, List.of(), trainLength, origins, unit, scaleSeason);
  }

  /// @param covariates what comes with each value, a row for each of them
  /// @param trainLength values of the training part
  /// @param scaleSeason steps of the season that the scaled errors compare with
  RecordedSeries(
      String key,
      long[] times,
      double[] values,
      List<double[]> covariates,
      int trainLength,
      Origins origins,
      double unit,
      int scaleSeason) {
    this(
        key,
        times,
        values,
        covariates,
        trainLength,
        origins,
        unit,
        Measures.scale(values, trainLength, scaleSeason));
  }

  private RecordedSeries(
      String key,
      long[] times,
      double[] values,
      List<double[]> covariates,
      int trainLength,
      Origins origins,
      double unit,
      double scale) {
    this.key = key;
    this.times = times;
    this.values = values;
    this.covariates = List.copyOf(covariates);
    this.origins = origins;
    this.trainLength = trainLength;
    this.unit = unit;
    this.scale = scale;
  }

  /// Where forecasts are made.
  ///
  /// @param first known values at the first one
  /// @param last known values at the last one
  /// @param stride values from one to the next
  public record Origins(int first, int last, int stride) {

    public Origins {
      if (first < 1 || last < first || stride < 1) {
        throw new IllegalArgumentException(
            "origins from %d to %d by %d".formatted(first, last, stride));
      }
    }

    /// A single origin.
    static Origins single(int known) {
      return new Origins(known, known, 1);
    }

    /// How many there are.
    public int count() {
      return (last - first) / stride + 1;
    }

    boolean contains(int known) {
      return known >= first && known <= last && (known - first) % stride == 0;
    }

    int index(int known) {
      return (known - first) / stride;
    }
  }

  /// The series' name.
  public String key() {
    return key;
  }

  /// Where forecasts are made.
  public Origins origins() {
    return origins;
  }

  /// When a step happened, in milliseconds since 1970.
  public long time(int step) {
    return times[step];
  }

  /// The value of a step; NaN behind the last one and where one is missing.
  public double value(int step) {
    return step < values.length ? values[step] : Double.NaN;
  }

  /// What comes with the value of a step; an empty row for nothing.
  public double[] covariates(int step) {
    return covariates.isEmpty() ? NO_COVARIATES : covariates.get(step);
  }

  /// How many values there are.
  public int length() {
    return values.length;
  }

  /// What pooled errors are divided by.
  public double unit() {
    return unit;
  }

  /// What scaled errors are divided by.
  public double scale() {
    return scale;
  }

  /// The series up to its first origin, with the origins of [DataSet#validation()]; in the same
  /// units, as those come from the training part alone.
  ///
  /// @return empty if it is too short
  Optional<RecordedSeries> validation(int horizon, int longestSeason) {
    int known = origins.first();
    int wanted = Math.max(VALIDATION_ORIGINS * horizon, LEAST_VALIDATION);
    int setAside = known - trainLength;
    int span = setAside >= wanted ? setAside : Math.min(wanted, known / 4);
    int count = Math.max(1, span / horizon);
    int first = known - count * horizon;
    if (first < Math.max(2, longestSeason + 1)) {
      return Optional.empty();
    }
    return Optional.of(
        new RecordedSeries(
            key,
            Arrays.copyOf(times, known),
            Arrays.copyOf(values, known),
            known(known),
            first,
            new Origins(first, known - horizon, horizon),
            unit,
            scale));
  }

  TrainingSeries trainingPart() {
    int known = origins.first();
    return new TrainingSeries(
        key,
        Arrays.copyOf(times, known),
        Arrays.copyOf(values, known),
        known(known),
        Math.min(trainLength, known));
  }

  private List<double[]> known(int count) {
    return covariates.subList(0, Math.min(count, covariates.size()));
  }
}
