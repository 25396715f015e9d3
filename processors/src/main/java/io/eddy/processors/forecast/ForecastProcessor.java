package io.eddy.processors.forecast;

import io.eddy.model.Answer;
import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.series.Absence;
import io.eddy.model.series.Series;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.deadletter.DeadLetters;
import io.eddy.processors.forecast.Answers.Standing;
import io.eddy.processors.metrics.EddyMetrics;
import io.eddy.processors.observation.Decoded;
import io.eddy.processors.observation.Origin;
import io.eddy.processors.progress.ForecastEvent;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.Decisions;
import io.eddy.processors.rollout.RewarmBudget;
import io.eddy.processors.state.SeriesStateCodec;
import io.eddy.processors.state.SeriesStores;
import io.eddy.processors.state.UnreadableStateException;
import io.eddy.processors.training.HistoryKey;
import io.eddy.processors.training.TrainingSignal;
import io.eddy.processors.training.WindowSlots;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.Observation;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.avro.ShadowScore;
import io.eddy.schemas.avro.WindowScore;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
/// version differs) and stamped, or, when the time for that is used up, goes on under its own
/// version for now; if it is behind, as on an instance that has just taken the task over, the
/// thread waits for a bounded time and then fails the task. A key never goes back, and its state is
/// never read under weights that did not write it.
///
/// **What steps.** An event that is newer than its key's newest one; before it, the steps that are
/// missing by the series' frequency. Any other was either read before, as its offset shows, and is
/// answered from the current state, flagged `redelivered`; or it comes late, or repeats a time. If
/// it belongs behind the last window border, the state is put right: from the border's anchor it
/// takes all steps anew with this event in its place, of two at one time the one that came last.
/// Under one version that is equal to the bit to the state had it come in time; where the version
/// has changed since the border, to a key whose version changed at the border. What comes later
/// still leaves the state as it is, and goes to the trainer as a correction of its window while the
/// ring knows which one that is. All are flagged `late` and counted.
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

  private static final Decoded.Rejected NOTHING_TO_GO_BY =
      new Decoded.Rejected(
          Reason.NULL_VALUE,
          "the series' first event has no value, expected a number: nothing is known yet that could"
              + " stand in for it");

  private static final Logger LOGGER = LoggerFactory.getLogger(ForecastProcessor.class);

  private final ProcessorsConfig config;
  private final Supplier<ObservationReader<V>> readers;
  private final Decisions<Forecaster> registry;
  private final Progress progress;
  private final Engines.Factory factory;

  private ForecastProcessor(
      ProcessorsConfig config,
      Supplier<ObservationReader<V>> readers,
      Decisions<Forecaster> registry,
      Progress progress,
      Engines.Factory factory) {
    this.config = config;
    this.readers = readers;
    this.registry = registry;
    this.progress = progress;
    this.factory = factory;
  }

  /// For values as they are in the user's topic, read as the configuration says.
  public static ForecastProcessor<byte[]> ofBytes(
      ProcessorsConfig config,
      SchemaRegistry schemas,
      Decisions<Forecaster> registry,
      Progress progress) {
    return new ForecastProcessor<>(
        config,
        () -> ObservationReader.ofBytes(config, schemas),
        registry,
        progress,
        OnlineForecaster::new);
  }

  /// For observations that the user's own application has made.
  public static ForecastProcessor<Observation> ofObservations(
      ProcessorsConfig config, Decisions<Forecaster> registry, Progress progress) {
    return new ForecastProcessor<>(
        config,
        () -> ObservationReader.ofObservations(config),
        registry,
        progress,
        OnlineForecaster::new);
  }

  /// The same with networks that never step, see [OnlineForecaster#withoutSteps]: for measuring
  /// what the network costs in the stream.
  public ForecastProcessor<V> withoutSteps() {
    return new ForecastProcessor<>(
        config, readers, registry, progress, OnlineForecaster::withoutSteps);
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    return Set.of(
        config.keyStore(SeriesStores.STATE),
        config.keyStore(SeriesStores.ANCHOR),
        SeriesStores.localStore(config.storeType().keyValueStore(SeriesStores.SHADOW)),
        SeriesStores.store(config.storeType().keyValueStore(SeriesStores.DRIFT)));
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
    private final SeriesState loaded = codec.fresh(); // of the event in process
    private final ObservationReader<V> reader = readers.get();
    private final IdleSeries idle = new IdleSeries(config, codec);

    private ProcessorContext<byte[], SpecificRecord> context;
    private KeyValueStore<byte[], byte[]> states;
    private KeyValueStore<byte[], byte[]> anchors;
    private EddyMetrics.Forecasts metrics;
    private Shadows shadows;
    private DriftWatch drift;
    private final Engines engines = new Engines(spec, factory);
    private final RewarmBudget rewarming =
        new RewarmBudget(config.rewarmShare(), System.nanoTime());
    private OnlineForecaster engine = engines.of(Decision.none());
    private Decision<Forecaster> followed = Decision.none();
    private boolean unreadableLogged;

    @Override
    public void init(ProcessorContext<byte[], SpecificRecord> newContext) {
      context = newContext;
      states = context.getStateStore(SeriesStores.STATE);
      anchors = context.getStateStore(SeriesStores.ANCHOR);
      shadows = new Shadows(context.getStateStore(SeriesStores.SHADOW), codec, config, rewarming);
      drift = new DriftWatch(context.getStateStore(SeriesStores.DRIFT), config);
      metrics = new EddyMetrics.Forecasts(context);
      metrics.model(followed.sequence(), followed.version());
      idle.start(context, metrics);
    }

    @Override
    public void process(Record<byte[], V> record) {
      long started = System.nanoTime();
      Origin origin = Origin.of(context);
      switch (reader.read(record)) {
        case Decoded.Observation observation -> {
          SeriesState stored = load(record.key(), origin);
          SeriesState state = idle.atEvent(record.key(), stored, observation.timeMillis());
          if (observation.isMissing() && state.series().steps() == 0) {
            refuse(record, NOTHING_TO_GO_BY, origin);
          } else {
            answer(record, observation, state, origin);
            metrics.forecast(System.nanoTime() - started);
          }
        }
        case Decoded.Rejected rejected -> refuse(record, rejected, origin);
      }
    }

    @Override
    public void close() {
      idle.close();
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

    private void answer(
        Record<byte[], V> record,
        Decoded.Observation observation,
        SeriesState stored,
        Origin origin) {
      byte[] key = record.key();
      SeriesState state = stored;
      Decision<Forecaster> decision = decisionFor(state);
      follow(decision);
      boolean decided =
          (decision.sequence() > state.decision() || decision.version() != state.version())
              && !isPutOff(decision, state);
      WindowScore partial = decided ? adopt(decision, state, key) : null;
      long time = observation.timeMillis();
      boolean newestTime = state.series().steps() > 0 && time == state.series().time(0);
      Standing standing = standing(state, time, origin);
      Answer moved = null;
      SeriesState shadow = null;
      if (standing == Standing.STEPPED) {
        shadow = state.version() == decision.version() ? shadows.of(key, state) : null;
        int skipped = skipMissing(key, state, shadow, time, origin, record.timestamp());
        metrics.missing(skipped + (observation.isMissing() ? 1 : 0));
        moved = observe(state, observation);
        if (shadow != null) {
          shadows.step(shadow, state, observation);
        }
      } else if (standing == Standing.LATE && !observation.isMissing()) {
        SeriesState border = border(key, state, time);
        if (border != null) {
          moved = replay(key, border, state, observation, origin, record.timestamp());
          state = border;
          standing = Standing.REPAIRED;
          shadows.forget(key);
        } else {
          correctHistory(key, state, observation, origin, record.timestamp());
        }
      }
      if (moved != null) {
        state.position(origin.partition(), origin.offset());
      }
      Answer answer = moved != null ? moved : peek(state, observation);
      Forecast forecast =
          Answers.forecast(
              answer, time, observation.isMissing(), state, spec.confidences(), standing, origin);
      forward(FORECASTS, key, forecast, record.timestamp());
      if (partial != null) {
        forwardScore(key, partial, record.timestamp());
      }
      boolean atBorder = standing == Standing.STEPPED && isAtBorder(state);
      if (atBorder) {
        closeWindow(key, state, shadow, origin.partition(), record.timestamp());
      } else if (shadow != null && shadows.isScoreDue(state)) {
        sendScore(key, state, shadow, record.timestamp());
      }
      DriftWatch.Finding finding =
          standing == Standing.STEPPED
              ? drift.observe(state, state.version())
              : DriftWatch.Finding.NONE;
      if (moved != null || decided) {
        byte[] bytes = codec.encode(state);
        states.put(key, bytes);
        if (atBorder) {
          anchors.put(key, bytes);
        }
      }
      if (shadow != null) {
        shadows.put(key, shadow);
      }
      if (finding != DriftWatch.Finding.NONE) {
        askForTraining(finding, origin.partition(), record.timestamp());
      }
      count(standing, newestTime, answer);
      progress.recordAnswer(new ForecastEvent(key, forecast));
    }

    private Answer observe(SeriesState state, Decoded.Observation observation) {
      long time = observation.timeMillis();
      double[] covariates = observation.covariates();
      return observation.isMissing()
          ? engine.observeMissing(state, time, covariates)
          : engine.observe(state, time, observation.value(), covariates);
    }

    private Answer peek(SeriesState state, Decoded.Observation observation) {
      double actual =
          observation.isMissing()
              ? valueAt(state.series(), observation.timeMillis())
              : observation.value();
      return engine.peek(state, actual);
    }

    /// Takes the steps that are missing before an event, and closes the windows that end among
    /// them.
    ///
    /// @return how many
    private int skipMissing(
        byte[] key,
        SeriesState state,
        @Nullable SeriesState shadow,
        long timeMillis,
        Origin origin,
        long timestamp) {
      int skipped = 0;
      while (engine.advance(state, timeMillis)) {
        skipped++;
        closeIfAtBorder(key, state, shadow, origin, timestamp);
      }
      return skipped;
    }

    private boolean isAtBorder(SeriesState state) {
      return state.series().steps() % spec.windowSize() == 0;
    }

    private void closeIfAtBorder(
        byte[] key,
        SeriesState state,
        @Nullable SeriesState shadow,
        Origin origin,
        long timestamp) {
      if (isAtBorder(state)) {
        closeWindow(key, state, shadow, origin.partition(), timestamp);
        anchors.put(key, codec.encode(state));
      }
    }

    /// The key as it stood at the last window border, if an event of this time belongs behind it
    /// and the border's state is known.
    private @Nullable SeriesState border(byte[] key, SeriesState state, long timeMillis) {
      byte[] anchor = anchorOf(key, state.series().steps() / spec.windowSize());
      if (anchor == null) {
        return null;
      }
      SeriesState border = codec.decode(anchor);
      Series series = border.series();
      // Within half a step of the border it is the border's own event.
      boolean behind = series.steps() == 0 || timeMillis - series.time(0) > series.stepMillis() / 2;
      return behind ? border : null;
    }

    /// Takes all steps since a border anew, with a late event in its place.
    ///
    /// @param border where the steps begin; becomes the key's state
    /// @param state the key's state so far; not changed
    /// @return the verdict of the late event's own time, with the forecast of now
    private Answer replay(
        byte[] key,
        SeriesState border,
        SeriesState state,
        Decoded.Observation late,
        Origin origin,
        long timestamp) {
      if (border.version() != state.version()) {
        engine.rewarm(border);
      }
      border.stamp(state.decision(), state.version());
      int steps = (int) (state.series().steps() - border.series().steps());
      Answer own = null;
      for (Decoded.Observation event : withLate(state.series(), steps, late)) {
        skipMissing(key, border, null, event.timeMillis(), origin, timestamp);
        Answer answer = observe(border, event);
        own = event.timeMillis() == late.timeMillis() ? answer : own;
        closeIfAtBorder(key, border, null, origin, timestamp);
      }
      return engine.peek(border, late.value()).judgedAs(Objects.requireNonNull(own));
    }

    /// The events among a series' newest steps, oldest first, with a late one that is not newer
    /// than all of them; it takes the place of one of its own time.
    private static List<Decoded.Observation> withLate(
        Series series, int steps, Decoded.Observation late) {
      List<Decoded.Observation> events = new ArrayList<>(steps + 1);
      boolean placed = false;
      for (int back = steps - 1; back >= 0; back--) {
        long time = series.time(back);
        if (series.absence(back) != Absence.GAP) {
          if (!placed && time >= late.timeMillis()) {
            events.add(late);
            placed = true;
          }
          if (time != late.timeMillis()) {
            boolean isNull = series.absence(back) == Absence.NULL;
            double[] covariates = new double[series.covariateRowSize()];
            series.covariates(back, covariates, 0);
            events.add(
                new Decoded.Observation(
                    time, isNull ? Double.NaN : series.value(back), covariates));
          }
        }
      }
      return events;
    }

    /// Tells the trainer of a value that has come after its window was sent, if the ring still
    /// holds the step that it belongs to.
    private void correctHistory(
        byte[] key, SeriesState state, Decoded.Observation late, Origin origin, long timestamp) {
      Series series = state.series();
      double tolerance = series.stepMillis() / 2;
      int back = 0;
      while (back < series.size() - 1 && series.time(back) - late.timeMillis() > tolerance) {
        back++;
      }
      long step = series.steps() - 1 - back;
      long window = step / spec.windowSize();
      if (Math.abs(series.time(back) - late.timeMillis()) <= tolerance
          && window < series.steps() / spec.windowSize()) {
        HistoryWindow correction =
            Answers.correction(window, slots.newestSlot(window), step, late, origin.partition());
        byte[] historyKey = HistoryKey.of(HistoryKey.CORRECTION, key);
        forward(HISTORY, historyKey, correction, timestamp);
        progress.recordWindowSent();
      }
    }

    /// What the series holds for a time, or the oldest that it knows.
    private static double valueAt(Series series, long timeMillis) {
      int back = 0;
      while (back < series.size() - 1 && series.time(back) > timeMillis) {
        back++;
      }
      return series.value(back);
    }

    /// The key's state, valid until the next event, or a fresh one where there is none that this
    /// release can read.
    private SeriesState load(byte[] key, Origin origin) {
      byte[] bytes = states.get(key);
      if (bytes == null) {
        metrics.cold();
        return codec.fresh();
      }
      try {
        codec.decode(bytes, loaded);
        return loaded;
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
    private Decision<Forecaster> decisionFor(SeriesState state) {
      Decision<Forecaster> current = registry.current();
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
    private @Nullable WindowScore adopt(
        Decision<Forecaster> decision, SeriesState state, byte[] key) {
      WindowScore partial = null;
      if (decision.version() != state.version()) {
        long window = state.series().steps() / spec.windowSize();
        var sums = state.takeWindowScore();
        state.takeMeanError();
        partial = sums.events() == 0 ? null : Answers.score(key, state, window, sums, null);
        long started = System.nanoTime();
        engine.rewarm(state);
        if (state.series().steps() > 0) {
          rewarming.spend(System.nanoTime() - started);
          metrics.rewarmed();
        }
      }
      state.stamp(decision.sequence(), decision.version());
      return partial;
    }

    /// Makes the engines those of the decision.
    private void follow(Decision<Forecaster> decision) {
      if (decision.sequence() != followed.sequence()) {
        followed = decision;
        shadows.follow(decision, states.approximateNumEntries());
        metrics.model(decision.sequence(), decision.version());
      }
      engine = engines.of(decision);
    }

    /// Whether a key is answered by the version before, since the time for rebuilding states is
    /// used up; the engine is then that one's.
    private boolean isPutOff(Decision<Forecaster> decision, SeriesState state) {
      if (decision.version() == state.version()
          || state.series().steps() == 0
          || rewarming.allows(System.nanoTime())) {
        return false;
      }
      OnlineForecaster before = engines.of(state.version());
      if (before == null) {
        return false;
      }
      engine = before;
      metrics.putOff();
      return true;
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
    private void closeWindow(
        byte[] key,
        SeriesState state,
        @Nullable SeriesState shadow,
        int partition,
        long timestamp) {
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
      sendScore(key, state, shadow, timestamp);
    }

    /// Forwards what the key scored since the last time, if anything, and its shadow beside it if
    /// that was there all the time.
    private void sendScore(
        byte[] key, SeriesState state, @Nullable SeriesState shadow, long timestamp) {
      var sums = state.takeWindowScore();
      ShadowScore beside = shadow == null ? null : beside(shadow, sums);
      if (sums.events() > 0) {
        long window = (state.series().steps() - 1) / spec.windowSize();
        forwardScore(key, Answers.score(key, state, window, sums, beside), timestamp);
      }
    }

    private @Nullable ShadowScore beside(SeriesState shadow, io.eddy.model.WindowScore champion) {
      var sums = shadow.takeWindowScore();
      return champion.isComparableTo(sums)
          ? new ShadowScore(shadow.version(), shadows.decision(), sums.loss(), champion.loss())
          : null;
    }

    /// Asks the trainer for a training, since errors have risen.
    private void askForTraining(DriftWatch.Finding finding, int partition, long timestamp) {
      if (finding == DriftWatch.Finding.RISEN) {
        metrics.drift();
        progress.recordDrift();
        LOGGER
            .atInfo()
            .addKeyValue("task", context.taskId())
            .addKeyValue("model", followed.version())
            .log("errors have risen, asked for a training");
      }
      forward(
          HISTORY,
          TrainingSignal.key(),
          TrainingSignal.of(TrainingSignal.DRIFT, drift.windowsSince(), partition),
          timestamp);
      progress.recordWindowSent();
    }

    private void forwardScore(byte[] key, WindowScore score, long timestamp) {
      forward(SCORES, key, score, timestamp);
      progress.recordScoreSent();
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
        case LATE, REPAIRED -> {
          if (newestTime) {
            metrics.duplicate();
          } else {
            metrics.late();
          }
          if (standing == Standing.REPAIRED) {
            metrics.repaired();
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
