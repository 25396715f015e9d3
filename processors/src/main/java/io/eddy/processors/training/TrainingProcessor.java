package io.eddy.processors.training;

import io.eddy.model.network.Forecaster;
import io.eddy.model.sequence.TrainedCaptioner;
import io.eddy.model.sequence.TrainedClassifier;
import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.model.sequence.TrainedTagger;
import io.eddy.model.sequence.TrainedTranslator;
import io.eddy.model.series.Absence;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.config.TrainingSchedule;
import io.eddy.processors.metrics.EddyMetrics;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.ModelMessage;
import io.eddy.processors.rollout.ModelRegistry;
import io.eddy.processors.rollout.ReportKind;
import io.eddy.processors.rollout.TrainingReports;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.TrainingReport;
import io.eddy.schemas.avro.TrainingRound;
import io.eddy.schemas.serde.SchemaRegistry;
import io.eddy.schemas.serde.SerdeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Windows fill, gradients flow, a checkpoint leaves: keeps the history of its partition, decides
/// when to train on it, and forwards each trained model as a candidate, in chunks and a manifest.
///
/// ```
/// window ──> stored, counted ──due──> job opened ──> trains on its own thread
///                                         │                   │
///                                      in the store     punctuator: candidate forwarded, job closed
/// ```
///
/// **A training is a job.** It is written to the store in the transaction of the window that opened
/// it and names all that its weights depend on; see [TrainingJob] and [TrainingStore]. The
/// candidate is forwarded in the transaction that closes the job. So each job gives its candidate
/// once under exactly-once, and a task that moves while it trains trains again, to the same digest.
///
/// **Several partitions train one version.** A job that opens tells the rollout, which asks the
/// trainers of the other partitions to join, from the same base version; what each finds is a
/// contribution to one candidate. See [io.eddy.processors.rollout.RolloutProcessor].
///
/// **When.** At windows, as [TrainingTrigger] says, at a [TrainingSignal], and where a
/// [TrainingSchedule] is set, by the clock; the job remembers what it trains on in any case.
///
/// **The stream thread never trains and never waits for it.** It asks for the result every
/// [#POLL_INTERVAL] of wall-clock time. A training that diverges, or finds nothing to train on,
/// closes its job without a candidate, and the champion stays.
///
/// @param <M> what a version is
public final class TrainingProcessor<M>
    implements ProcessorSupplier<byte[], byte[], String, ModelRecord> {
  /// How often a task looks whether its training has ended.
  static final Duration POLL_INTERVAL = Duration.ofMillis(50);

  /// The name of the store of windows; what stands in it is [TrainingStore]'s.
  public static final String WINDOWS_STORE = TrainingStore.WINDOWS;

  /// How often a schedule is asked.
  static final Duration SCHEDULE_INTERVAL = Duration.ofSeconds(1);

  /// The base version of a training that starts from none.
  private static final int INITIAL_WEIGHTS = 0;

  private static final Logger LOGGER = LoggerFactory.getLogger(TrainingProcessor.class);

  private final ProcessorsConfig config;
  private final SchemaRegistry schemas;
  private final ModelRegistry<M> registry;
  private final Teacher<M> teacher;
  private final Progress progress;
  private final TrainingExecutor executor;
  private final BooleanSupplier publishing;

  private TrainingProcessor(
      ProcessorsConfig config,
      SchemaRegistry schemas,
      ModelRegistry<M> registry,
      Teacher<M> teacher,
      Progress progress,
      TrainingExecutor executor,
      BooleanSupplier publishing) {
    this.config = config;
    this.schemas = schemas;
    this.registry = registry;
    this.teacher = teacher;
    this.progress = progress;
    this.executor = executor;
    this.publishing = publishing;
  }

  /// Trains forecasters.
  ///
  /// @param publishing whether a finished training may be published now; polled by stream threads.
  ///   A lockstep driver holds back results while a batch is under way, so that no swap falls into
  ///   its middle
  public static TrainingProcessor<Forecaster> ofForecasters(
      ProcessorsConfig config,
      SchemaRegistry schemas,
      ModelRegistry<Forecaster> registry,
      Progress progress,
      TrainingExecutor executor,
      BooleanSupplier publishing) {
    return new TrainingProcessor<>(
        config,
        schemas,
        registry,
        new ForecasterTeacher(config, progress),
        progress,
        executor,
        publishing);
  }

  /// Trains classifiers of messages.
  ///
  /// @param publishing as for forecasters
  public static TrainingProcessor<TrainedClassifier> ofClassifiers(
      ProcessorsConfig config,
      SchemaRegistry schemas,
      ModelRegistry<TrainedClassifier> registry,
      Progress progress,
      TrainingExecutor executor,
      BooleanSupplier publishing) {
    return new TrainingProcessor<>(
        config,
        schemas,
        registry,
        new AnnotationTeacher<>(new ClassifierLearning(config), config, progress),
        progress,
        executor,
        publishing);
  }

  /// Trains taggers of messages.
  ///
  /// @param publishing as for forecasters
  public static TrainingProcessor<TrainedTagger> ofTaggers(
      ProcessorsConfig config,
      SchemaRegistry schemas,
      ModelRegistry<TrainedTagger> registry,
      Progress progress,
      TrainingExecutor executor,
      BooleanSupplier publishing) {
    return new TrainingProcessor<>(
        config,
        schemas,
        registry,
        new AnnotationTeacher<>(new TaggerLearning(config), config, progress),
        progress,
        executor,
        publishing);
  }

  /// Trains translators of messages.
  ///
  /// @param publishing as for forecasters
  public static TrainingProcessor<TrainedTranslator> ofTranslators(
      ProcessorsConfig config,
      SchemaRegistry schemas,
      ModelRegistry<TrainedTranslator> registry,
      Progress progress,
      TrainingExecutor executor,
      BooleanSupplier publishing) {
    return new TrainingProcessor<>(
        config,
        schemas,
        registry,
        new AnnotationTeacher<>(new TranslatorLearning(config), config, progress),
        progress,
        executor,
        publishing);
  }

  /// Trains what writes sentences about vectors.
  ///
  /// @param publishing as for forecasters
  public static TrainingProcessor<TrainedCaptioner> ofCaptioners(
      ProcessorsConfig config,
      SchemaRegistry schemas,
      ModelRegistry<TrainedCaptioner> registry,
      Progress progress,
      TrainingExecutor executor,
      BooleanSupplier publishing) {
    return new TrainingProcessor<>(
        config,
        schemas,
        registry,
        new AnnotationTeacher<>(new CaptionerLearning(config), config, progress),
        progress,
        executor,
        publishing);
  }

  /// Trains language models over the bytes of messages.
  ///
  /// @param publishing as for forecasters
  public static TrainingProcessor<TrainedLanguageModel> ofLanguageModels(
      ProcessorsConfig config,
      SchemaRegistry schemas,
      ModelRegistry<TrainedLanguageModel> registry,
      Progress progress,
      TrainingExecutor executor,
      BooleanSupplier publishing) {
    return new TrainingProcessor<>(
        config,
        schemas,
        registry,
        new LanguageModelTeacher(config, progress),
        progress,
        executor,
        publishing);
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    return TrainingStore.builders(config.storeType());
  }

  @Override
  public Processor<byte[], byte[], String, ModelRecord> get() {
    return new Task();
  }

  /// One task: the history of one partition.
  private final class Task implements Processor<byte[], byte[], String, ModelRecord> {
    private final WindowSlots slots =
        new WindowSlots(config.historySlots(), config.historyReservoirSlots());
    private final Deserializer<HistoryWindow> deserializer =
        schemas.serde(HistoryWindow.class, config.topics().history()).deserializer();

    private ProcessorContext<String, ModelRecord> context;
    private TrainingStore store;
    private EddyMetrics.Trainings metrics;
    private RetainedWindows retained;
    private TrainingTrigger trigger = TrainingTrigger.NEW;
    private boolean introduced;
    private long newestBase = -1; // Decision in force when the newest job was opened.

    // A job is open: its windows wait for the training thread, or it runs.
    private @Nullable TrainingJob open;
    private @Nullable List<StoredWindow> waiting;
    private TrainingExecutor.@Nullable Run run;

    @Override
    public void init(ProcessorContext<String, ModelRecord> newContext) {
      context = newContext;
      metrics = new EddyMetrics.Trainings(context);
      store = new TrainingStore(context);
      trigger = store.trigger();
      retained = new RetainedWindows(config.trainingHeapBytes(), slots);
      store.forEachCurrent(retained::put);
      metrics.heapBytes(retained.heapBytes());
      TrainingJob found = store.openJob();
      if (found != null) {
        log("open training found, it starts again", found);
        // With the next poll: the children come to life after this processor, so that nothing can
        // be forwarded yet, as giving a training up would.
        await(found, store.windowsOf(found));
      }
      context.schedule(POLL_INTERVAL, PunctuationType.WALL_CLOCK_TIME, now -> poll());
      config
          .trainingSchedule()
          .ifPresent(
              schedule ->
                  context.schedule(
                      SCHEDULE_INTERVAL, PunctuationType.WALL_CLOCK_TIME, now -> ask(schedule)));
    }

    @Override
    public void close() {
      if (run != null) {
        run.cancel();
      }
      if (open != null) {
        progress.recordJobClosed();
      }
      // The same instance is initialised again when a task recovers from a corrupted store.
      open = null;
      waiting = null;
      run = null;
      introduced = false;
      metrics.close();
    }

    // ---- windows --------------------------------------------------------------------------------

    @Override
    public void process(Record<byte[], byte[]> record) {
      RecordMetadata origin = context.recordMetadata().orElseThrow();
      if (record.key() == null || !HistoryKey.isValid(record.key())) {
        logUnreadable(origin, "its key is no slot and series");
      } else if (record.value() == null) {
        store.delete(record.key(), open);
        retained.remove(record.key());
      } else {
        HistoryWindow read = read(record, origin);
        if (read != null && read.getRound() != null) {
          join(read, read.getRound(), origin.offset(), record.timestamp());
        } else if (read != null && HistoryKey.slot(record.key()) == HistoryKey.TRIGGER) {
          obey(read, origin.offset(), record.timestamp());
        } else if (read != null && read.getCorrection()) {
          correct(read, HistoryKey.series(record.key()), origin.offset());
        } else if (read != null) {
          keep(read, record, origin);
        }
      }
      metrics.heapBytes(retained.heapBytes());
      metrics.windowConsumed();
      progress.recordWindowConsumed();
    }

    /// What is in a record, or `null` when it is unreadable: a training goes on without it.
    private @Nullable HistoryWindow read(Record<byte[], byte[]> record, RecordMetadata origin) {
      try {
        return deserializer.deserialize(origin.topic(), record.headers(), record.value());
      } catch (SerdeException.Malformed | SerdeException.UnknownSchema e) {
        logUnreadable(origin, e.getMessage());
        return null;
      }
    }

    private void keep(HistoryWindow read, Record<byte[], byte[]> record, RecordMetadata origin) {
      StoredWindow window;
      try {
        window =
            new StoredWindow(
                record.key(),
                origin.offset(),
                read.getWindow(),
                read.getFirstStep(),
                read.getTimes().stream().mapToLong(Long::longValue).toArray(),
                read.getValues().stream().mapToDouble(Double::doubleValue).toArray(),
                absences(read),
                bytes(read.getCovariates()),
                bytes(read.getAnchor()));
      } catch (IllegalArgumentException e) {
        logUnreadable(origin, e.getMessage());
        return;
      }
      store.put(window, open);
      retained.put(window);
      count(window, record.timestamp());
    }

    /// Puts a value into its window, wherever that is kept. A correction that is read again, or
    /// whose window has gone, changes nothing.
    private void correct(HistoryWindow correction, byte[] series, long offset) {
      long number = correction.getWindow();
      byte[] row = bytes(correction.getCovariates());
      for (int slot : new int[] {slots.newestSlot(number), slots.reservoirSlot(series, number)}) {
        byte[] key = HistoryKey.of(slot, series);
        StoredWindow window = slot == WindowSlots.NONE ? null : store.window(key);
        long step = correction.getFirstStep();
        if (window != null
            && window.window() == number
            && window.offset() < offset
            && step >= window.firstStep()
            && step < window.endStep()
            && row.length == window.covariateBytesPerEvent()) {
          StoredWindow corrected =
              window.corrected(
                  offset,
                  step,
                  correction.getTimes().getFirst(),
                  correction.getValues().getFirst(),
                  row);
          store.put(corrected, open);
          retained.put(corrected);
        }
      }
    }

    private static Absence[] absences(HistoryWindow window) {
      if (!window.getAbsences().isEmpty()) {
        return window.getAbsences().stream().map(Absence::of).toArray(Absence[]::new);
      }
      Absence[] absences = new Absence[window.getTimes().size()];
      Arrays.fill(absences, Absence.NONE);
      return absences;
    }

    private static byte[] bytes(ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      return bytes;
    }

    private void logUnreadable(RecordMetadata origin, @Nullable String why) {
      LOGGER
          .atWarn()
          .addKeyValue("topic", origin.topic())
          .addKeyValue("partition", origin.partition())
          .addKeyValue("offset", origin.offset())
          .log("record of history is left out: {}", why);
    }

    /// Counts a window of the newest slots, and opens a job when it is time.
    private void count(StoredWindow window, long timestamp) {
      if (!slots.isNewest(window.slot())) {
        return;
      }
      trigger = trigger.arrived();
      // Asked at windows only, so that the same history opens the same jobs, however long each
      // takes.
      if (open == null
          && config.trainingEnabled()
          && trigger.isDue(config.trainingWindowsMin(), config.trainingGrowth())) {
        openJob(TrainingJob.WINDOWS, 0, window.offset(), timestamp);
      }
      store.put(trigger);
    }

    /// Opens a job because a signal asks for one, unless something stands against it. Also where
    /// the newest history was trained on already: who asks may have reasons, such as a key that was
    /// forgotten.
    private void obey(HistoryWindow signal, long offset, long timestamp) {
      String cause = signal.getTrigger();
      String obstacle = obstacle();
      if (obstacle == null) {
        openJob(cause, signal.getWindow(), offset, timestamp);
        store.put(trigger);
      } else {
        LOGGER
            .atInfo()
            .addKeyValue("task", context.taskId())
            .addKeyValue("cause", cause)
            .log("no training opened on a signal: {}", obstacle);
      }
    }

    /// Joins a round that another partition has opened, or says that it does not: the round waits
    /// for one or the other.
    private void join(HistoryWindow signal, TrainingRound round, long offset, long timestamp) {
      String obstacle = obstacle();
      if (obstacle == null
          && newestBase == round.getBaseDecision()
          && !trigger.isHalfDue(config.trainingWindowsMin(), config.trainingGrowth())) {
        obstacle = "little is new since it trained from the same version";
      }
      if (obstacle == null) {
        openJob(
            signal.getTrigger(),
            signal.getWindow(),
            offset,
            timestamp,
            round.getBaseVersion(),
            round.getBaseDecision());
        store.put(trigger);
      } else if (open == null || open.baseVersion() != round.getBaseVersion()) {
        var report = report(ReportKind.ABSTAINED, 0, round.getBaseDecision(), "", 0);
        forward(TrainingReports.of(report, round.getBaseVersion()), timestamp);
        LOGGER
            .atDebug()
            .addKeyValue("task", context.taskId())
            .addKeyValue("base", round.getBaseVersion())
            .log("round of training not joined: {}", obstacle);
      }
    }

    private TrainingReport report(
        ReportKind kind, long job, long baseDecision, String cause, int windowsMax) {
      int partition = context.taskId().partition();
      return new TrainingReport(
          kind.name(), partition, job, baseDecision, cause, windowsMax, ByteBuffer.allocate(0));
    }

    private TrainingReport report(ReportKind kind, TrainingJob job) {
      return report(kind, job.number(), job.baseDecision(), job.cause(), job.windowsMax());
    }

    private void forward(ModelMessage message, long timestamp) {
      context.forward(new Record<>(message.key(), message.value(), timestamp));
    }

    /// Tells the rollout whose trainer this is, so that rounds wait for it; and what it is at.
    private void introduce() {
      introduced = true;
      TrainingJob job = open;
      if (job == null) {
        forward(
            TrainingReports.of(report(ReportKind.PRESENT, 0, 0, "", 0), INITIAL_WEIGHTS),
            context.currentSystemTimeMs());
      } else {
        forward(
            TrainingReports.of(report(ReportKind.ENTERED, job), job.baseVersion()),
            job.triggeredAt());
      }
    }

    /// Opens a job if the clock says so and there is anything new to learn.
    private void ask(TrainingSchedule schedule) {
      long now = context.currentSystemTimeMs();
      if (trigger.waitingSince() == 0) {
        trigger = trigger.waiting(now);
        store.put(trigger);
      } else if (schedule.isDue(
              Instant.ofEpochMilli(trigger.waitingSince()), Instant.ofEpochMilli(now))
          && trigger.windowsSinceJob() > 0
          && obstacle() == null) {
        List<StoredWindow> windows = retained.snapshot();
        long newest = windows.stream().mapToLong(StoredWindow::offset).max().orElse(-1);
        openJob(TrainingJob.SCHEDULE, 0, newest, now);
        store.put(trigger);
      }
    }

    private @Nullable String obstacle() {
      if (!config.trainingEnabled()) {
        return "training is off here, see " + ProcessorsConfig.TRAINING_ENABLED;
      }
      if (open != null) {
        return "training " + open.number() + " is open, and one is open at a time";
      }
      long windows = retained.newestWindows();
      return windows >= config.trainingWindowsMin()
          ? null
          : "there are "
              + windows
              + " windows, expected at least "
              + config.trainingWindowsMin()
              + ", see "
              + ProcessorsConfig.TRAINING_WINDOWS_MIN;
    }

    // ---- the life of a job ----------------------------------------------------------------------

    /// @param wantedMax windows to train on at most, 0 for no wish
    private void openJob(String cause, long wantedMax, long historyLimit, long timestamp) {
      Decision<M> current = registry.current();
      int base =
          switch (config.trainingStart()) {
            case CHAMPION -> current.version();
            case SCRATCH -> INITIAL_WEIGHTS;
          };
      openJob(cause, wantedMax, historyLimit, timestamp, base, current.sequence());
    }

    private void openJob(
        String cause,
        long wantedMax,
        long historyLimit,
        long timestamp,
        int base,
        long baseDecision) {
      long windows = retained.newestWindows();
      trigger = trigger.opened(windows, context.currentSystemTimeMs());
      var job =
          new TrainingJob(
              trigger.jobs(),
              base,
              baseDecision,
              historyLimit,
              retained.sampling(),
              windows,
              SeriesHash.mix(config.seed() + trigger.jobs()),
              timestamp,
              windowsMax(wantedMax),
              cause);
      store.open(job);
      newestBase = baseDecision;
      introduced = true;
      forward(TrainingReports.of(report(ReportKind.ENTERED, job), base), timestamp);
      log("training opened", job);
      begin(job, retained.snapshot());
    }

    /// Never fewer than a training needs, and never more than is configured.
    private int windowsMax(long wanted) {
      int configured = config.trainingWindowsMax();
      long most = configured == 0 ? Integer.MAX_VALUE : configured;
      return wanted <= 0
          ? configured
          : (int) Math.min(most, Math.max(wanted, config.trainingWindowsMin()));
    }

    private void begin(TrainingJob job, List<StoredWindow> windows) {
      await(job, windows);
      start(job, windows);
    }

    private void await(TrainingJob job, List<StoredWindow> windows) {
      open = job;
      waiting = windows;
      progress.recordJobOpened();
    }

    /// Hands the job to the training thread, if its base is here and the thread takes it; otherwise
    /// the next poll tries again.
    private void start(TrainingJob job, List<StoredWindow> windows) {
      @Nullable M base;
      try {
        base = base(job);
      } catch (NoSuchElementException e) {
        if (registry.current().sequence() >= job.baseDecision()) {
          log("training given up, its base version is no longer kept", job);
          fail(job);
          closeJob();
        }
        return;
      }
      int partition = context.taskId().partition();
      run = executor.start(teacher.training(job, partition, base, windows));
      if (run != null) {
        waiting = null;
        metrics.started();
      }
    }

    /// The weights that the job starts from, or `null` if it starts from none.
    ///
    /// @throws NoSuchElementException while this instance does not hold them
    private @Nullable M base(TrainingJob job) {
      return job.baseVersion() == INITIAL_WEIGHTS ? null : registry.version(job.baseVersion());
    }

    private void poll() {
      if (!introduced) {
        introduce();
      }
      TrainingJob job = open;
      if (job == null) {
        return;
      }
      if (waiting != null) {
        start(job, waiting);
        return;
      }
      TrainingOutcome outcome = run == null ? null : run.outcome();
      if (outcome != null && publishing.getAsBoolean()) {
        finish(job, outcome);
      }
    }

    private void finish(TrainingJob job, TrainingOutcome outcome) {
      switch (outcome) {
        case TrainingOutcome.Trained trained -> publish(job, trained);
        case TrainingOutcome.Diverged diverged -> {
          log("training diverged, the champion stays: " + diverged.message(), job);
          fail(job);
        }
        case TrainingOutcome.Unusable unusable -> {
          log("training given up: " + unusable.message(), job);
          fail(job);
        }
        case TrainingOutcome.Failed failed -> {
          LOGGER.atError().setCause(failed.cause()).log("training failed, the champion stays");
          fail(job);
        }
        case TrainingOutcome.Cancelled() ->
            throw new IllegalStateException("a training was cancelled while its task is open");
      }
      closeJob();
    }

    private void fail(TrainingJob job) {
      metrics.failed();
      forward(
          TrainingReports.of(report(ReportKind.FAILED, job), job.baseVersion()), job.triggeredAt());
    }

    private void publish(TrainingJob job, TrainingOutcome.Trained trained) {
      TrainingReport report = report(ReportKind.TRAINED, job);
      report.setStatistics(trained.statistics());
      for (ModelMessage message : TrainingReports.contribution(trained.candidate(), report)) {
        forward(message, job.triggeredAt());
      }
      metrics.finished(run == null ? 0 : run.nanos());
      metrics.candidate();
      progress.recordTraining();
      progress.recordCandidateSent();
      log("training ended", job);
    }

    private void closeJob() {
      store.close();
      open = null;
      waiting = null;
      run = null;
      progress.recordJobClosed();
    }

    private void log(String message, TrainingJob job) {
      LOGGER
          .atInfo()
          .addKeyValue("task", context.taskId())
          .addKeyValue("job", job.number())
          .addKeyValue("cause", job.cause())
          .addKeyValue("base", job.baseVersion())
          .addKeyValue("windows", job.windows())
          .log(message);
    }
  }
}
