package io.eddy.processors.training;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eddy.model.network.Forecaster;
import io.eddy.model.series.Absence;
import io.eddy.processors.MockTask;
import io.eddy.processors.SmallForecasting;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.forecast.ForecastProcessor;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.Champion;
import io.eddy.processors.rollout.ForecasterFormat;
import io.eddy.processors.rollout.ModelRegistry;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.ModelChunk;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.TrainingRound;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingProcessorTest {
  private static final int WINDOW = SmallForecasting.WINDOW;

  private final Map<String, Object> properties = SmallForecasting.properties();
  private final Progress progress = new Progress();
  private final AtomicBoolean publishing = new AtomicBoolean(true);
  private final List<MockTask<byte[], byte[], String, ModelRecord>> tasks = new ArrayList<>();

  @AfterEach
  void closeTasks() {
    tasks.forEach(MockTask::close);
  }

  @Test
  void shouldPublishACandidateOnceEnoughWindowsCame() {
    var task = start();

    feed(task, history("a", 2), 0);
    awaitCandidate(task);

    List<ModelRecord> records = records(task);
    assertThat(records.getFirst().getContent()).isInstanceOf(ModelChunk.class);
    assertThat(records.getLast().getContent()).isInstanceOf(ModelManifest.class);
    ModelManifest manifest = manifest(task);
    assertThat(manifest.getBaseVersion()).isZero();
    assertThat(manifest.getProvenance())
        .containsEntry("training.job", "1")
        .containsEntry("training.cause", "windows")
        .containsEntry("training.partition", "0")
        .containsEntry("data.keys", "1")
        .containsEntry("data.windows", "2");
    assertThat(manifest.getCreatedAt().toEpochMilli()).isEqualTo(time(2 * WINDOW - 1));
  }

  @Test
  void shouldNotTrainBelowTheMinimum() {
    var task = start();

    feed(task, history("a", 1), 0);

    assertThat(progress.jobsOpen()).isZero();
    assertThat(progress.windowsConsumed()).isEqualTo(2);
  }

  @Test
  void shouldOpenTheJobBeforeItsWindowCountsAsConsumed() {
    publishing.set(false);
    var task = start();

    feed(task, history("a", 2), 0);

    assertThat(progress.jobsOpen()).isEqualTo(1);
    assertThat(progress.windowsConsumed()).isEqualTo(4);
    assertThat(progress.candidatesSent()).isZero();
  }

  @Test
  void shouldCloseTheJobWithItsCandidate() {
    var task = start();

    feed(task, history("a", 2), 0);
    awaitCandidate(task);

    assertThat(progress.jobsOpen()).isZero();
    assertThat(progress.candidatesSent()).isEqualTo(1);
    assertThat(progress.trainings()).isEqualTo(1);
    assertThat(new TrainingStoreView(task).openJob()).isNull();
  }

  @Test
  void shouldReportEpochs() {
    List<Progress.Epoch> epochs = new ArrayList<>();
    progress.onEpoch(epochs::add);
    var task = start();

    feed(task, history("a", 2), 0);
    awaitCandidate(task);

    assertThat(epochs).isNotEmpty().allMatch(epoch -> epoch.job().contains("partition 0"));
  }

  @Test
  void shouldHoldBackTheCandidateWhilePublishingIsOff() {
    publishing.set(false);
    var task = start();
    feed(task, history("a", 2), 0);
    await().until(() -> progress.trainings() == 0 && trainedOnce());
    task.punctuate();
    assertThat(records(task)).isEmpty();

    publishing.set(true);
    awaitCandidate(task);

    assertThat(progress.candidatesSent()).isEqualTo(1);
  }

  @Test
  void shouldTrainAgainWhenHistoryHasGrown() {
    var task = start();
    List<Record<byte[], byte[]>> history = history("a", 4);
    feed(task, history.subList(0, 4), 0);
    awaitCandidate(task);
    task.resetForwards();

    feed(task, history.subList(4, history.size()), 4);
    awaitCandidate(task);

    assertThat(manifest(task).getProvenance()).containsEntry("training.job", "2");
  }

  @Test
  void shouldTrainOnASignalBeforeHistoryHasGrown() {
    var task = start();
    feed(task, history("a", 3), 0);
    awaitCandidate(task);
    task.resetForwards();

    feed(task, List.of(signal("drift")), 6);
    awaitCandidate(task);

    assertThat(manifest(task).getProvenance())
        .containsEntry("training.job", "2")
        .containsEntry("training.cause", "drift")
        .containsEntry("data.windows", "3");
  }

  @Test
  void shouldTrainByTheClockOnceThereIsAnythingNew() {
    properties.put(ProcessorsConfig.TRAINING_SCHEDULE, "PT1S");
    properties.put(ProcessorsConfig.TRAINING_GROWTH, "100");
    var task = start();
    feed(task, history("a", 3), 0);
    awaitCandidate(task);
    task.resetForwards();

    feed(task, history("b", 1), 6);
    awaitCandidate(task);

    assertThat(manifest(task).getProvenance())
        .containsEntry("training.job", "2")
        .containsEntry("training.cause", "schedule")
        .containsEntry("data.keys", "2");
  }

  @Test
  void shouldNotKeepASignalForLaterWhileATrainingIsOpen() {
    publishing.set(false);
    var task = start();
    feed(task, history("a", 2), 0);

    feed(task, List.of(signal("command")), 4);
    publishing.set(true);
    awaitCandidate(task);

    assertThat(manifest(task).getProvenance()).containsEntry("training.cause", "windows");
    assertThat(progress.jobsOpen()).isZero();
    assertThat(progress.trainings()).isEqualTo(1);
  }

  @Test
  void shouldNotTrainOnASignalBelowTheMinimum() {
    var task = start();

    feed(task, history("a", 1), 0);
    feed(task, List.of(signal("command")), 2);

    assertThat(progress.jobsOpen()).isZero();
    assertThat(progress.windowsConsumed()).isEqualTo(3);
  }

  @Test
  void shouldNotTrainOnASignalWhereTrainingIsOff() {
    properties.put(ProcessorsConfig.TRAINING_ENABLED, "false");
    var task = start();
    feed(task, history("a", 3), 0);

    feed(task, List.of(signal("command")), 6);

    assertThat(progress.jobsOpen()).isZero();
  }

  @Test
  void shouldRememberTheCauseOfAnOpenTrainingAfterARestart() {
    properties.put(ProcessorsConfig.TRAINING_GROWTH, "1000");
    var task = start();
    feed(task, history("a", 2), 0);
    awaitCandidate(task);
    publishing.set(false);
    feed(task, List.of(signal("drift")), 4);

    publishing.set(true);
    task = track(task.restart());
    awaitCandidate(task);

    assertThat(manifest(task).getProvenance()).containsEntry("training.cause", "drift");
  }

  @Test
  void shouldTrainOnNoMoreWindowsThanTheMaximum() {
    properties.put(ProcessorsConfig.TRAINING_WINDOWS_MAX, "2");
    var task = start();
    feed(task, history("a", 3), 0);
    awaitCandidate(task);
    task.resetForwards();

    feed(task, List.of(signal("command")), 6);
    awaitCandidate(task);

    assertThat(manifest(task).getProvenance()).containsEntry("data.windows", "2");
  }

  @ParameterizedTest
  @CsvSource({"champion, 7", "scratch, 0"})
  void shouldStartFromTheWeightsThatTheConfigurationNames(String start, int base) {
    properties.put(ProcessorsConfig.TRAINING_START, start);
    var registry = Champion.registry(config().forecasterSpec(), 7);
    var task = track(MockTask.start(processor(TrainingExecutor.shared(), registry)));

    feed(task, history("a", 2), 0);
    awaitCandidate(task);

    assertThat(manifest(task).getBaseVersion()).isEqualTo(base);
    assertThat(manifest(task).getProvenance())
        .containsEntry("training.base.version", Integer.toString(base));
  }

  @Test
  void shouldTrainToTheSameDigestInEveryRun() {
    assertThat(digestOfUndisturbedTraining()).isEqualTo(digestOfUndisturbedTraining());
  }

  @Test
  void shouldTrainToTheSameDigestAfterARestart() {
    String undisturbed = digestOfUndisturbedTraining();
    publishing.set(false);
    var task = start();
    feed(task, history("a", 2), 0);

    publishing.set(true);
    task = track(task.restart());
    assertThat(progress.jobsOpen()).isEqualTo(1);
    awaitCandidate(task);

    assertThat(manifest(task).getDigest()).isEqualTo(undisturbed);
  }

  @Test
  void shouldTrainToTheSameDigestAlthoughItsWindowsWereReplacedMeanwhile() {
    String undisturbed = digestOfUndisturbedTraining();
    publishing.set(false);
    var task = start();
    List<Record<byte[], byte[]>> history = history("a", 2);
    feed(task, history, 0);
    // Every slot of the job's windows is replaced, some twice, and one is deleted.
    List<Record<byte[], byte[]>> newer = history("a", 14);
    feed(task, newer.subList(4, newer.size()), 4);
    feed(task, List.of(new Record<>(history.getFirst().key(), noValue(), 0L)), 100);
    feed(task, history("b", 3), 101);
    assertThat(new TrainingStoreView(task).held()).isPositive();

    publishing.set(true);
    task = track(task.restart());
    awaitCandidate(task);

    assertThat(manifest(task).getDigest()).isEqualTo(undisturbed);
    assertThat(new TrainingStoreView(task).held()).isZero();
  }

  @Test
  void shouldLeaveItsJobOpenWhenItIsClosed() {
    publishing.set(false);
    var task = start();
    feed(task, history("a", 2), 0);

    task.close();

    assertThat(progress.jobsOpen()).isZero();
    assertThat(new TrainingStoreView(task).openJob()).isNotNull();
  }

  @Test
  void shouldCountOnAfterARestart() {
    properties.put(ProcessorsConfig.TRAINING_WINDOWS_MIN, "3");
    var task = start();
    List<Record<byte[], byte[]>> history = history("a", 3);
    feed(task, history.subList(0, 4), 0);

    task = track(task.restart());
    feed(task, history.subList(4, history.size()), 4);
    awaitCandidate(task);

    assertThat(manifest(task).getProvenance()).containsEntry("data.windows", "3");
  }

  @Test
  void shouldGiveUpAJobWhoseHistoryIsOfAnotherNetwork() {
    Map<String, Object> other = SmallForecasting.properties();
    other.put(ProcessorsConfig.HIDDEN_SIZE, "5");
    var task = start();

    feed(task, history("a", 2, ProcessorsConfig.of(other)), 0);
    awaitClosed(task);

    assertThat(records(task)).isEmpty();
    assertThat(progress.candidatesSent()).isZero();
  }

  @Test
  void shouldCloseAJobThatDivergesWithoutACandidate() {
    var task =
        track(
            MockTask.start(
                processor(new EndingIn(cancelled -> new TrainingOutcome.Diverged("loss is NaN")))));

    feed(task, history("a", 2), 0);
    awaitClosed(task);

    assertThat(records(task)).isEmpty();
    assertThat(progress.trainings()).isZero();
    assertThat(new TrainingStoreView(task).openJob()).isNull();
  }

  @Test
  void shouldCloseAJobThatFailsWithoutACandidate() {
    var task =
        track(
            MockTask.start(
                processor(
                    new EndingIn(
                        cancelled -> {
                          throw new IllegalStateException("a fault, as this test wants it");
                        }))));

    feed(task, history("a", 2), 0);
    awaitClosed(task);

    assertThat(records(task)).isEmpty();
  }

  @Test
  void shouldGiveUpAJobWhoseBaseIsNoLongerKept() {
    var task = start();
    var job = new TrainingJob(1, 7, 0, 10, 0, 2, 42, 0, 0, "windows");
    task.store(TrainingStore.JOBS).put("open".getBytes(UTF_8), job.encode());

    task = track(task.restart());
    task.punctuate();

    assertThat(progress.jobsOpen()).isZero();
    assertThat(new TrainingStoreView(task).openJob()).isNull();
    assertThat(reports(task)).containsExactly("ENTERED", "FAILED");
  }

  @Test
  void shouldWaitForTheBaseOfAJobThatItsRegistryHasNotSeenYet() {
    var task = start();
    var job = new TrainingJob(1, 7, 5, 10, 0, 2, 42, 0, 0, "windows");
    task.store(TrainingStore.JOBS).put("open".getBytes(UTF_8), job.encode());

    task = track(task.restart());
    task.punctuate();

    assertThat(progress.jobsOpen()).isEqualTo(1);
    assertThat(new TrainingStoreView(task).openJob()).isNotNull();
  }

  @Test
  void shouldTellTheRolloutWhatItDoes() {
    var task = start();
    task.punctuate();
    feed(task, history("a", 2), 0);
    awaitCandidate(task);

    assertThat(reports(task)).containsExactly("PRESENT", "ENTERED", "TRAINED");
    assertThat(requireNonNull(manifest(task).getReport()).getStatistics().hasRemaining()).isTrue();
  }

  @Test
  void shouldSayAgainWhatItIsAtAfterARestart() {
    publishing.set(false);
    var task = start();
    feed(task, history("a", 2), 0);

    task = track(task.restart());
    task.punctuate();

    assertThat(reports(task)).containsExactly("ENTERED");
  }

  @Test
  void shouldJoinARoundThatAnotherPartitionOpened() {
    properties.put(ProcessorsConfig.TRAINING_ENABLED, "false");
    var filled = start();
    feed(filled, history("a", 3), 0);
    properties.put(ProcessorsConfig.TRAINING_ENABLED, "true");
    var task = track(filled.moveTo(processor()));

    feed(task, List.of(join(0)), 50);
    awaitCandidate(task);

    assertThat(manifest(task).getProvenance())
        .containsEntry("training.cause", "drift")
        .containsEntry("data.windows", "3");
    assertThat(manifest(task).getBaseVersion()).isZero();
  }

  @Test
  void shouldAbstainFromARoundWithoutHistoryOrNews() {
    var task = start();
    feed(task, List.of(join(0)), 0);
    assertThat(reports(task)).containsExactly("ABSTAINED");

    feed(task, history("a", 2), 1);
    awaitCandidate(task);
    feed(task, List.of(join(0)), 50);

    assertThat(reports(task)).containsExactly("ABSTAINED", "ENTERED", "TRAINED", "ABSTAINED");
    assertThat(progress.jobsOpen()).isZero();
  }

  @Test
  void shouldNotAnswerARoundThatItIsIn() {
    publishing.set(false);
    var task = start();
    feed(task, history("a", 2), 0);
    feed(task, List.of(join(0)), 50);

    assertThat(reports(task)).containsExactly("ENTERED");
    assertThat(progress.jobsOpen()).isEqualTo(1);
  }

  @Test
  void shouldGiveUpAJobOfAnotherReleasesLayout() {
    var task = start();
    task.store(TrainingStore.JOBS).put("open".getBytes(UTF_8), new byte[] {9, 9});

    task = track(task.restart());
    feed(task, history("a", 2), 0);
    awaitCandidate(task);

    assertThat(progress.candidatesSent()).isEqualTo(1);
  }

  @Test
  void shouldKeepHistoryWhileTrainingIsOff() {
    properties.put(ProcessorsConfig.TRAINING_ENABLED, "false");
    var task = start();
    feed(task, history("a", 3), 0);
    assertThat(progress.jobsOpen()).isZero();

    properties.put(ProcessorsConfig.TRAINING_ENABLED, "true");
    var on = track(task.moveTo(processor()));
    feed(on, history("b", 1), 50);
    awaitCandidate(on);

    assertThat(manifest(on).getProvenance()).containsEntry("data.windows", "4");
  }

  @Test
  void shouldLeaveOutRecordsThatAreNoWindows() {
    var task = start();

    feed(task, List.of(new Record<>(HistoryKey.of(0, new byte[] {1}), new byte[] {5}, 0L)), 0);
    feed(task, List.of(new Record<>(new byte[] {1}, new byte[] {5}, 0L)), 1);
    feed(task, history("a", 2), 2);
    awaitCandidate(task);

    assertThat(manifest(task).getProvenance()).containsEntry("data.windows", "2");
    assertThat(progress.windowsConsumed()).isEqualTo(6);
  }

  @Test
  void shouldPutAValueThatCameTooLateIntoItsWindow() {
    ProcessorsConfig config = config();
    SchemaRegistry schemas = SchemaRegistry.from(config.kafkaProperties());
    MockTask<byte[], byte[], byte[], SpecificRecord> forecasting =
        MockTask.start(
            ForecastProcessor.ofBytes(
                config,
                schemas,
                new ModelRegistry<>(new ForecasterFormat(config.forecasterSpec()), "test"),
                new Progress()));
    for (int event = 0; event < 3 * WINDOW - 1; event++) {
      send(forecasting, "a", event, event == 12 ? -50 : event, event);
    }
    send(forecasting, "a", 12, 12, 100);
    var task = start();

    feed(task, history(forecasting, schemas), 0);

    for (int slot : new int[] {1, 5}) {
      StoredWindow window = window(task, slot);
      long[] times = new long[WINDOW];
      double[] values = new double[WINDOW];
      window.copyInto(times, values, new Absence[WINDOW], 0);
      assertThat(values).as("slot %d", slot).containsExactly(8, 9, 10, 11, 12, 13, 14, 15);
      assertThat(times[4]).isEqualTo(time(12));
    }
    assertThat(progress.windowsConsumed()).isEqualTo(5);
  }

  private static StoredWindow window(MockTask<byte[], byte[], String, ModelRecord> task, int slot) {
    byte[] key = HistoryKey.of(slot, "a".getBytes(UTF_8));
    byte[] stored = new byte[key.length + 1];
    stored[0] = 'c';
    System.arraycopy(key, 0, stored, 1, key.length);
    return requireNonNull(
        StoredWindow.decode(key, requireNonNull(task.store(TrainingStore.WINDOWS).get(stored))));
  }

  private String digestOfUndisturbedTraining() {
    var task = start();
    feed(task, history("a", 2), 0);
    awaitCandidate(task);
    return manifest(task).getDigest();
  }

  /// Whether a training that starts now would find the thread free: the one before has ended.
  private static boolean trainedOnce() {
    var probe = TrainingExecutor.shared().start(cancelled -> new TrainingOutcome.Cancelled());
    await().until(() -> probe != null && probe.outcome() != null);
    return true;
  }

  private MockTask<byte[], byte[], String, ModelRecord> start() {
    return track(MockTask.start(processor()));
  }

  private MockTask<byte[], byte[], String, ModelRecord> track(
      MockTask<byte[], byte[], String, ModelRecord> task) {
    tasks.add(task);
    return task;
  }

  private TrainingProcessor<Forecaster> processor() {
    return processor(TrainingExecutor.shared());
  }

  private TrainingProcessor<Forecaster> processor(TrainingExecutor executor) {
    return processor(
        executor, new ModelRegistry<>(new ForecasterFormat(config().forecasterSpec()), "test"));
  }

  private TrainingProcessor<Forecaster> processor(
      TrainingExecutor executor, ModelRegistry<Forecaster> registry) {
    ProcessorsConfig config = config();
    return TrainingProcessor.ofForecasters(
        config,
        SchemaRegistry.from(config.kafkaProperties()),
        registry,
        progress,
        executor,
        publishing::get);
  }

  private static void feed(
      MockTask<byte[], byte[], String, ModelRecord> task,
      List<Record<byte[], byte[]>> records,
      long firstOffset) {
    for (int index = 0; index < records.size(); index++) {
      task.process("small-history", firstOffset + index, records.get(index));
    }
  }

  private static void awaitCandidate(MockTask<byte[], byte[], String, ModelRecord> task) {
    await()
        .until(
            () -> {
              task.punctuate();
              return !records(task).isEmpty();
            });
  }

  private void awaitClosed(MockTask<byte[], byte[], String, ModelRecord> task) {
    await()
        .until(
            () -> {
              task.punctuate();
              return progress.jobsOpen() == 0;
            });
  }

  private static List<ModelRecord> records(MockTask<byte[], byte[], String, ModelRecord> task) {
    return task.forwarded().stream()
        .<ModelRecord>map(forward -> forward.record().value())
        .filter(record -> !isReportAlone(record))
        .toList();
  }

  private static boolean isReportAlone(ModelRecord record) {
    return record.getContent() instanceof ModelManifest manifest && manifest.getDigest().isEmpty();
  }

  private static List<String> reports(MockTask<byte[], byte[], String, ModelRecord> task) {
    return task.forwarded().stream()
        .map(forward -> forward.record().value().getContent())
        .filter(ModelManifest.class::isInstance)
        .map(manifest -> requireNonNull(((ModelManifest) manifest).getReport()).getKind())
        .toList();
  }

  private Record<byte[], byte[]> join(int baseVersion) {
    ProcessorsConfig config = config();
    SchemaRegistry schemas = SchemaRegistry.from(config.kafkaProperties());
    var serializer = schemas.serde(HistoryWindow.class, config.topics().history()).serializer();
    HistoryWindow signal =
        TrainingSignal.of(new TrainingRound(baseVersion, 0L, "drift", 3, List.of(1)));
    return new Record<>(
        TrainingSignal.roundKey(),
        serializer.serialize(config.topics().history(), signal),
        time(0));
  }

  private static ModelManifest manifest(MockTask<byte[], byte[], String, ModelRecord> task) {
    return (ModelManifest) records(task).getLast().getContent();
  }

  private List<Record<byte[], byte[]>> history(String series, int windows) {
    return history(series, windows, config());
  }

  private ProcessorsConfig config() {
    return ProcessorsConfig.of(properties);
  }

  /// History as the forecasting processor writes it: each window once for its newest slot, and once
  /// more if the reservoir takes it.
  private List<Record<byte[], byte[]>> history(
      String series, int windows, ProcessorsConfig written) {
    ProcessorsConfig config = config();
    SchemaRegistry schemas = SchemaRegistry.from(config.kafkaProperties());
    MockTask<byte[], byte[], byte[], SpecificRecord> forecasting =
        MockTask.start(
            ForecastProcessor.ofBytes(
                written,
                schemas,
                new ModelRegistry<>(new ForecasterFormat(written.forecasterSpec()), "test"),
                new Progress()));
    for (int event = 0; event < windows * WINDOW; event++) {
      send(forecasting, series, event, 20 + 5 * Math.sin(event * 0.7), event);
    }
    return history(forecasting, schemas);
  }

  private static void send(
      MockTask<byte[], byte[], byte[], SpecificRecord> forecasting,
      String series,
      int event,
      double value,
      long offset) {
    byte[] text = Double.toString(value).getBytes(UTF_8);
    forecasting.process(
        "measurements", offset, new Record<>(series.getBytes(UTF_8), text, time(event)));
  }

  private List<Record<byte[], byte[]>> history(
      MockTask<byte[], byte[], byte[], SpecificRecord> forecasting, SchemaRegistry schemas) {
    ProcessorsConfig config = config();
    var serializer = schemas.serde(HistoryWindow.class, config.topics().history()).serializer();
    return forecasting.forwarded(ForecastProcessor.HISTORY).stream()
        .map(
            record ->
                new Record<>(
                    (byte[]) record.key(),
                    serializer.serialize("small-history", (HistoryWindow) record.value()),
                    record.timestamp()))
        .toList();
  }

  private Record<byte[], byte[]> signal(String cause) {
    ProcessorsConfig config = config();
    SchemaRegistry schemas = SchemaRegistry.from(config.kafkaProperties());
    var serializer = schemas.serde(HistoryWindow.class, config.topics().history()).serializer();
    return new Record<>(
        TrainingSignal.key(),
        serializer.serialize(config.topics().history(), TrainingSignal.of(cause, 0)),
        time(0));
  }

  private static long time(int event) {
    return 60_000L * (event + 1);
  }

  @SuppressWarnings("NullAway") // A tombstone.
  private static byte[] noValue() {
    return null;
  }

  /// A thread on which every training ends in the same way: the trainer itself mends almost all.
  private static final class EndingIn extends TrainingExecutor {
    private final Function<BooleanSupplier, TrainingOutcome> end;

    EndingIn(Function<BooleanSupplier, TrainingOutcome> end) {
      super(1);
      this.end = end;
    }

    @Override
    @Nullable Run start(Function<BooleanSupplier, TrainingOutcome> training) {
      return super.start(end);
    }
  }

  /// What is in a task's stores.
  private static final class TrainingStoreView {
    private final MockTask<byte[], byte[], String, ModelRecord> task;

    TrainingStoreView(MockTask<byte[], byte[], String, ModelRecord> task) {
      this.task = task;
    }

    byte @Nullable [] openJob() {
      return task.store(TrainingStore.JOBS).get("open".getBytes(UTF_8));
    }

    int held() {
      int held = 0;
      try (var entries = task.store(TrainingStore.WINDOWS).all()) {
        while (entries.hasNext()) {
          held += entries.next().key[0] == 'h' ? 1 : 0;
        }
      }
      return held;
    }
  }
}
