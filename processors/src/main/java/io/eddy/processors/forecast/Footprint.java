package io.eddy.processors.forecast;

import io.eddy.model.Answer;
import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.observation.Origin;
import io.eddy.processors.state.SeriesStateCodec;
import io.eddy.processors.training.StoredWindow;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.WindowScore;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serializer;

/// What a key takes and an event costs, found by sending one invented key through the network, the
/// codec and the serdes that the stream uses.
///
/// All sizes are those of a key whose ring is full; a younger one is smaller.
///
/// @param stateBytes of one key in the store and in each record of its changelog
/// @param forecastBytes of the value of one answer
/// @param windowBytes of the value of one window of history
/// @param storedWindowBytes of one window in the trainer's store and its changelog
/// @param scoreBytes of the value of one record of scores
/// @param parameters of the network
/// @param eventNanos processor time of one event: state decoded, network stepped, state and answer
///   encoded; 0 if it was not measured
public record Footprint(
    int stateBytes,
    int forecastBytes,
    int windowBytes,
    int storedWindowBytes,
    int scoreBytes,
    int parameters,
    double eventNanos) {
  private static final byte[] KEY = "pump-0007".getBytes(StandardCharsets.UTF_8);
  private static final int PARTITION = 3;
  private static final long HOUR_MS = 3_600_000;
  private static final int SAMPLES = 21;

  /// Sends a key through the network.
  ///
  /// @param measuring how long events are timed for, after two warm-ups of that length; zero leaves
  ///   the time out
  public static Footprint of(ProcessorsConfig config, Duration measuring) {
    try (SchemaRegistry registry =
        SchemaRegistry.from(Map.of(SchemaRegistry.URL_CONFIG, "mock://" + UUID.randomUUID()))) {
      return new Sample(config, registry).take(measuring);
    }
  }

  /// The same sizes with another time of an event.
  public Footprint withEventNanos(double nanos) {
    return new Footprint(
        stateBytes, forecastBytes, windowBytes, storedWindowBytes, scoreBytes, parameters, nanos);
  }

  /// One key on its way.
  private static final class Sample {
    private final ForecasterSpec spec;
    private final SeriesStateCodec codec;
    private final Forecaster network;
    private final OnlineForecaster engine;
    private final SchemaRegistry registry;
    private final Serializer<Forecast> forecasts;
    private byte[] stored;
    private byte[] answered = {};
    private long events;

    Sample(ProcessorsConfig config, SchemaRegistry registry) {
      spec = config.forecasterSpec();
      codec = new SeriesStateCodec(spec);
      network = Forecaster.initial(spec, config.seed());
      engine = new OnlineForecaster(spec, network);
      this.registry = registry;
      forecasts = registry.serde(Forecast.class, "forecasts").serializer();
      SeriesState fresh = codec.fresh();
      fresh.stamp(1, 1);
      stored = codec.encode(fresh);
    }

    Footprint take(Duration measuring) {
      int window = spec.windowSize();
      // Whole windows, so that the last event stands at a border, and the ring has gone round.
      long steps = (2L * (spec.ringLength() + spec.horizon()) / window + 2) * window;
      while (events < steps) {
        observe();
      }
      SeriesState state = codec.decode(stored);
      HistoryWindow history = Answers.window(state.series(), window, stored, 0, PARTITION);
      WindowScore score = Answers.score(KEY, state, events / window, state.takeWindowScore(), null);
      return new Footprint(
          stored.length,
          answered.length,
          size(HistoryWindow.class, history),
          StoredWindow.encodedBytes(history),
          size(WindowScore.class, score),
          network.parameters().elementCount(),
          time(measuring));
    }

    /// As the processor does for an event that is newer than all before.
    private void observe() {
      SeriesState state = codec.decode(stored);
      long time = HOUR_MS * events;
      double[] covariates = new double[state.series().covariateRowSize()];
      for (int i = 0; i < covariates.length; i++) {
        // Announcements that never hold take the most room.
        covariates[i] = (events + 1.0) * (i + 1);
      }
      Answer answer = engine.observe(state, time, value(), covariates);
      state.position(PARTITION, events);
      Forecast forecast =
          Answers.forecast(
              answer,
              time,
              false,
              state,
              spec.confidences(),
              Answers.Standing.STEPPED,
              new Origin("input", PARTITION, events));
      answered = forecasts.serialize("forecasts", forecast);
      stored = codec.encode(state);
      events++;
    }

    /// A season that never repeats exactly, positive.
    private double value() {
      return 100 + events % 24 + (events * 31 % 101) * 0.17;
    }

    private <T extends SpecificRecord> int size(Class<T> type, T record) {
      return registry.serde(type, "sizes").serializer().serialize("sizes", record).length;
    }

    /// The median of short samples, after the warm-up that an application has before its first
    /// event, and as long again on this very path.
    private double time(Duration measuring) {
      if (measuring.isZero()) {
        return 0;
      }
      OnlineForecaster.warmUp(spec, measuring);
      long end = System.nanoTime() + measuring.toNanos();
      while (System.nanoTime() < end) {
        observe();
      }
      double[] samples = new double[SAMPLES];
      long sample = measuring.toNanos() / SAMPLES;
      for (int i = 0; i < SAMPLES; i++) {
        long start = System.nanoTime();
        long before = events;
        long spent;
        do {
          observe();
          spent = System.nanoTime() - start;
        } while (spent < sample);
        samples[i] = spent / (double) (events - before);
      }
      Arrays.sort(samples);
      return samples[SAMPLES / 2];
    }
  }
}
