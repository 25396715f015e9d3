package io.eddy.deploy.backtest;

import io.eddy.model.network.ForecasterSpec;

/// The engine of the stream as long as there is no trained version: version 0, which adds to the
/// base forecast only the bounds that it calibrates by the way.
public final class NaiveContender implements Contender {
  private static final int VERSION = 0;

  private final ForecasterSpec spec;

  /// @param spec with the confidences of [io.eddy.model.evaluation.Confidence], in their order
  public NaiveContender(ForecasterSpec spec) {
    this.spec = spec;
  }

  @Override
  public String name() {
    return "eddy, untrained";
  }

  @Override
  public void train(TrainingData data) {
    // All that it learns, it learns from each series by itself, event by event.
  }

  @Override
  public EngineForecaster begin(TrainingSeries series) {
    return new EngineForecaster(spec, null, VERSION, series.key());
  }

  @Override
  public long parameters() {
    return 0;
  }
}
