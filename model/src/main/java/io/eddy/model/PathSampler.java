package io.eddy.model;

import io.eddy.model.distribution.NegativeBinomialDistribution;
import io.eddy.model.distribution.NormalDistribution;
import io.eddy.model.distribution.StudentTDistribution;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.network.Head;
import io.eddy.model.program.CounterRandom;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.series.CountAnchor;
import io.eddy.model.series.Preparation;
import io.eddy.model.series.Series;
import java.util.List;

/// Draws paths that a key may take from here, by ancestral sampling: each path is a copy of the key
/// that draws its next value from the distribution one step ahead, takes it for what happened, and
/// steps on. All paths are rows of one stepper.
///
/// The distribution one step ahead is the answer's, calibrated as its intervals are:
///
/// - a likelihood head's own, whose distances from the median are multiplied by the calibration's
///   factor, between two intervals' bounds by one between their factors;
/// - of quantiles, a normal distribution between each two neighbours, and beyond the last the one
///   that leads there: with one interval that is the two-piece normal distribution (Wallis 2014).
///
/// Steps beyond the network's horizon cost nothing but time. Deterministic: the same state, model
/// and seed give the same paths, and path i is the same however many are drawn. One thread at a
/// time.
public final class PathSampler {

  /// Keeps the draws apart from those of ops, which count from 0.
  private static final long STREAM = 0x50617468L;

  private final ForecasterSpec spec;
  private final Forecaster model;
  private final int count;
  private final Preparation preparation;
  private final Stepper stepper;
  private final Rows inputs;
  private final Rows anchor;
  private final Rows quantiles;
  private final List<Rows> distribution;
  private final double[] scores; // by interval, the narrowest first: the upper bound's normal score
  private final int[] upper; // by interval, the narrowest first: its upper quantile
  private final int[] intervals; // by interval, the narrowest first: its index in the spec

  /// @param count paths that are drawn at once
  public PathSampler(Forecaster model, int count) {
    if (count < 1) {
      throw new IllegalArgumentException(count + " paths, expected at least 1");
    }
    this.model = model;
    this.count = count;
    spec = model.spec();
    preparation = new Preparation(spec.series(), spec.lagCount());
    ForecasterProgram program = ForecasterProgram.of(spec);
    stepper = new Stepper(program.program(), model.parameters(), count, Kernels.best());
    inputs = stepper.rows(program.inputs());
    anchor = program.anchor().map(stepper::rows).orElse(Rows.empty());
    quantiles = stepper.rows(program.quantiles());
    distribution = program.distribution().stream().map(stepper::rows).toList();
    int size = spec.confidences().size();
    scores = new double[size];
    upper = new int[size];
    intervals = new int[size];
    double[] levels = spec.quantileLevels();
    for (int interval = 0; interval < size; interval++) {
      int lower = spec.lowerQuantile(interval);
      int at = size - 1 - lower;
      upper[at] = levels.length - 1 - lower;
      scores[at] = NormalDistribution.quantile(levels[upper[at]]);
      intervals[at] = interval;
    }
  }

  /// Draws paths of a key that this model answers for.
  ///
  /// @param state of the key, made by this model; not changed
  /// @param steps ahead, at least 1
  /// @param seed of the draws
  /// @throws IllegalStateException if the key has not seen a value yet
  public SampledPaths draw(SeriesState state, int steps, long seed) {
    if (steps < 1) {
      throw new IllegalArgumentException(steps + " steps ahead, expected at least 1");
    }
    Series series = state.series();
    if (series.steps() == 0) {
      throw new IllegalStateException(
          "the key has seen nothing: paths start from the last value, so observe one first");
    }
    long interval = series.size() > 1 ? series.time(0) - series.time(1) : 0;
    double[] factors = factors(state);
    double[][] values = new double[count][steps];
    Series[] copies = new Series[count];
    var next = new NextValue(factors);
    next.take(state.outlook, 0, spec.horizon());
    for (int i = 0; i < distribution.size(); i++) {
      next.parameters[i] = state.outlook[spec.outlookSize() - distribution.size() + i];
    }
    for (int path = 0; path < count; path++) {
      copies[path] = series.copy();
      stepper.load(path, state.network, 0);
      values[path][0] = next.draw(series, uniform(seed, 1, path));
    }
    for (int ahead = 2; ahead <= steps; ahead++) {
      for (int path = 0; path < count; path++) {
        Series copy = copies[path];
        copy.append(copy.time(0) + interval, values[path][ahead - 2]);
        preparation.inputs(copy, inputs.values(), inputs.at(path));
        if (spec.head() == Head.NEGATIVE_BINOMIAL) {
          CountAnchor.write(copy, spec.horizon(), anchor.values(), anchor.at(path));
        }
      }
      stepper.step();
      for (int path = 0; path < count; path++) {
        next.take(quantiles.values(), quantiles.at(path), spec.horizon());
        for (int i = 0; i < distribution.size(); i++) {
          Rows rows = distribution.get(i);
          next.parameters[i] = rows.values()[rows.at(path)];
        }
        values[path][ahead - 1] = next.draw(copies[path], uniform(seed, ahead, path));
      }
    }
    return new SampledPaths(values, seed);
  }

  /// In (0, 1), both excluded.
  private static double uniform(long seed, int ahead, int path) {
    return ((CounterRandom.bits(seed, STREAM, ahead, path, 0) >>> 12) + 0.5) * 0x1p-52;
  }

  /// What the widths of the bounds one step ahead are multiplied by: the version's and the key's
  /// calibration, (below and above, intervals), the narrowest first.
  private double[] factors(SeriesState state) {
    double[] factors = new double[2 * upper.length];
    for (int i = 0; i < upper.length; i++) {
      double own = state.calibration.factor(intervals[i], 1);
      int lower = spec.quantileCount() - 1 - upper[i];
      factors[i] = model.width(lower, 1) * own;
      factors[upper.length + i] = model.width(upper[i], 1) * own;
    }
    return factors;
  }

  /// The distribution of the next value of one path.
  private final class NextValue {
    private final double[] factors;
    private final float[] fan = new float[spec.quantileCount()]; // scaled, around the base
    private final double[] parameters = new double[spec.head().parameterCount()];

    NextValue(double[] factors) {
      this.factors = factors;
    }

    /// Takes the quantiles one step ahead.
    void take(float[] values, int at, int horizon) {
      for (int q = 0; q < fan.length; q++) {
        fan[q] = values[at + q * horizon];
      }
    }

    double draw(Series series, double level) {
      double score = NormalDistribution.quantile(level);
      if (spec.head() == Head.NEGATIVE_BINOMIAL) {
        double median = NegativeBinomialDistribution.quantile(0.5, parameters[0], parameters[1]);
        double count = NegativeBinomialDistribution.quantile(level, parameters[0], parameters[1]);
        return Math.max(0, Math.rint(median + factor(score) * (count - median)));
      }
      double distance =
          switch (spec.head()) {
            case GAUSSIAN -> factor(score) * parameters[1] * score;
            case STUDENT_T ->
                factor(score) * parameters[1] * StudentTDistribution.quantile(level, parameters[2]);
            case QUANTILES, NEGATIVE_BINOMIAL -> distance(score);
          };
      double median = series.base(1) + series.divisor(0) * fan[fan.length / 2];
      return series.valueOf(series.bounded(median + series.spread() * distance));
    }

    /// A factor at the bounds, between them one in between.
    private double factor(double score) {
      int side = score < 0 ? 0 : upper.length;
      double size = Math.abs(score);
      int i = 0;
      while (i < upper.length && size > scores[i]) {
        i++;
      }
      if (i == 0) {
        return factors[side];
      }
      if (i == upper.length) {
        return factors[side + i - 1];
      }
      double share = (size - scores[i - 1]) / (scores[i] - scores[i - 1]);
      return factors[side + i - 1] + share * (factors[side + i] - factors[side + i - 1]);
    }

    /// From the median to where the fan lies at a normal score, calibrated, in the scale's unit.
    private double distance(double score) {
      double size = Math.abs(score);
      double innerScore = 0;
      double inner = 0;
      double outerScore = 0;
      double outer = 0;
      for (int i = 0; i < upper.length && (i == 0 || size > outerScore); i++) {
        innerScore = outerScore;
        inner = outer;
        outerScore = scores[i];
        // As in the answer, a wider interval contains the narrower ones whatever was calibrated.
        outer = Math.max(inner, width(i, score < 0));
      }
      double slope = (outer - inner) / (outerScore - innerScore);
      double distance = inner + slope * (size - innerScore);
      return score < 0 ? -distance : distance;
    }

    private double width(int i, boolean below) {
      int quantile = below ? fan.length - 1 - upper[i] : upper[i];
      double width = Math.abs(fan[quantile] - fan[fan.length / 2]);
      return width * factors[below ? i : upper.length + i];
    }
  }
}
