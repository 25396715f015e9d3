package io.eddy.deploy.backtest;

import io.eddy.model.evaluation.Fan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/// How many events a key needs until it is forecast about as well as it ever will be.
///
/// The second half of a series is forecast twice by one engine: once as a key that begins there,
/// and once as the same key known from its first value on. Both forecast the same values at every
/// event, so a restless stretch or an hour of the day weighs on both alike, and what differs is the
/// key's age. Errors are scaled as MASE is, and averaged over keys in buckets of ages: 1, 2 to 3, 4
/// to 7, and so on.
///
/// The trained version meets keys that it has never seen: every tenth series by hash, at least one,
/// is kept out of its training.
public final class ColdStart {
  /// A young key's error may be so many times the old key's.
  static final double WITHIN = 1.1;

  /// One of so many series is kept out of training.
  private static final int HELD_OUT_ONE_IN = 10;

  /// Ages beyond this are not looked at: a key is old by then.
  private static final int OLDEST = 1023;

  private final List<Curve> curves;

  private ColdStart(List<Curve> curves) {
    this.curves = List.copyOf(curves);
  }

  /// Errors by age of one version's keys.
  ///
  /// @param contender whose keys they are
  /// @param keys how many
  /// @param buckets the youngest ages first
  public record Curve(String contender, int keys, List<Bucket> buckets) {

    public Curve {
      buckets = List.copyOf(buckets);
    }

    /// The smallest age from which on the one-step error stays within 10 % of the old keys';
    /// nothing if even the oldest ages' does not.
    public OptionalInt coldEvents() {
      return coldEvents(Bucket::oneStep);
    }

    /// The same for the error of the whole horizon.
    public OptionalInt coldEventsOfHorizon() {
      return coldEvents(Bucket::wholeHorizon);
    }

    private OptionalInt coldEvents(ToDoubleFunction<Bucket> ratio) {
      OptionalInt found = OptionalInt.empty();
      for (Bucket bucket : buckets.reversed()) {
        // A ratio that is no number is not within anything.
        if (!(ratio.applyAsDouble(bucket) <= WITHIN)) {
          break;
        }
        found = OptionalInt.of(bucket.from());
      }
      return found;
    }
  }

  /// Ages that are looked at together. Errors are scaled and absolute, and averaged.
  ///
  /// @param from first age, in events that the key has seen
  /// @param to last age
  /// @param forecasts that count
  /// @param youngOneStep error one step ahead of the keys that begin in the middle
  /// @param oldOneStep error one step ahead of the same keys known from the start
  /// @param youngHorizon error over all steps ahead of those that begin in the middle
  /// @param oldHorizon error over all steps ahead of the same keys known from the start
  public record Bucket(
      int from,
      int to,
      long forecasts,
      double youngOneStep,
      double oldOneStep,
      double youngHorizon,
      double oldHorizon) {

    /// The young keys' error one step ahead over the old ones'.
    public double oneStep() {
      return ratio(youngOneStep, oldOneStep);
    }

    /// The young keys' error over all steps ahead over the old ones'.
    public double wholeHorizon() {
      return ratio(youngHorizon, oldHorizon);
    }

    private static double ratio(double young, double old) {
      return young == old ? 1 : young / old;
    }
  }

  /// Measures the naive version 0, and a version trained without the keys that it meets; the latter
  /// only where there are two series or more.
  ///
  /// @param settings Eddy's keys, as for [NetworkSettings#contender]
  public static ColdStart measure(DataSet data, Map<String, String> settings, Progress progress) {
    List<Curve> curves = new ArrayList<>();
    curves.add(curve(NetworkSettings.untrained(data, settings), data, data.series(), progress));
    if (data.series().size() > 1) {
      Set<RecordedSeries> heldOut = heldOut(data);
      List<RecordedSeries> others =
          data.series().stream().filter(series -> !heldOut.contains(series)).toList();
      NetworkContender network = NetworkSettings.contender(data, settings);
      progress.begin(network.name() + " trains without " + heldOut.size() + " series", -1);
      network.train(data.trainingData(others));
      curves.add(curve(network, data, List.copyOf(heldOut), progress));
    }
    return new ColdStart(curves);
  }

  /// The series with the least hashes: which they are depends on their names alone.
  static Set<RecordedSeries> heldOut(DataSet data) {
    int count = Math.ceilDiv(data.series().size(), HELD_OUT_ONE_IN);
    return new HashSet<>(
        data.series().stream()
            .sorted(
                Comparator.comparingInt((RecordedSeries series) -> hash(series.key()))
                    .thenComparing(RecordedSeries::key))
            .limit(count)
            .toList());
  }

  /// The finaliser of MurmurHash3, since names that differ in their last letter have hashes that
  /// hardly differ.
  private static int hash(String key) {
    int bits = key.hashCode();
    bits = (bits ^ (bits >>> 16)) * 0x85ebca6b;
    bits = (bits ^ (bits >>> 13)) * 0xc2b2ae35;
    return bits ^ (bits >>> 16);
  }

  static Curve curve(
      Contender contender, DataSet data, List<RecordedSeries> keys, Progress progress) {
    progress.begin(contender.name() + " meets new keys", keys.size());
    List<Sums> sums = new ArrayList<>();
    for (int from = 1; from <= OLDEST; from *= 2) {
      sums.add(new Sums(from));
    }
    int counted = 0;
    for (RecordedSeries series : keys) {
      // A series that has not moved in its training part has no scale.
      if (series.scale() > 0 && Double.isFinite(series.scale())) {
        follow(contender, data, series, sums);
        counted++;
      }
      progress.advance(1);
    }
    return new Curve(
        contender.name(),
        counted,
        sums.stream().filter(one -> one.forecasts > 0).map(Sums::bucket).toList());
  }

  private static void follow(
      Contender contender, DataSet data, RecordedSeries series, List<Sums> sums) {
    int begin = firstKnown(series, series.length() / 2);
    SeriesForecaster old = contender.begin(series.trainingPart());
    for (int t = firstKnown(series, 0); t < begin; t++) {
      old.observe(series.time(t), series.value(t));
    }
    SeriesForecaster young = contender.begin(series.trainingPart());
    for (int t = begin; t < series.length() - 1 && t - begin < OLDEST; t++) {
      old.observe(series.time(t), series.value(t));
      young.observe(series.time(t), series.value(t));
      int age = t - begin + 1;
      Sums bucket = sums.get(31 - Integer.numberOfLeadingZeros(age));
      bucket.add(data.horizon(), series, t + 1, old, young);
    }
  }

  private static int firstKnown(RecordedSeries series, int from) {
    int step = from;
    while (step < series.length() && Double.isNaN(series.value(step))) {
      step++;
    }
    return step;
  }

  /// What one bucket adds up.
  private static final class Sums {
    private final int from;
    private long forecasts; // one step ahead
    private double youngOneStep;
    private double oldOneStep;
    private long values; // of all steps ahead
    private double youngHorizon;
    private double oldHorizon;

    Sums(int from) {
      this.from = from;
    }

    /// @param next the step that is one ahead
    void add(
        int horizon,
        RecordedSeries series,
        int next,
        SeriesForecaster old,
        SeriesForecaster young) {
      Fan oldFan = old.forecast(horizon);
      Fan youngFan = young.forecast(horizon);
      for (int ahead = 1; ahead <= horizon; ahead++) {
        double actual = series.value(next + ahead - 1);
        if (Double.isNaN(actual)) {
          continue; // missing, or behind the last one
        }
        double oldError = Math.abs(actual - oldFan.median(ahead)) / series.scale();
        double youngError = Math.abs(actual - youngFan.median(ahead)) / series.scale();
        if (ahead == 1) {
          forecasts++;
          oldOneStep += oldError;
          youngOneStep += youngError;
        }
        values++;
        oldHorizon += oldError;
        youngHorizon += youngError;
      }
    }

    Bucket bucket() {
      return new Bucket(
          from,
          2 * from - 1,
          forecasts,
          youngOneStep / forecasts,
          oldOneStep / forecasts,
          youngHorizon / values,
          oldHorizon / values);
    }
  }

  /// The naive version's curve, then the trained one's if there is one.
  public List<Curve> curves() {
    return curves;
  }

  /// The curve of the trained version.
  public Optional<Curve> trained() {
    return curves.size() > 1 ? Optional.of(curves.getLast()) : Optional.empty();
  }
}
