package io.eddy.processors.forecast;

import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.series.Absence;
import io.eddy.model.series.Series;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.forecast.Answers.Standing;
import io.eddy.processors.observation.Origin;
import io.eddy.processors.rollout.ModelRegistry;
import io.eddy.processors.state.SeriesStateCodec;
import io.eddy.schemas.avro.Forecast;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the stored state of a series says, for whoever asks beside the stream, such as an
/// interactive query of the store [io.eddy.processors.state.SeriesStores#STATE].
///
/// The forecast is made anew from the state, as for an event that is read a second time: nothing
/// else of the last answer is kept. Safe for use by several threads.
public final class StoredSeries {
  private static final String NO_TOPIC = "";

  private final ForecasterSpec spec;
  private final ModelRegistry<Forecaster> models;
  private final SeriesStateCodec codec; // guarded by this
  private int engineVersion; // of the engine; guarded by this
  private OnlineForecaster engine; // guarded by this

  /// @param models of the instance that has the store
  public StoredSeries(ProcessorsConfig config, ModelRegistry<Forecaster> models) {
    this.spec = config.forecasterSpec();
    this.models = models;
    this.codec = new SeriesStateCodec(spec);
    this.engine = new OnlineForecaster(spec, null);
  }

  /// A series as it stands.
  ///
  /// @param steps taken so far, missing ones included
  /// @param lastTime event time of the newest step, epoch milliseconds
  /// @param stepMillis space between steps as far as it is known, else NaN
  /// @param scale mean absolute difference of neighbours or what `eddy.scale` says, as of the
  ///   newest step; of the transformed values where `eddy.power` transforms them
  /// @param missingSince steps since the last value that came
  /// @param partition of the input
  /// @param offset of the event that stepped it last
  /// @param version of the model that wrote the state, 0 for the naive forecast
  /// @param decision under which it was written
  /// @param bytes of the state as it is stored
  /// @param recent newest steps, oldest first
  public record Summary(
      long steps,
      long lastTime,
      double stepMillis,
      double scale,
      int missingSince,
      int partition,
      long offset,
      int version,
      long decision,
      int bytes,
      List<Step> recent) {
    public Summary {
      recent = List.copyOf(recent);
    }
  }

  /// A step of a series.
  ///
  /// @param time epoch milliseconds
  /// @param missing whether the value never came, and is what was forecast in its place
  public record Step(long time, double value, boolean missing) {}

  /// What a state says of its series.
  ///
  /// @param state as it is stored, not modified
  /// @param recent steps to tell at most
  /// @throws io.eddy.processors.state.UnreadableStateException if it is none of this release and
  ///   configuration
  public synchronized Summary summary(byte[] state, int recent) {
    SeriesState decoded = codec.decode(state);
    Series series = decoded.series();
    boolean any = series.steps() > 0;
    List<Step> steps = new ArrayList<>();
    for (int back = Math.min(recent, series.size()) - 1; back >= 0; back--) {
      steps.add(
          new Step(series.time(back), series.value(back), series.absence(back) != Absence.NONE));
    }
    return new Summary(
        series.steps(),
        any ? series.time(0) : 0,
        any ? series.stepMillis() : Double.NaN,
        any ? series.scale(0) : Double.NaN,
        series.missingSince(),
        decoded.sourcePartition(),
        decoded.sourceOffset(),
        decoded.version(),
        decoded.decision(),
        state.length,
        steps);
  }

  /// The forecast that follows from a state, by the version that wrote it. What it says of the
  /// newest event is its value and time: its verdict is in the topic of forecasts alone.
  ///
  /// @param state as it is stored, not modified
  /// @return nothing if that version's weights are not here (yet)
  /// @throws io.eddy.processors.state.UnreadableStateException if it is none of this release and
  ///   configuration
  public synchronized Optional<Forecast> forecast(byte[] state) {
    SeriesState decoded = codec.decode(state);
    int version = decoded.version();
    if (decoded.series().steps() == 0 || (version != 0 && !models.holds(version))) {
      return Optional.empty();
    }
    if (version != engineVersion) {
      engine = new OnlineForecaster(spec, version == 0 ? null : models.version(version));
      engineVersion = version;
    }
    Series series = decoded.series();
    return Optional.of(
        Answers.forecast(
            engine.peek(decoded, series.value(0)),
            series.time(0),
            series.absence(0) != Absence.NONE,
            decoded,
            spec.confidences(),
            Standing.STEPPED,
            new Origin(NO_TOPIC, decoded.sourcePartition(), decoded.sourceOffset())));
  }
}
