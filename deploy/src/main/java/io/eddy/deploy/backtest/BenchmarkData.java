package io.eddy.deploy.backtest;

import io.eddy.deploy.csv.Columns;
import io.eddy.deploy.csv.CsvReader;
import io.eddy.deploy.csv.Recording;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.model.evaluation.NaiveReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/// The benchmarks that others have published figures on, each with the split and the origins that
/// those figures are of. The files are not part of Eddy.
///
/// | name | origins | units |
/// | --- | --- | --- |
/// | `m4-hourly`, `m4-weekly` | one, at the end of the competition's training part | its own |
/// | `web-traffic-1000` | one, after 744 of 803 days | views |
/// | `etth1`, `etth2` | all of the test part: rows 11,520 to 14,399 | of the train part's deviation |
/// | `exchange-rate` | all of the last 20 % | of the train part's deviation |
/// | `traffic-los` | all of the last 20 % that have 12 rows of it behind them | miles per hour |
/// | `air-passengers` | the last 48 months, one step ahead | thousands |
/// | `shampoo` | the last 12 months, one step ahead | units |
public enum BenchmarkData {
  M4_HOURLY("Hourly series of the M4 competition") {
    @Override
    DataSet load(Path folder, OptionalInt horizon) {
      return competition(
          folder.resolve("m4-hourly"),
          horizon.orElse(48),
          24,
          24,
          336,
          Duration.ofHours(1),
          Optional.of(new NaiveReference(18.383, 2.395)));
    }
  },
  M4_WEEKLY("Weekly series of the M4 competition") {
    @Override
    DataSet load(Path folder, OptionalInt horizon) {
      return competition(
          folder.resolve("m4-weekly"),
          horizon.orElse(13),
          1,
          1,
          52,
          Duration.ofDays(7),
          Optional.of(new NaiveReference(9.161, 2.777)));
    }
  },
  ETTH1("Electricity transformer 1, hourly, 7 channels", "2016-07-01") {
    @Override
    DataSet load(Path folder, OptionalInt horizon) {
      return transformer(folder.resolve("ett").resolve("ETTh1.csv.gz"), horizon.orElse(96));
    }
  },
  ETTH2("Electricity transformer 2, hourly, 7 channels", "2016-07-01") {
    @Override
    DataSet load(Path folder, OptionalInt horizon) {
      return transformer(folder.resolve("ett").resolve("ETTh2.csv.gz"), horizon.orElse(96));
    }
  },
  EXCHANGE_RATE("Daily exchange rates of 8 countries") {
    @Override
    DataSet load(Path folder, OptionalInt horizon) {
      Table table = Table.read(folder.resolve("exchange-rate").resolve("exchange_rate.csv"), 0);
      int train = table.rows() * 7 / 10;
      int test = table.rows() - table.rows() / 5;
      long[] times = times(table.rows(), Duration.ofDays(1));
      return standardised(table, times, table.rows(), train, test, horizon.orElse(96), 1, 96);
    }
  },
  TRAFFIC_LOS("Speeds at 207 sensors of Los Angeles, every 5 minutes") {
    @Override
    DataSet load(Path folder, OptionalInt horizon) {
      Table table = Table.read(folder.resolve("traffic-los").resolve("los_speed.csv.gz"), 0);
      int steps = horizon.orElse(3);
      int train = table.rows() * 8 / 10;
      int first = train + TRAFFIC_INPUT;
      // The published code stops one window early.
      RecordedSeries.Origins origins = origins(first, table.rows() - 1, steps);
      long[] times = times(table.rows(), Duration.ofMinutes(5));
      List<RecordedSeries> series = new ArrayList<>();
      for (int column = 0; column < table.columns().size(); column++) {
        series.add(
            new RecordedSeries(
                table.columns().get(column), times, table.values(column), train, origins, 1, 1));
      }
      return dataSet(
          steps,
          288,
          36,
          List.of(Metric.RMSE, Metric.MAE, Metric.ACCURACY, Metric.SMAPE, Metric.MASE, Metric.MSIS),
          Optional.empty(),
          series);
    }
  },
  WEB_TRAFFIC_1000("Daily views of 1,000 Wikipedia pages", "2015-07-01") {
    @Override
    DataSet load(Path folder, OptionalInt horizon) {
      return competition(
          folder.resolve("web-traffic-1000"),
          horizon.orElse(59),
          7,
          7,
          63,
          Duration.ofDays(1),
          Optional.empty());
    }
  },
  AIR_PASSENGERS("Airline passengers a month, one step ahead over the last 48", "1949-01-01") {
    @Override
    DataSet load(Path folder, OptionalInt horizon) {
      return oneSeries(
          folder.resolve("small-series").resolve("air-passengers.csv"),
          Optional.of("date"),
          "passengers_thousands",
          48,
          horizon.orElse(1),
          13);
    }
  },
  SHAMPOO("Shampoo sales a month, one step ahead over the last 12") {
    @Override
    DataSet load(Path folder, OptionalInt horizon) {
      return oneSeries(
          folder.resolve("small-series").resolve("shampoo-sales.csv"),
          Optional.empty(), // its dates have no century
          "sales",
          12,
          horizon.orElse(1),
          4);
    }
  };

  private static final int TRAFFIC_INPUT = 12;

  private final String description;
  private final LocalDate start;
  private final boolean dated;

  /// Of series whose times are not known, and made up to begin in 1970.
  BenchmarkData(String description) {
    this.description = description;
    start = LocalDate.EPOCH;
    dated = false;
  }

  BenchmarkData(String description, String start) {
    this.description = description;
    this.start = LocalDate.parse(start);
    dated = true;
  }

  /// What the command line calls it.
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// In one line, for people.
  public String description() {
    return description;
  }

  /// All names, for messages.
  public static String names() {
    return Arrays.stream(values()).map(BenchmarkData::key).collect(Collectors.joining(", "));
  }

  /// The data set of a name, if it is one.
  public static Optional<BenchmarkData> named(String name) {
    return Arrays.stream(values()).filter(one -> one.key().equals(name)).findFirst();
  }

  /// Reads the data set.
  ///
  /// @param folder that holds the data sets, each in a folder of its own
  /// @param horizon other than the usual one
  /// @throws UserException if a file is missing or not as expected
  public DataSet read(Path folder, OptionalInt horizon) {
    if (!Files.isDirectory(folder)) {
      throw new UserException(
          ExitCode.USAGE,
          "there is no folder %s: --data-dir must name the folder that holds the data sets"
              .formatted(folder));
    }
    return load(folder, horizon);
  }

  abstract DataSet load(Path folder, OptionalInt horizon);

  DataSet dataSet(
      int horizon,
      int season,
      int lookback,
      List<Metric> metrics,
      Optional<NaiveReference> reference,
      List<RecordedSeries> series) {
    return new DataSet(
        key(),
        description,
        dated,
        horizon,
        season > 1 ? List.of(season) : List.of(),
        lookback,
        metrics,
        reference,
        series);
  }

  /// One origin a series, at the end of a file of training parts; what follows is in another file.
  DataSet competition(
      Path folder,
      int horizon,
      int season,
      int scaleSeason,
      int lookback,
      Duration step,
      Optional<NaiveReference> reference) {
    Map<String, LongFile.Values> train = LongFile.read(folder.resolve("train.csv.gz")).series();
    Map<String, LongFile.Values> test = LongFile.read(folder.resolve("test.csv")).series();
    List<RecordedSeries> series = new ArrayList<>();
    train.forEach(
        (key, known) -> {
          LongFile.Values following = test.get(key);
          if (following == null || following.length() < horizon) {
            throw new UserException(
                ExitCode.USAGE,
                "%s: series %s has %d values to test on, expected %d"
                    .formatted(folder, key, following == null ? 0 : following.length(), horizon));
          }
          double[] values = Arrays.copyOf(known.values(), known.length() + horizon);
          System.arraycopy(following.values(), 0, values, known.length(), horizon);
          series.add(
              new RecordedSeries(
                  key,
                  times(values.length, step),
                  values,
                  known.length(),
                  RecordedSeries.Origins.single(known.length()),
                  1,
                  scaleSeason));
        });
    return dataSet(
        horizon,
        season,
        lookback,
        List.of(Metric.SMAPE, Metric.MASE, Metric.MSIS, Metric.PINBALL),
        reference,
        series);
  }

  DataSet transformer(Path file, int horizon) {
    int train = 12 * 30 * 24;
    int part = 4 * 30 * 24;
    Table table = Table.read(file, 1);
    long[] times = times(table.rows(), Duration.ofHours(1));
    return standardised(table, times, train + 2 * part, train, train + part, horizon, 24, 336);
  }

  /// All windows of the test part, errors in deviations of the train part.
  DataSet standardised(
      Table table,
      long[] times,
      int end,
      int train,
      int test,
      int horizon,
      int season,
      int lookback) {
    RecordedSeries.Origins origins = origins(test, end, horizon);
    List<RecordedSeries> series = new ArrayList<>();
    for (int column = 0; column < table.columns().size(); column++) {
      double[] values = Arrays.copyOf(table.values(column), end);
      series.add(
          new RecordedSeries(
              table.columns().get(column),
              times,
              values,
              train,
              origins,
              deviation(values, train),
              season));
    }
    return dataSet(
        horizon,
        season,
        lookback,
        List.of(Metric.MSE, Metric.MAE, Metric.MASE, Metric.MSIS, Metric.PINBALL),
        Optional.empty(),
        series);
  }

  DataSet oneSeries(
      Path file, Optional<String> time, String value, int tested, int horizon, int lookback) {
    Recording recording =
        CsvReader.read(
            file, new Columns(Optional.empty(), time, Optional.of(value), Optional.empty()));
    LongFile.Values values = LongFile.of(recording).series().values().iterator().next();
    int length = values.length();
    return dataSet(
        horizon,
        12,
        lookback,
        List.of(Metric.RMSE, Metric.MAE, Metric.SMAPE, Metric.MASE, Metric.MSIS),
        Optional.empty(),
        List.of(
            new RecordedSeries(
                recording.keys().getFirst(),
                values.times(),
                values.values(),
                length - tested,
                origins(length - tested, length, horizon),
                1,
                12)));
  }

  /// One at every step of the test part that has a whole horizon before its end.
  RecordedSeries.Origins origins(int test, int end, int horizon) {
    if (test + horizon > end) {
      throw new UserException(
          ExitCode.USAGE,
          "--horizon %d: the test part of %s has %d steps".formatted(horizon, key(), end - test));
    }
    return new RecordedSeries.Origins(test, end - horizon, 1);
  }

  private static double deviation(double[] values, int length) {
    double mean = 0;
    for (int t = 0; t < length; t++) {
      mean += values[t] / length;
    }
    double squares = 0;
    for (int t = 0; t < length; t++) {
      squares += (values[t] - mean) * (values[t] - mean);
    }
    return Math.sqrt(squares / length);
  }

  long[] times(int length, Duration step) {
    long first = start.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
    long[] times = new long[length];
    for (int t = 0; t < length; t++) {
      times[t] = first + t * step.toMillis();
    }
    return times;
  }
}
