package io.eddy.deploy.backtest;

/// Whoever takes part in a backtest: a baseline, or a network.
///
/// It is trained once, on what lies before the first origin of each series; then all series are fed
/// to it event by event, in the order of time across all of them, and it may go on learning from
/// what it observes. One thread at a time.
public interface Contender {

  /// What tables and JSON call it.
  String name();

  /// Learns what all series have in common. Called once, before any [#begin].
  void train(TrainingData data);

  /// Begins a series. All its values follow, those of the training part too, in their order.
  SeriesForecaster begin(TrainingSeries series);

  /// Numbers that were learned and are the same for all series; 0 for none.
  long parameters();
}
