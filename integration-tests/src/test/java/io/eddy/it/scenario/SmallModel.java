package io.eddy.it.scenario;

import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.series.Series;
import io.eddy.model.training.ForecasterTrainer;
import io.eddy.model.training.SeriesHistory;
import io.eddy.model.training.TrainingSettings;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// A forecaster trained outside of any application, for tests that need a version but no training
/// of their own.
public final class SmallModel {
  private static final int SERIES = 4;
  private static final int STEPS = 64;

  private SmallModel() {}

  /// Trains on [Waves], in well under a second.
  public static Forecaster train(ForecasterSpec spec) {
    TrainingSettings usual = TrainingSettings.defaults();
    int updates = 40;
    var settings =
        new TrainingSettings(
            16,
            SERIES,
            updates,
            updates,
            usual.patience(),
            0.01,
            usual.clipNorm(),
            usual.validationShare(),
            usual.seed());
    List<SeriesHistory> histories =
        IntStream.range(0, SERIES).mapToObj(series -> history(spec, series)).toList();
    return new ForecasterTrainer(settings)
        .train(
            Forecaster.initial(spec, usual.seed()),
            histories,
            Map.of("made.by", "an integration test"),
            (epoch, maxEpochs, trainingLoss, validationLoss) -> {},
            () -> false)
        .forecaster();
  }

  private static SeriesHistory history(ForecasterSpec spec, int series) {
    String key = "series-" + series;
    List<Event> events =
        new Waves(SERIES, 1)
            .steps(0, STEPS).stream().filter(event -> event.key().equals(key)).toList();
    return new SeriesHistory(
        key,
        new Series(spec.series(), spec.ringLength(), spec.horizon()),
        events.stream().mapToLong(Event::time).toArray(),
        events.stream().mapToDouble(Event::value).toArray());
  }
}
