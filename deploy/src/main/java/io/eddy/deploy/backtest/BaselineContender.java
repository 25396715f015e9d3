package io.eddy.deploy.backtest;

import io.eddy.model.baseline.Baseline;
import io.eddy.model.baseline.BaselineForecaster;
import io.eddy.model.baseline.Drift;
import io.eddy.model.baseline.ExponentialSmoothing;
import io.eddy.model.baseline.LastValue;
import io.eddy.model.baseline.MovingMedian;
import io.eddy.model.baseline.Naive2;
import io.eddy.model.baseline.SeasonalNaive;
import io.eddy.model.baseline.SeasonalRatio;
import io.eddy.model.baseline.Theta;
import io.eddy.model.evaluation.Fan;
import java.util.ArrayList;
import java.util.List;

/// Baselines as contenders.
public final class BaselineContender implements Contender {
  private static final int SHORTEST_MEDIAN = 5;

  private final Baseline baseline;

  private BaselineContender(Baseline baseline) {
    this.baseline = baseline;
  }

  /// All baselines that make sense with this season, the trained one last, in the order of tables.
  public static List<Contender> all(int season) {
    List<Baseline> baselines = new ArrayList<>();
    baselines.add(new LastValue());
    if (season > 1) {
      baselines.add(new SeasonalNaive(season));
      baselines.add(new SeasonalRatio(season));
      baselines.add(new Naive2(season));
    }
    baselines.add(new Drift());
    baselines.add(new MovingMedian(Math.max(SHORTEST_MEDIAN, season)));
    baselines.add(new ExponentialSmoothing(season));
    baselines.add(new Theta(season));
    List<Contender> contenders = new ArrayList<>();
    baselines.forEach(baseline -> contenders.add(new BaselineContender(baseline)));
    contenders.add(new RidgeContender());
    return contenders;
  }

  @Override
  public String name() {
    return baseline.name();
  }

  @Override
  public void train(TrainingData data) {
    // It is fitted to each series by itself, at each origin.
  }

  @Override
  public SeriesForecaster begin(TrainingSeries series) {
    return forecaster(baseline);
  }

  @Override
  public long parameters() {
    return 0;
  }

  static SeriesForecaster forecaster(Baseline baseline) {
    var forecaster = new BaselineForecaster(baseline);
    return new SeriesForecaster() {
      @Override
      public void observe(long timeMillis, double value) {
        forecaster.observe(value);
      }

      @Override
      public Fan forecast(int horizon) {
        return forecaster.forecast(horizon);
      }
    };
  }
}
