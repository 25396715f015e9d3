package io.eddy.it.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.ForkedInstance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.ProcessFigures;
import io.eddy.it.cluster.ProcessFigures.Sample;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Event;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// More than usual at once, for an instance in a process of its own with a heap of 256 MiB: each
/// event is answered once, and the heap does not grow with what came.
///
/// `mvn -Pfaults verify -Dit.test=FloodIT [-Deddy.it.keys=200000] [-Deddy.it.seed=1]`
@ExtendWith(ClusterExtension.class)
@Tag("faults")
class FloodIT {
  private static final int PARTITIONS = 2;
  private static final int KEYS = Integer.getInteger("eddy.it.keys", 200_000);
  private static final int EVENTS = 50_000;
  private static final long SEED = Long.getLong("eddy.it.seed", 1);
  private static final int BATCH = 10_000;
  private static final long MIB = 1 << 20;
  private static final long HEAP_GROWTH_MAX = 32 * MIB;
  private static final Duration COMMIT_MAX = Duration.ofMinutes(30);

  private Duration took = Duration.ZERO;
  private Sample before = new Sample(0, 0, 0, 0);
  private Sample after = before;

  @Test
  void shouldAnswerManyNewKeysWithinBoundedMemory(KafkaCluster cluster) {
    TestApplication application = create(cluster, PARTITIONS);

    run(application, new Waves(KEYS, PARTITIONS).steps(0, 1));

    Answers.await(application).assertAsReplayed();
    report("flood of new keys", "%,d keys, one event each".formatted(KEYS), "as the replay");
  }

  @Test
  void shouldAnswerOneHotKeyWithinBoundedMemory(KafkaCluster cluster) {
    TestApplication application = create(cluster, 1);

    run(application, new Waves(1, 1).steps(0, EVENTS));

    Answers.await(application).assertAsReplayed();
    report("one hot key", "%,d events of one key".formatted(EVENTS), "as the replay");
  }

  @Test
  void shouldAnswerEventsOutOfOrderWithinBoundedMemory(KafkaCluster cluster) {
    TestApplication application = create(cluster, PARTITIONS);
    int keys = 10;
    List<Event> shuffled = new ArrayList<>(new Waves(keys, PARTITIONS).steps(0, EVENTS / keys));
    Collections.shuffle(shuffled, new Random(SEED));

    run(application, shuffled);

    Answers answers = Answers.await(application);
    assertThat(answers.byOrigin().keySet()).isEqualTo(application.sent().keySet());
    assertThat(answers.all())
        .allSatisfy(answer -> assertThat(answer.forecast().getForecastValue()).isFinite());
    long late = answers.all().stream().filter(answer -> answer.forecast().getLate()).count();
    report(
        "flood of events out of order",
        "%,d events of %d keys in random order, seed %d".formatted(shuffled.size(), keys, SEED),
        "once; %,d of them flagged late".formatted(late));
  }

  private static TestApplication create(KafkaCluster cluster, int partitions) {
    return TestApplication.create(
        cluster,
        "flood",
        partitions,
        Map.of(
            StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
            StreamsConfig.EXACTLY_ONCE_V2,
            ProcessorsConfig.TRAINING_ENABLED,
            "false"));
  }

  /// The heap is looked at when a tenth is done, when everything is loaded and warm, and at the
  /// end.
  private void run(TestApplication application, List<Event> events) {
    try (StateDirectory disk = StateDirectory.create();
        ForkedInstance instance = application.fork(disk, Map.of())) {
      int first = events.size() / 10;
      application.send(events.subList(0, first));
      awaitAll(application, instance);
      try (ProcessFigures figures = instance.figures()) {
        before = figures.sample();
        long started = System.nanoTime();
        for (int from = first; from < events.size(); from += BATCH) {
          application.send(events.subList(from, Math.min(from + BATCH, events.size())));
        }
        awaitAll(application, instance);
        took = Duration.ofNanos(System.nanoTime() - started);
        after = figures.sample();
      }
      assertThat(instance.stop()).as(instance.said()).isZero();
    }
    assertThat(after.heapBytes() - before.heapBytes())
        .as("growth of the heap: %s, then %s", before, after)
        .isLessThan(HEAP_GROWTH_MAX);
  }

  private static void awaitAll(TestApplication application, ForkedInstance instance) {
    Patience.await("all input committed")
        .atMost(COMMIT_MAX)
        .until(
            () -> {
              instance.requireAlive();
              return application.committedInput();
            },
            committed -> committed >= application.sent().size());
  }

  private void report(String fault, String done, String how) {
    FaultReport.add(
        fault,
        done + ", exactly-once, heap of 256 MiB",
        "each event answered " + how + "; heap bounded",
        "nine tenths in %,d ms; heap after collection %d, then %d MiB; resident %d, then %d MiB"
            .formatted(
                took.toMillis(),
                before.heapBytes() / MIB,
                after.heapBytes() / MIB,
                before.residentBytes() / MIB,
                after.residentBytes() / MIB));
  }
}
