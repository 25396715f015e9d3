package io.eddy.deploy.bench.stream;

import io.eddy.deploy.app.Cluster;
import io.eddy.deploy.app.Companion;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.app.RunningApplication;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.deploy.process.TemporaryFolder;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.StreamsConfig;

/// Measures how long events wait for their answers, through the broker, at a fixed rate: of a
/// topology that answers with constants, and of the whole application, which trains its first model
/// meanwhile and changes over to it.
public final class LatencyBench {
  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final Duration START_MAX = Duration.ofMinutes(1);
  private static final Duration WARM_UP = Duration.ofSeconds(10);
  private static final Duration SWAP = Duration.ofSeconds(2);

  /// Each key has an event in so many seconds.
  private static final double SECONDS_PER_KEY = 0.2;

  private final io.eddy.deploy.backtest.Progress work;
  private final Duration steady;
  private final int updates;

  /// @param steady how long what runs without a training is measured
  /// @param updates steps of the training's optimiser
  public LatencyBench(io.eddy.deploy.backtest.Progress work, Duration steady, int updates) {
    this.work = work;
    this.steady = steady;
    this.updates = updates;
  }

  /// Measures at a rate and reports line by line.
  ///
  /// @param cluster settings of clients; without `bootstrap.servers` a broker is started here
  /// @param shape whose keys are ignored: there are as many as have five events a second each
  public void run(
      Map<String, String> cluster, StreamCase shape, double rate, Consumer<LatencyLine> lines) {
    int keys = (int) Math.max(1, Math.round(rate * SECONDS_PER_KEY));
    var resized =
        new StreamCase(
            shape.network(), keys, shape.horizon(), shape.store(), false, shape.guarantee(), 1);
    try (var broker = Broker.open(cluster);
        var registry = SchemaRegistry.from(Map.of(SchemaRegistry.URL_CONFIG, "mock://eddy-bench"));
        var folder = TemporaryFolder.create("eddy-bench-")) {
      var measured = new Measured(resized, rate, lines);
      work.begin("identity, %,.0f events/s".formatted(rate), -1);
      identity(measured, broker, registry, folder.path());
      work.begin("eddy, %,.0f events/s".formatted(rate), -1);
      eddy(measured, broker, folder.path());
    }
  }

  /// What is measured, and who is told.
  private record Measured(StreamCase shape, double rate, Consumer<LatencyLine> lines) {
    void report(Contender.Kind kind, String phase, long[] waits) {
      if (waits.length == 0) {
        throw new UserException(
            ExitCode.FAILED, "no event was due in the phase \"" + phase + "\", it was too short");
      }
      lines.accept(
          new LatencyLine(
              "latency",
              kind.name().toLowerCase(Locale.ROOT),
              phase,
              rate,
              shape.guarantee().toString(),
              waits.length,
              millis(waits, 0.5),
              millis(waits, 0.99),
              millis(waits, 0.999),
              millis(waits, 1)));
    }

    private static double millis(long[] sorted, double share) {
      int at = (int) Math.ceil(share * sorted.length) - 1;
      return sorted[Math.max(0, at)] / 1e6;
    }
  }

  private void identity(Measured measured, Broker broker, SchemaRegistry registry, Path folder) {
    String topic = input(broker);
    var application =
        Application.create(Contender.Kind.IDENTITY, measured.shape(), topic, broker, registry);
    try (var contender = new Contender(application, folder, 0, new Restored())) {
      contender.awaitStart();
      contender.goOn();
      String answers = application.config(folder, "answers", 0).topics().forecasts();
      try (var traffic =
          new Traffic(
              broker,
              measured.rate(),
              LONGEST,
              new Events(measured.shape(), topic).inTurns(registry),
              answers)) {
        pause(WARM_UP);
        long from = System.nanoTime();
        pause(steady);
        long to = System.nanoTime();
        traffic.end();
        measured.report(Contender.Kind.IDENTITY, "steady", traffic.waits(from, to));
      }
    } finally {
      application.delete();
      broker.deleteTopics(topic);
    }
  }

  private void eddy(Measured measured, Broker broker, Path folder) {
    String topic = input(broker);
    String id = "eddy-bench-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
    Map<String, String> settings = new HashMap<>(measured.shape().settings());
    settings.putAll(broker.settings());
    settings.put(SchemaRegistry.URL_CONFIG, "mock://" + id);
    settings.put(ProcessorsConfig.INPUT_TOPIC, topic);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString());
    settings.put(ProcessorsConfig.TOPIC_REPLICATION_FACTOR, "1");
    // One training, of three windows of each key.
    settings.put(
        ProcessorsConfig.TRAINING_WINDOWS_MIN, Integer.toString(3 * measured.shape().keys()));
    settings.put(ProcessorsConfig.TRAINING_GROWTH, "1000");
    settings.put(ProcessorsConfig.TRAINING_UPDATES_MAX, Integer.toString(updates));
    settings.put(ProcessorsConfig.DRIFT_ENABLED, "false");
    var application = EddyApplication.of(settings);
    try (var admin = application.connect()) {
      application.topicPlan(admin).create(admin);
      Cluster.awaitTopics(admin, application.config().topics().all());
    }
    var progress = new Progress();
    var swapped = new AtomicLong();
    progress.onSwap(swap -> swapped.compareAndSet(0, System.nanoTime()));
    try (RunningApplication running = application.start(progress, () -> true, Companion.NONE)) {
      running.awaitRunning(START_MAX, new StopSignal());
      IntFunction<ProducerRecord<byte[], byte[]>> events =
          new Events(measured.shape(), topic).inTurns(running.registry());
      try (var traffic =
          new Traffic(
              broker,
              measured.rate(),
              LONGEST,
              events,
              application.config().topics().forecasts())) {
        await("a training", () -> progress.jobsOpen() > 0);
        long training = System.nanoTime();
        await("a new version", () -> swapped.get() > 0);
        pause(WARM_UP);
        long from = System.nanoTime();
        pause(steady);
        long to = System.nanoTime();
        traffic.end();
        long swap = swapped.get();
        measured.report(Contender.Kind.EDDY, "steady", traffic.waits(from, to));
        measured.report(Contender.Kind.EDDY, "training", traffic.waits(training, swap));
        measured.report(Contender.Kind.EDDY, "swap", traffic.waits(swap, swap + SWAP.toNanos()));
      }
    } finally {
      broker.deleteTopics(id);
      broker.deleteTopics(topic);
    }
  }

  private static String input(Broker broker) {
    String topic = "eddy-bench-input-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
    broker.createTopics(List.of(topic), 1);
    return topic;
  }

  private static void pause(Duration duration) {
    long end = System.nanoTime() + duration.toNanos();
    for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new UserException(
            ExitCode.FAILED, what + " did not come within " + LONGEST.toMinutes() + " minutes");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
