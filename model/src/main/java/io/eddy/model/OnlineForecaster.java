package io.eddy.model;

import io.eddy.model.anomaly.Verdict;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.kernel.WarmUp;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.network.Head;
import io.eddy.model.network.Influence;
import io.eddy.model.network.InputAttribution;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.series.Absence;
import io.eddy.model.series.CountAnchor;
import io.eddy.model.series.Preparation;
import io.eddy.model.series.Series;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Answers events of any number of keys under one model version, or naively under none: judges the
/// value that came, takes one step of the network, and forecasts.
///
/// The same engine serves the stream and every backtest. Nothing is allocated per event but the
/// answer, unless the event is an anomaly. One thread at a time.
public final class OnlineForecaster {

  private static final double[] NO_COVARIATES = {};

  private final ForecasterSpec spec;
  private final Preparation preparation;
  private final @Nullable Forecaster model;
  private final @Nullable Stepper stepper;
  private final boolean counts;
  private final Rows inputs;
  private final Rows anchor; // of counts
  private final Rows quantiles;
  private final @Nullable Rows means;
  private final Rows[] distribution; // by parameter
  private final boolean still; // the network never steps
  private final boolean[] covered; // by interval, scratch
  private final int[] intervalOf; // by quantile; the median is none's
  private @Nullable InputAttribution attribution; // made for the first anomaly

  /// @param spec what the keys' states are made for
  /// @param model of a spec of the same shape, or null to answer naively
  public OnlineForecaster(ForecasterSpec spec, @Nullable Forecaster model) {
    this(spec, model, false);
  }

  /// An engine that does everything but step its network: what it forecasts is what the network
  /// says of zeros. For measuring what the network costs.
  public static OnlineForecaster withoutSteps(ForecasterSpec spec, @Nullable Forecaster model) {
    return new OnlineForecaster(spec, model, true);
  }

  private OnlineForecaster(ForecasterSpec spec, @Nullable Forecaster model, boolean still) {
    this.spec = spec;
    this.still = still;
    this.model = model;
    preparation = spec.preparation();
    covered = new boolean[spec.confidences().size()];
    intervalOf = new int[spec.quantileCount()];
    for (int interval = 0; interval < covered.length; interval++) {
      intervalOf[spec.lowerQuantile(interval)] = interval;
      intervalOf[spec.quantileCount() - 1 - spec.lowerQuantile(interval)] = interval;
    }
    counts = spec.head() == Head.NEGATIVE_BINOMIAL;
    ForecasterProgram program = ForecasterProgram.of(spec);
    if (model == null) {
      stepper = null;
      inputs = Rows.empty();
      anchor = Rows.empty();
      distribution = new Rows[0];
      quantiles = Rows.empty();
      means = null;
    } else {
      if (!model.spec().shape().equals(spec.shape())) {
        throw new IllegalArgumentException(
            "the model is a " + model.spec() + ", the configuration expects " + spec);
      }
      stepper = new Stepper(program.program(), model.parameters(), 1, Kernels.best());
      inputs = stepper.rows(program.inputs());
      anchor = program.anchor().map(stepper::rows).orElse(Rows.empty());
      distribution = program.distribution().stream().map(stepper::rows).toArray(Rows[]::new);
      quantiles = stepper.rows(program.quantiles());
      means = program.means().map(stepper::rows).orElse(null);
      if (still) {
        stepper.step();
      }
    }
  }

  /// Runs invented events through networks of this shape, so that the first real ones find compiled
  /// code: cold, the Vector API takes up to 100 ms for one step.
  ///
  /// @param limit when to stop, should the machine be so slow
  public static WarmUp.Result warmUp(ForecasterSpec spec, Duration limit) {
    var trained = new InventedKey(new OnlineForecaster(spec, Forecaster.initial(spec, 1)));
    var naive = new InventedKey(new OnlineForecaster(spec, null));
    return WarmUp.run(
        () -> {
          trained.observe();
          naive.observe();
        },
        limit);
  }

  /// A key that sees a wave, and starts anew now and then: a first event, a ring that has gone
  /// round, a re-warm and an anomaly take paths of their own.
  private static final class InventedKey {
    private static final int LIFE = 2_000;

    private final OnlineForecaster forecaster;
    private SeriesState state;
    private int events;

    InventedKey(OnlineForecaster forecaster) {
      this.forecaster = forecaster;
      state = new SeriesState(forecaster.spec);
    }

    void observe() {
      if (events == LIFE) {
        forecaster.rewarm(state);
        forecaster.influence(state.series());
        state = new SeriesState(forecaster.spec);
        events = 0;
      }
      forecaster.observe(state, 1000L * events, events % 7 + (events * 31 % 11) * 0.1);
      events++;
    }
  }

  /// Rebuilds what weights have made of the key from what they have not: the network's state and
  /// the outlook, by stepping through the ring from the initial state. Equal to the bit to a key
  /// that saw the ring under this version alone.
  ///
  /// The key's calibration survives a change from one trained version to another, since each ships
  /// with widths calibrated on its own validation data; it does not survive a change from or to
  /// naive.
  public void rewarm(SeriesState state) {
    if (state.version() == 0 || model == null) {
      state.calibration.reset();
    }
    state.ledger.drop(state.series().steps());
    java.util.Arrays.fill(state.network, 0);
    java.util.Arrays.fill(state.outlook, 0);
    Series series = state.series();
    if (series.steps() == 0) {
      return;
    }
    if (stepper == null) {
      naiveOutlook(state);
      return;
    }
    // Where the ring has lost the series' beginning, its first steps lack their own past.
    int warmUp = series.size();
    if (series.steps() > series.size()) {
      warmUp -= preparation.recurrentLookback();
    }
    stepper.initialState(state.network, 0);
    stepper.load(0, state.network, 0);
    for (int back = warmUp - 1; back > 0; back--) {
      preparation.recurrentInputs(series, back, inputs.values(), inputs.at(0));
      run(stepper);
    }
    stepper.store(0, state.network, 0);
    step(state);
  }

  /// Takes one of the steps that are missing before an event at this time, on the median that was
  /// forecast for it.
  ///
  /// @return whether one was missing
  public boolean advance(SeriesState state, long timeMillis) {
    Series series = state.series();
    int missing = series.missingBefore(timeMillis);
    if (missing == 0) {
      return false;
    }
    impute(
        state, timeMillis - Math.round(missing * series.stepMillis()), Absence.GAP, NO_COVARIATES);
    return true;
  }

  /// Takes a step for an event that has no value, on the median that was forecast for it, and
  /// forecasts; before that, the steps that are missing before it. The answer's actual value is
  /// that median.
  ///
  /// @param covariates what came with it, as [io.eddy.model.series.CovariateSpec] describes it
  /// @throws IllegalArgumentException if the key has seen no value yet: nothing is forecast
  public Answer observeMissing(SeriesState state, long timeMillis, double[] covariates) {
    if (state.series().steps() == 0) {
      throw new IllegalArgumentException("the key's first event has no value, expected a number");
    }
    while (advance(state, timeMillis)) {}
    int bound = spec.lowerQuantile(0);
    Series series = state.series();
    double expected = value(state, 1);
    double lower = bound(state, bound, 1);
    double upper = bound(state, spec.quantileCount() - 1 - bound, 1);
    impute(state, timeMillis, Absence.NULL, covariates);
    return answer(state, series.value(0), expected, lower, upper, Verdict.NONE, null);
  }

  private void impute(SeriesState state, long timeMillis, Absence absence, double[] covariates) {
    Series series = state.series();
    double median = series.valueOf(scaled(state, spec.quantileCount() / 2, 1));
    series.impute(timeMillis, counts ? Math.rint(median) : median, absence, covariates);
    state.ledger.closeIfThrough(series.steps(), timeMillis);
    step(state);
  }

  /// As [#observe(SeriesState, long, double, double\[\])] with all covariates missing, or without
  /// any.
  public Answer observe(SeriesState state, long timeMillis, double value) {
    return observe(state, timeMillis, value, NO_COVARIATES);
  }

  /// Judges a value, lets it step the key, and forecasts. The steps that are missing before it are
  /// taken first, see [#advance].
  ///
  /// The state must be stamped with this engine's version, or be a fresh key's.
  ///
  /// @param value finite
  /// @param covariates what came with it, as [io.eddy.model.series.CovariateSpec] describes it
  public Answer observe(SeriesState state, long timeMillis, double value, double[] covariates) {
    while (advance(state, timeMillis)) {}
    Series series = state.series();
    double expected = Double.NaN;
    double lower = Double.NaN;
    double upper = Double.NaN;
    double image = series.imageOf(value);
    // What the rank of the residual is about is the middle of the distribution, not its mean.
    double median = Double.NaN;
    double scale = 1;
    if (series.steps() > 0) {
      int bound = spec.lowerQuantile(0);
      expected = value(state, 1);
      lower = bound(state, bound, 1);
      upper = bound(state, spec.quantileCount() - 1 - bound, 1);
      median = scaled(state, spec.quantileCount() / 2, 1);
      scale = series.divisor(0) * widening(state, 1);
      if (series.scale(0) > 0) {
        learn(state, image, value, value >= lower && value <= upper);
      }
    } else if (stepper != null) {
      stepper.initialState(state.network, 0);
    }
    Verdict verdict = state.detector.observe(timeMillis, image, median, scale);
    Influence influence = verdict.anomaly() ? influence(series) : null;
    series.append(timeMillis, value, covariates);
    state.ledger.closeIfThrough(series.steps(), timeMillis);
    step(state);
    Answer answer = answer(state, value, expected, lower, upper, verdict, influence);
    if (state.ledger.isDue(series.steps())) {
      state.ledger.open(series.steps(), answer);
    }
    return answer;
  }

  /// Lets a state take the events of another one that runs under other weights, so that the two can
  /// be compared: as [#observe(SeriesState, long, double, double\[\])], but what is forecast
  /// further ahead waits in the ledger only where the other's does, made at the same step. The
  /// other has taken the event already.
  ///
  /// @param value NaN if the event has none
  public Answer observeBeside(
      SeriesState state, SeriesState other, long timeMillis, double value, double[] covariates) {
    Answer answer =
        Double.isNaN(value)
            ? observeMissing(state, timeMillis, covariates)
            : observe(state, timeMillis, value, covariates);
    long steps = state.series().steps();
    if (other.ledger.openedAt(steps)) {
      state.ledger.open(steps, answer);
    } else if (!state.ledger.isAbreast(other.ledger)) {
      state.ledger.hold();
    }
    return answer;
  }

  /// The answer from the current state: for an event that must not step it, since it came before or
  /// came too late.
  public Answer peek(SeriesState state, double actual) {
    return answer(state, actual, Double.NaN, Double.NaN, Double.NaN, Verdict.NONE, null);
  }

  /// What the network's forecast hung on that was made at the series' newest step; nothing is told
  /// of counts, whose median moves by whole numbers.
  private @Nullable Influence influence(Series series) {
    if (model == null || counts || series.steps() == 0) {
      return null;
    }
    InputAttribution made = attribution;
    if (made == null) {
      made = new InputAttribution(model);
      attribution = made;
    }
    return made.loudest(series).orElse(null);
  }

  private void step(SeriesState state) {
    if (stepper == null) {
      naiveOutlook(state);
      return;
    }
    preparation.inputs(state.series(), inputs.values(), inputs.at(0));
    if (counts) {
      CountAnchor.write(state.series(), spec.horizon(), anchor.values(), anchor.at(0));
    }
    stepper.load(0, state.network, 0);
    run(stepper);
    stepper.store(0, state.network, 0);
    int size = spec.quantileCount() * spec.horizon();
    System.arraycopy(quantiles.values(), quantiles.at(0), state.outlook, 0, size);
    if (means != null) {
      System.arraycopy(means.values(), means.at(0), state.outlook, size, spec.horizon());
    }
    for (int i = 0; i < distribution.length; i++) {
      int at = state.outlook.length - distribution.length + i;
      state.outlook[at] = distribution[i].values()[distribution[i].at(0)];
    }
  }

  private void run(Stepper network) {
    if (!still) {
      network.step();
    }
  }

  private void naiveOutlook(SeriesState state) {
    java.util.Arrays.fill(state.outlook, 0);
    int horizon = spec.horizon();
    int last = spec.quantileCount() - 1;
    for (int interval = 0; interval < covered.length; interval++) {
      int lower = spec.lowerQuantile(interval);
      double one = laplaceHalfWidth(spec.confidences().get(interval));
      for (int h = 0; h < horizon; h++) {
        // A random walk's spread grows with the square root of the steps.
        float width = (float) (one * Math.sqrt(h + 1));
        state.outlook[lower * horizon + h] = -width;
        state.outlook[(last - lower) * horizon + h] = width;
      }
    }
  }

  /// Half-width of the naive forecast's interval one step ahead, in running scales, before the
  /// key's calibration: that of a Laplace distribution with this mean absolute deviation.
  private static double laplaceHalfWidth(double confidence) {
    return -StrictMath.log(1 - confidence);
  }

  /// Only forecasts of a series that has moved are scored and learned from, as in training: in
  /// units of a scale of zero, its first move would outweigh everything that comes after.
  private void score(SeriesState state, double image, boolean inside) {
    Series series = state.series();
    double scale = series.divisor(0);
    int bound = spec.lowerQuantile(0);
    double lower = boundAsImage(state, bound);
    double upper = boundAsImage(state, spec.quantileCount() - 1 - bound);
    state.score(
        Math.abs(image - forecast(state, 1)) / scale,
        Math.abs(image - series.image(0)) / scale,
        pinball(image, lower, upper) / scale,
        inside,
        scale);
  }

  /// Sum of the pinball losses of the first interval's two bounds.
  private double pinball(double image, double lower, double upper) {
    double low = (1 - spec.confidence()) / 2;
    return Math.max(low * (image - lower), (low - 1) * (image - lower))
        + Math.max((1 - low) * (image - upper), -low * (image - upper));
  }

  private void learn(SeriesState state, double image, double value, boolean inside) {
    Series series = state.series();
    // After missing steps the forecast was one of several steps ahead.
    if (series.absence(0) == Absence.NONE) {
      score(state, image, inside);
      for (int interval = 0; interval < covered.length; interval++) {
        int bound = spec.lowerQuantile(interval);
        covered[interval] =
            value >= bound(state, bound, 1)
                && value <= bound(state, spec.quantileCount() - 1 - bound, 1);
      }
      state.calibration.learn(1, covered);
    }
    int ahead = state.ledger.ahead(series.steps() + 1);
    if (ahead > 1) {
      for (int interval = 0; interval < covered.length; interval++) {
        covered[interval] = state.ledger.covers(interval, ahead, value);
      }
      state.calibration.learn(ahead, covered);
      double lower = series.imageOf(state.ledger.lower(0, ahead));
      double upper = series.imageOf(state.ledger.upper(0, ahead));
      state.scoreMatured(pinball(image, lower, upper) / series.divisor(0));
    }
  }

  private Answer answer(
      SeriesState state,
      double actual,
      double expected,
      double lower,
      double upper,
      Verdict verdict,
      @Nullable Influence influence) {
    int horizon = spec.horizon();
    int intervals = covered.length;
    int last = spec.quantileCount() - 1;
    Series series = state.series();
    double[] fan = new double[spec.quantileCount() * horizon];
    for (int ahead = 1; ahead <= horizon; ahead++) {
      double middle = middle(state, ahead);
      fan[intervals * horizon + ahead - 1] = value(state, ahead, middle);
      for (int interval = 0; interval < intervals; interval++) {
        int bound = spec.lowerQuantile(interval);
        fan[interval * horizon + ahead - 1] = bound(state, bound, ahead, middle);
        fan[(intervals + 1 + interval) * horizon + ahead - 1] =
            bound(state, last - bound, ahead, middle);
      }
    }
    return new Answer(
        actual, expected, lower, upper, verdict, influence, series.steps(), horizon, fan);
  }

  /// The forecast in the series' own unit; the median of counts is a count.
  private double value(SeriesState state, int ahead) {
    return value(state, ahead, middle(state, ahead));
  }

  private double value(SeriesState state, int ahead, double middle) {
    if (spec.value() == ForecastValue.MEAN) {
      return state.series().valueOf(forecast(state, ahead));
    }
    return counts ? Math.rint(middle) : middle;
  }

  /// The median in the series' own unit, not rounded to counts.
  private double middle(SeriesState state, int ahead) {
    return state.series().valueOf(scaled(state, spec.quantileCount() / 2, ahead));
  }

  /// A bound in the series' own unit, no further from the median than the series has been seen to
  /// change; those of counts are the outermost counts within, and never leave the median out.
  private double bound(SeriesState state, int quantile, int ahead) {
    return bound(state, quantile, ahead, middle(state, ahead));
  }

  private double bound(SeriesState state, int quantile, int ahead, double middle) {
    double reach = state.series().reach();
    double value = state.series().valueOf(quantile(state, quantile, ahead));
    value = Math.clamp(value, middle - reach, middle + reach);
    if (!counts) {
      return value;
    }
    double median = Math.rint(middle);
    // What float has left of a count may lie a little beside it.
    double rounding = 1e-3 + 1e-6 * value;
    double count =
        quantile < spec.quantileCount() / 2
            ? Math.min(Math.ceil(value - rounding), median)
            : Math.max(Math.floor(value + rounding), median);
    return count + 0.0; // a negative zero is none
  }

  /// One step ahead, and not rounded to counts: what a version is scored by.
  private double boundAsImage(SeriesState state, int quantile) {
    Series series = state.series();
    double image = quantile(state, quantile, 1);
    double reach = series.reach();
    if (reach == Double.POSITIVE_INFINITY) {
      return image;
    }
    double middle = middle(state, 1);
    return Math.clamp(image, series.imageOf(middle - reach), series.imageOf(middle + reach));
  }

  /// The forecast as an image: base, and the scaled median or mean.
  private double forecast(SeriesState state, int ahead) {
    int block =
        spec.value() == ForecastValue.MEAN ? spec.quantileCount() : spec.quantileCount() / 2;
    return scaled(state, block, ahead);
  }

  private double scaled(SeriesState state, int block, int ahead) {
    Series series = state.series();
    return series.base(ahead)
        + series.divisor(0) * state.outlook[block * spec.horizon() + ahead - 1];
  }

  /// A bound as an image: around the median, the width calibrated by the version and by the key.
  /// Each interval contains the narrower ones, whatever their calibrations have learned.
  private double quantile(SeriesState state, int quantile, int ahead) {
    int middle = spec.quantileCount() / 2;
    int inward = quantile < middle ? 1 : -1;
    double median = scaled(state, middle, ahead);
    double spread = state.series().spread() * widening(state, ahead);
    double widest = 0;
    for (int q = quantile; q != middle; q += inward) {
      widest = Math.max(widest, spread * width(state, q, ahead));
    }
    return state.series().bounded(median - inward * widest);
  }

  /// How far a quantile lies from the median, in running scales.
  private double width(SeriesState state, int quantile, int ahead) {
    float width = state.outlook[quantile * spec.horizon() + ahead - 1];
    width -= state.outlook[spec.quantileCount() / 2 * spec.horizon() + ahead - 1];
    double factor =
        (model == null ? 1 : model.width(quantile, ahead))
            * state.calibration.factor(intervalOf[quantile], ahead);
    return Math.abs(width) * factor;
  }

  /// What missing steps before it make of a forecast's widths: as many times as wide as the one
  /// that looks as many more steps ahead; beyond the horizon the spread grows with the square root
  /// of the steps, as a random walk's.
  private double widening(SeriesState state, int ahead) {
    int missing = state.series().missingSince();
    if (missing == 0) {
      return 1;
    }
    int known = Math.min(ahead + missing, spec.horizon());
    double ratio = 1;
    double now = width(state, 0, ahead);
    if (now > 0) {
      ratio = Math.max(1, width(state, 0, known) / now);
    }
    return ratio * Math.sqrt((ahead + missing) / (double) known);
  }
}
