package io.eddy.deploy.backtest;

import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.cell.CellType;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.series.BaseForecast;
import io.eddy.model.series.SeriesSpec;
import java.util.List;

/// Eddy's engine as it meets a new key, before any network has learned: the verdict on each row,
/// with the mix of simple forecasters as the forecast. One setting for all streams.
final class DetectorContender implements AnomalyContender {

  private static final ForecasterSpec SPEC =
      new ForecasterSpec(
          CellType.LSTM,
          1,
          1,
          1,
          SeriesSpec.of(List.of(), BaseForecast.MIX),
          1,
          List.of(0.9),
          ForecastValue.MEDIAN,
          64);

  @Override
  public String name() {
    return "eddy";
  }

  @Override
  public AnomalyScorer begin(LabelledStream stream, int probation) {
    var engine = new OnlineForecaster(SPEC, null);
    var state = new SeriesState(SPEC);
    return (timeMillis, value) -> engine.observe(state, timeMillis, value).verdict().score();
  }

  @Override
  public long parameters() {
    return 0;
  }
}
