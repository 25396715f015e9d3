package io.eddy.model;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.kernel.WarmUp;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.series.Preparation;
import io.eddy.model.series.Series;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Answers events of any number of keys under one model version, or naively under none: judges the
/// value that came, takes one step of the network, and forecasts.
///
/// The same engine serves the stream and every backtest. Nothing is allocated per event but the
/// answer. One thread at a time.
public final class OnlineForecaster {

  /// An actual this many interval widths from the median, on its side, is an anomaly.
  private static final double ANOMALY_WIDTHS = 3;

  /// Verdicts of a key begin after this many events.
  private static final int VERDICT_STEPS = 30;

  /// Half-width of the naive forecast's interval one step ahead, in running scales, before the
  /// key's calibration: a Laplace distribution's 90 % at its mean absolute deviation.
  private static final float NAIVE_HALF_WIDTH = 2.3f;

  private final ForecasterSpec spec;
  private final Preparation preparation;
  private final @Nullable Forecaster model;
  private final @Nullable Stepper stepper;
  private final Rows inputs;
  private final Rows quantiles;

  /// @param spec what the keys' states are made for
  /// @param model of an equal spec, or null to answer naively
  public OnlineForecaster(ForecasterSpec spec, @Nullable Forecaster model) {
    this.spec = spec;
    this.model = model;
    preparation = new Preparation(spec.season(), spec.lagCount());
    ForecasterProgram program = ForecasterProgram.of(spec);
    if (model == null) {
      stepper = null;
      inputs = Rows.empty();
      quantiles = Rows.empty();
    } else {
      if (!model.spec().equals(spec)) {
        throw new IllegalArgumentException(
            "the model is a " + model.spec() + ", the configuration expects " + spec);
      }
      stepper = new Stepper(program.program(), model.parameters(), 1, Kernels.best());
      inputs = stepper.rows(program.inputs());
      quantiles = stepper.rows(program.quantiles());
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
  /// round and a re-warm take paths of their own.
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
      stepper.step();
    }
    stepper.store(0, state.network, 0);
    step(state);
  }

  /// Judges a value, lets it step the key, and forecasts.
  ///
  /// The state must be stamped with this engine's version, or be a fresh key's.
  ///
  /// @param value finite
  public Answer observe(SeriesState state, long timeMillis, double value) {
    Series series = state.series();
    double expected = Double.NaN;
    double lower = Double.NaN;
    double upper = Double.NaN;
    boolean anomaly = false;
    if (series.steps() > 0) {
      expected = bound(state, 1, 1);
      lower = bound(state, 0, 1);
      upper = bound(state, 2, 1);
      anomaly = isAnomaly(series.steps(), value, expected, lower, upper);
      if (series.scale(0) > 0) {
        score(state, value, expected, lower, upper);
        learn(state, value, lower, upper);
      }
    } else if (stepper != null) {
      stepper.initialState(state.network, 0);
    }
    series.append(timeMillis, value);
    state.ledger.closeIfThrough(series.steps(), timeMillis);
    step(state);
    Answer answer = answer(state, value, expected, lower, upper, anomaly);
    if (state.ledger.isDue(series.steps())) {
      state.ledger.open(series.steps(), answer);
    }
    return answer;
  }

  /// The answer from the current state: for an event that must not step it, since it came before or
  /// came too late.
  public Answer peek(SeriesState state, double actual) {
    return answer(state, actual, Double.NaN, Double.NaN, Double.NaN, false);
  }

  private void step(SeriesState state) {
    if (stepper == null) {
      naiveOutlook(state);
      return;
    }
    preparation.inputs(state.series(), inputs.values(), inputs.at(0));
    stepper.load(0, state.network, 0);
    stepper.step();
    stepper.store(0, state.network, 0);
    System.arraycopy(quantiles.values(), quantiles.at(0), state.outlook, 0, state.outlook.length);
  }

  private void naiveOutlook(SeriesState state) {
    int horizon = spec.horizon();
    for (int h = 0; h < horizon; h++) {
      // A random walk's spread grows with the square root of the steps.
      float width = NAIVE_HALF_WIDTH * (float) Math.sqrt(h + 1);
      state.outlook[h] = -width;
      state.outlook[horizon + h] = 0;
      state.outlook[2 * horizon + h] = width;
    }
  }

  /// Only forecasts of a series that has moved are scored and learned from, as in training: in
  /// units of a scale of zero, its first move would outweigh everything that comes after.
  private void score(SeriesState state, double value, double expected, double lower, double upper) {
    double scale = Preparation.divisor(state.series(), 0);
    double low = (1 - spec.confidence()) / 2;
    double pinball =
        Math.max(low * (value - lower), (low - 1) * (value - lower))
            + Math.max((1 - low) * (value - upper), -low * (value - upper));
    state.score(
        Math.abs(value - expected) / scale,
        Math.abs(value - state.series().value(0)) / scale,
        pinball / scale,
        value >= lower && value <= upper,
        scale);
  }

  private void learn(SeriesState state, double value, double lower, double upper) {
    state.calibration.learn(value >= lower && value <= upper, spec.confidence());
    int ahead = state.ledger.ahead(state.series().steps() + 1);
    if (ahead > 1) {
      state.calibration.learn(state.ledger.covers(ahead, value), spec.confidence());
    }
  }

  private static boolean isAnomaly(
      long steps, double value, double expected, double lower, double upper) {
    if (steps < VERDICT_STEPS) {
      return false;
    }
    return value > expected
        ? value - expected > ANOMALY_WIDTHS * (upper - expected)
        : expected - value > ANOMALY_WIDTHS * (expected - lower);
  }

  private Answer answer(
      SeriesState state,
      double actual,
      double expected,
      double lower,
      double upper,
      boolean anomaly) {
    int horizon = spec.horizon();
    double[] fan = new double[3 * horizon];
    for (int ahead = 1; ahead <= horizon; ahead++) {
      for (int quantile = 0; quantile < 3; quantile++) {
        fan[quantile * horizon + ahead - 1] = bound(state, quantile, ahead);
      }
    }
    return new Answer(actual, expected, lower, upper, anomaly, state.series().steps(), fan);
  }

  /// From the scaled outlook to the series' unit: around the naive forecast, widths calibrated by
  /// the version and by the key.
  private double bound(SeriesState state, int quantile, int ahead) {
    int horizon = spec.horizon();
    Series series = state.series();
    double scale = Preparation.divisor(series, 0);
    float median = state.outlook[horizon + ahead - 1];
    double value = series.base(ahead) + scale * median;
    if (quantile == 1) {
      return value;
    }
    double width = (double) state.outlook[quantile * horizon + ahead - 1] - median;
    double byVersion =
        model == null ? 1 : quantile == 0 ? model.widthBelow(ahead) : model.widthAbove(ahead);
    return value + spread(series, scale) * width * byVersion * state.calibration.factor();
  }

  /// What widths are multiplied by: the running scale, or the value's own size as long as there is
  /// no difference to measure a scale by, so that a key's first bounds are wide.
  private static double spread(Series series, double scale) {
    if (series.steps() > 1) {
      return scale;
    }
    double size = Math.abs(series.value(0));
    return size > 0 ? size : 1;
  }
}
