package io.eddy.processors.forecast;

import io.eddy.model.Answer;
import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.deadletter.DeadLetters;
import io.eddy.processors.forecast.Answers.Standing;
import io.eddy.processors.metrics.EddyMetrics;
import io.eddy.processors.observation.Decoded;
import io.eddy.processors.progress.ForecastEvent;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.ModelRegistry;
import io.eddy.processors.state.SeriesStateCodec;
import io.eddy.processors.state.SeriesStores;
import io.eddy.processors.state.UnreadableStateException;
import io.eddy.processors.training.HistoryKey;
import io.eddy.processors.training.WindowSlots;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.Observation;
import io.eddy.schemas.avro.WindowScore;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A measurement arrives, the cell steps, a forecast leaves: for each event exactly one answer, or
/// one dead letter.
///
/// Output goes to four children by name: [#FORECASTS], [#HISTORY], [#SCORES], [#DEAD_LETTERS].
///
/// **Which version answers.** A key's state carries the decision that it was written under. The
/// registry is read once per event. If it is ahead, the state is re-warmed from its ring (when the
/// version differs) and stamped; if it is behind, as on an instance that has just taken the task
/// over, the thread waits for a bounded time and then fails the task. A key never goes back, and
/// its state is never read under weights that did not write it.
///
/// **What steps.** An event that is newer than its key's newest one. Any other was either read
/// before, as its offset shows, or comes late, or repeats a time: it is answered from the current
/// state, which stays as it is, flagged `redelivered` or `late` and counted. Repairing the state
/// for late events is not done yet.
///
/// **Order.** Everything is checked before the first forward. Answers and windows are forwarded
/// before state is put, since a store's cache would otherwise pin the raw input. Each part of
/// [Progress] is reported before the answer that it belongs to.
///
/// @param <V> values of the stream: bytes of the user's topic, or observations
public final class ForecastProcessor<V>
    implements ProcessorSupplier<byte[], V, byte[], SpecificRecord> {
  /// Child that gets the answers.
  public static final String FORECASTS = "eddy-forecasts";

  /// Child that gets windows of history, under keys of slot and series.
  public static final String HISTORY = "eddy-history";

  /// Child that gets sums of errors.
  public static final String SCORES = "eddy-scores";

  /// Child that gets what could not be used.
  public static final String DEAD_LETTERS = "eddy-dead-letters";

  private static final Logger LOGGER = LoggerFactory.getLogger(ForecastProcessor.class);

  private final ProcessorsConfig config;
  private final Supplier<ObservationReader<V>> readers;
  private final ModelRegistry registry;
  private final Progress progress;

  private ForecastProcessor(
      ProcessorsConfig config,
      Supplier<ObservationReader<V>> readers,
      ModelRegistry registry,
      Progress progress) {
    this.config = config;
    this.readers = readers;
    this.registry = registry;
    this.progress = progress;
  }

  /// For values as they are in the user's topic, read as the configuration says.
  public static ForecastProcessor<byte[]> ofBytes(
      ProcessorsConfig config, SchemaRegistry schemas, ModelRegistry registry, Progress progress) {
    return new ForecastProcessor<>(
        config, () -> ObservationReader.ofBytes(config, schemas), registry, progress);
  }

  /// For observations that the user's own application has made.
  public static ForecastProcessor<Observation> ofObservations(
      ProcessorsConfig config, ModelRegistry registry, Progress progress) {
    return new ForecastProcessor<>(
        config, () -> ObservationReader.ofObservations(config), registry, progress);
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    return Set.of(
        SeriesStores.store(config.storeType().keyValueStore(SeriesStores.STATE)),
        SeriesStores.store(config.storeType().keyValueStore(SeriesStores.ANCHOR)));
  }

  @Override
  public Processor<byte[], V, byte[], SpecificRecord> get() {
    return new Task();
  }

  /// One task: the keys of one partition.
  private final class Task implements Processor<byte[], V, byte[], SpecificRecord> {
    private final ForecasterSpec spec = config.forecasterSpec();
    private final SeriesStateCodec codec = new SeriesStateCodec(spec);
    private final WindowSlots slots =
        new WindowSlots(config.historySlots(), config.historyReservoirSlots());
    private final byte[] freshAnchor = codec.encode(codec.fresh());
    private final ObservationReader<V> reader = readers.get();

    private ProcessorContext<byte[], SpecificRecord> context;
    private KeyValueStore<byte[], byte[]> states;
    private KeyValueStore<byte[], byte[]> anchors;
    private EddyMetrics.Forecasts metrics;
    private OnlineForecaster engine = new OnlineForecaster(spec, null);
    private int engineVersion;
    private long engineDecision;
    private boolean unreadableLogged;

    @Override
    public void init(ProcessorContext<byte[], SpecificRecord> newContext) {
      context = newContext;
      states = context.getStateStore(SeriesStores.STATE);
      anchors = context.getStateStore(SeriesStores.ANCHOR);
      metrics = new EddyMetrics.Forecasts(context);
      metrics.model(engineDecision, engineVersion);
    }

    @Override
    public void process(Record<byte[], V> record) {
      long started = System.nanoTime();
      Origin origin = Origin.of(context);
      switch (reader.read(record)) {
        case Decoded.Observation observation -> {
          answer(record, observation, origin);
          metrics.forecast(System.nanoTime() - started);
        }
        case Decoded.Rejected rejected -> refuse(record, rejected, origin);
      }
    }

    @Override
    public void close() {
      metrics.close();
    }

    @SuppressWarnings("NullAway") // Record says nothing of nulls; a refused one may have them.
    private void refuse(Record<byte[], V> record, Decoded.Rejected why, Origin origin) {
      var input = new Record<>(record.key(), reader.bytes(record.value()), record.timestamp());
      Record<byte[], DeadLetter> deadLetter = DeadLetters.of(input, origin, why);
      context.forward(deadLetter, DEAD_LETTERS);
      metrics.deadLetter();
      progress.recordDeadLetter();
    }

    private void answer(Record<byte[], V> record, Decoded.Observation observation, Origin origin) {
      byte[] key = record.key();
      SeriesState state = load(key, origin);
      Decision decision = decisionFor(state);
      boolean decided =
          decision.sequence() > state.decision() || decision.version() != state.version();
      use(decision);
      WindowScore partial = decided ? adopt(decision, state, key) : null;
      Standing standing = standing(state, observation.timeMillis(), origin);
      boolean stepped = standing == Standing.STEPPED;
      Answer answer =
          stepped
              ? engine.observe(state, observation.timeMillis(), observation.value())
              : engine.peek(state, observation.value());
      if (stepped) {
        state.position(origin.partition(), origin.offset());
      }
      Forecast forecast =
          Answers.forecast(
              answer, observation.timeMillis(), state, spec.confidences(), standing, origin);
      forward(FORECASTS, key, forecast, record.timestamp());
      if (partial != null) {
        forward(SCORES, key, partial, record.timestamp());
      }
      boolean border = stepped && state.series().steps() % spec.windowSize() == 0;
      if (border) {
        closeWindow(key, state, origin.partition(), record.timestamp());
      }
      if (stepped || decided) {
        byte[] bytes = codec.encode(state);
        states.put(key, bytes);
        if (border) {
          anchors.put(key, bytes);
        }
      }
      count(standing, observation.timeMillis() == state.series().time(0), answer);
      progress.recordAnswer(new ForecastEvent(key, forecast));
    }

    /// The key's state, or a fresh one where there is none that this release can read.
    private SeriesState load(byte[] key, Origin origin) {
      byte[] bytes = states.get(key);
      if (bytes == null) {
        metrics.cold();
        return codec.fresh();
      }
      try {
        return codec.decode(bytes);
      } catch (UnreadableStateException e) {
        metrics.unreadable();
        if (!unreadableLogged) {
          // Once per task: after a change of the network's settings it is true for every key.
          unreadableLogged = true;
          LOGGER
              .atWarn()
              .addKeyValue("task", context.taskId())
              .addKeyValue("partition", origin.partition())
              .addKeyValue("offset", origin.offset())
              .log("key starts afresh, and so may others of this task: {}", e.getMessage());
        }
        return codec.fresh();
      }
    }

    /// The registry's decision, read once per event, and never an older one than the state's.
    private Decision decisionFor(SeriesState state) {
      Decision current = registry.current();
      if (current.sequence() >= state.decision()) {
        return current;
      }
      long started = System.nanoTime();
      try {
        return registry.atLeast(state.decision(), config.registryWaitMax());
      } finally {
        metrics.registryWait(System.nanoTime() - started);
      }
    }

    /// Brings the state under a newer decision.
    ///
    /// @return what the version that it leaves scored since the window's start, if anything
    private @Nullable WindowScore adopt(Decision decision, SeriesState state, byte[] key) {
      WindowScore partial = null;
      if (decision.version() != state.version()) {
        int version = state.version();
        long window = state.series().steps() / spec.windowSize();
        var sums = state.takeWindowScore();
        partial = sums.events() == 0 ? null : Answers.score(key, version, window, sums);
        engine.rewarm(state);
        if (state.series().steps() > 0) {
          metrics.rewarmed();
        }
      }
      state.stamp(decision.sequence(), decision.version());
      return partial;
    }

    /// Makes the engine the one of the decision's version. Versions are immutable, so the number is
    /// all there is to compare.
    private void use(Decision decision) {
      if (decision.sequence() == engineDecision) {
        return;
      }
      if (decision.version() != engineVersion) {
        engine = new OnlineForecaster(spec, decision.model());
        engineVersion = decision.version();
      }
      engineDecision = decision.sequence();
      metrics.model(decision.sequence(), decision.version());
    }

    private static Standing standing(SeriesState state, long timeMillis, Origin origin) {
      if (state.series().steps() == 0 || timeMillis > state.series().time(0)) {
        // Newer than all before, so it cannot have been read before, whatever its offset says: an
        // input topic that was made anew counts its offsets from 0 again.
        return Standing.STEPPED;
      }
      return origin.isKnown()
              && state.sourcePartition() == origin.partition()
              && origin.offset() <= state.sourceOffset()
          ? Standing.REDELIVERED
          : Standing.LATE;
    }

    /// Forwards the window that ends with this event, under its slots, and its scores.
    private void closeWindow(byte[] key, SeriesState state, int partition, long timestamp) {
      long number = state.series().steps() / spec.windowSize() - 1;
      byte[] anchor = anchorOf(key, number);
      if (anchor != null) {
        int slot = slots.newestSlot(number);
        HistoryWindow window =
            Answers.window(state.series(), spec.windowSize(), anchor, slot, partition);
        forwardWindow(key, window, timestamp);
        int reservoirSlot = slots.reservoirSlot(key, number);
        if (reservoirSlot != WindowSlots.NONE) {
          forwardWindow(key, Answers.inSlot(window, reservoirSlot), timestamp);
        }
      }
      var sums = state.takeWindowScore();
      if (sums.events() > 0) {
        forward(SCORES, key, Answers.score(key, state.version(), number, sums), timestamp);
      }
    }

    private void forwardWindow(byte[] key, HistoryWindow window, long timestamp) {
      forward(HISTORY, HistoryKey.of(window.getSlot(), key), window, timestamp);
      metrics.window();
      progress.recordWindowSent();
    }

    /// The state as it stood when the window with this number began, encoded, or `null` if it is
    /// not known: the window is then no use to the trainer. That is so after a kill under
    /// at-least-once, which may keep a state and lose its anchor, and after a change of the
    /// window's size.
    private byte @Nullable [] anchorOf(byte[] key, long number) {
      if (number == 0) {
        return freshAnchor;
      }
      byte[] anchor = anchors.get(key);
      if (anchor == null) {
        return null;
      }
      try {
        long steps = codec.decode(anchor).series().steps();
        return steps == number * spec.windowSize() ? anchor : null;
      } catch (UnreadableStateException e) {
        return null;
      }
    }

    private void count(Standing standing, boolean newestTime, Answer answer) {
      switch (standing) {
        case STEPPED -> {
          if (answer.anomaly()) {
            metrics.anomaly();
          }
        }
        case REDELIVERED -> metrics.redelivered();
        case LATE -> {
          if (newestTime) {
            metrics.duplicate();
          } else {
            metrics.late();
          }
        }
      }
    }

    /// The input's headers stay behind: they describe its value, such as by the id of its schema.
    private void forward(String child, byte[] key, SpecificRecord value, long timestamp) {
      context.forward(new Record<>(key, value, timestamp), child);
    }
  }
}
