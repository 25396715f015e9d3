package io.eddy.deploy.bench.stream;

import io.eddy.deploy.backtest.Progress;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.TemporaryFolder;
import io.eddy.deploy.process.UserException;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// Measures how long an instance takes until it can answer: with nothing on its disk, with what it
/// left there, and where another one kept a copy.
public final class RestoreBench {
  private static final Duration COPY_MAX = Duration.ofMinutes(10);

  private final Progress progress;

  public RestoreBench(Progress progress) {
    this.progress = progress;
  }

  /// Fills an application with keys and starts it again and again.
  ///
  /// @param cluster settings of clients; without `bootstrap.servers` a broker is started here
  public RestoreLine run(Map<String, String> cluster, StreamCase shape) {
    try (var broker = Broker.open(cluster);
        var registry =
            SchemaRegistry.from(Map.of(SchemaRegistry.URL_CONFIG, "mock://eddy-bench"))) {
      String topic = "eddy-bench-input-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
      broker.createTopics(List.of(topic), shape.threads());
      progress.begin("events of %,d keys".formatted(shape.keys()), Events.warmUp(shape));
      new Events(shape, topic).sendWarmUp(broker, registry, progress::advance);
      var application = Application.create(Contender.Kind.EDDY, shape, topic, broker, registry);
      try {
        return run(application);
      } finally {
        application.delete();
        broker.deleteTopics(topic);
      }
    }
  }

  private RestoreLine run(Application application) {
    StreamCase shape = application.shape();
    progress.begin(shape.toString(), -1);
    try (var first = TemporaryFolder.create("eddy-bench-");
        var second = TemporaryFolder.create("eddy-bench-");
        var third = TemporaryFolder.create("eddy-bench-")) {
      try (var filling = new Contender(application, first.path(), 0, new Restored())) {
        filling.awaitStart();
        filling.run(Events.warmUpPerPartition(shape));
      }
      long bytes = application.broker().bytes(application::isChangelog);
      progress.begin("a start with an empty disk", -1);
      var restored = new Restored();
      double cold = start(application, second.path(), restored);
      progress.begin("a start with its disk", -1);
      double warm = start(application, second.path(), new Restored());
      progress.begin("an instance with a copy", -1);
      double takeover = takeOver(application, second.path(), third.path());
      return new RestoreLine(
          "restore",
          shape.network().toString(),
          shape.keys(),
          shape.storeName(),
          bytes,
          restored.records(),
          restored.seconds(),
          shape.keys() / restored.seconds(),
          bytes / restored.seconds() / 1e6,
          cold,
          warm,
          takeover);
    }
  }

  private static double start(Application application, Path folder, Restored restored) {
    long started = System.nanoTime();
    try (var contender = new Contender(application, folder, 0, restored)) {
      contender.awaitStart();
      return seconds(started);
    }
  }

  private static double takeOver(Application application, Path folder, Path other) {
    var leaving = new Contender(application, folder, 1, new Restored());
    try {
      leaving.awaitStart();
      leaving.goOn();
      try (var staying = new Contender(application, other, 1, new Restored())) {
        staying.goOn();
        long deadline = System.nanoTime() + COPY_MAX.toNanos();
        while (!staying.isAbreast()) {
          if (System.nanoTime() > deadline) {
            throw new UserException(
                ExitCode.FAILED,
                "the copy of the state is not as new as the state after " + COPY_MAX);
          }
          LockSupport.parkNanos(50_000_000);
        }
        long started = System.nanoTime();
        leaving.close();
        staying.awaitStart();
        return seconds(started);
      }
    } finally {
      leaving.close();
    }
  }

  private static double seconds(long sinceNanos) {
    return (System.nanoTime() - sinceNanos) / 1e9;
  }
}
