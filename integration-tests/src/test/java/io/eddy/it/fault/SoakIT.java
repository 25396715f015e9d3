package io.eddy.it.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.ForkedInstance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.ProcessFigures;
import io.eddy.it.cluster.ProcessFigures.Sample;
import io.eddy.it.cluster.PublishedModels;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.cluster.TopicReader;
import io.eddy.it.scenario.Event;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.avro.Forecast;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// An instance in a process of its own, at a fixed rate and for a long time, trains and swaps again
/// and again: what it takes of the machine and how long answers take do not grow.
///
/// `mvn -Pfaults verify -Dit.test=SoakIT [-Deddy.it.soak.minutes=10] [-Deddy.it.soak.rate=240]`
@ExtendWith(ClusterExtension.class)
@Tag("faults")
class SoakIT {
  private static final Waves WAVES = new Waves(24, 4);
  private static final int MINUTES = Integer.getInteger("eddy.it.soak.minutes", 10);
  private static final int EVENTS_PER_SECOND = Integer.getInteger("eddy.it.soak.rate", 240);
  private static final int SECONDS_BETWEEN_SAMPLES = 10;
  private static final long MIB = 1 << 20;

  private final List<Sample> samples = new ArrayList<>();

  /// When each step's events were sent, epoch milliseconds, by their event time.
  private final Map<Long, Long> sentAt = new HashMap<>();

  @Test
  void shouldTakeNoMoreOfItsMachineTheLongerItRuns(KafkaCluster cluster) {
    TestApplication application =
        TestApplication.create(
            cluster,
            "soak",
            WAVES.partitions(),
            Map.of(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                StreamsConfig.EXACTLY_ONCE_V2,
                StreamsConfig.NUM_STREAM_THREADS_CONFIG,
                "2",
                ProcessorsConfig.TRAINING_GROWTH,
                "0.5"));

    run(application);

    Answers answers = Answers.await(application);
    assertThat(answers.byOrigin().keySet()).isEqualTo(application.sent().keySet());
    int decisions = PublishedModels.versions(application).decisions().size();
    assertThat(decisions).as("swaps").isPositive();
    List<Long> latencies = latencies(application);
    assertFlat("heap", Sample::heapBytes, 0.1, 4 * MIB);
    assertFlat("resident memory", Sample::residentBytes, 0.1, 8 * MIB);
    assertFlat("threads", Sample::threads, 0, 2);
    assertFlat("open files", Sample::openFiles, 0.1, 4);
    long before = median(third(latencies, 1));
    long after = median(third(latencies, 2));
    assertThat(after).as("median latency in ms, in the last third").isLessThan(2 * before + 50);
    FaultReport.add(
        "soak",
        "%d minutes at %d events/s, 2 threads, exactly-once".formatted(MINUTES, EVENTS_PER_SECOND),
        "one answer per event; heap, memory, threads, files and latency flat",
        ("%,d events, %d decisions; second and last third: %s; from sent to answered, median %d and"
                + " %d ms, 99 %% %d and %d ms")
            .formatted(
                answers.all().size(),
                decisions,
                figures(),
                before,
                after,
                percentile(third(latencies, 1), 0.99),
                percentile(third(latencies, 2), 0.99)));
  }

  private void run(TestApplication application) {
    try (StateDirectory disk = StateDirectory.create();
        ForkedInstance instance = application.fork(disk, Map.of())) {
      send(application, 0, 1);
      Patience.await("the first commit").until(() -> application.committedInput() > 0);
      try (ProcessFigures figures = instance.figures()) {
        int stepsPerSecond = EVENTS_PER_SECOND / WAVES.keys();
        long started = System.nanoTime();
        int step = 1;
        for (int second = 0; second < 60 * MINUTES; second++) {
          send(application, step, step + stepsPerSecond);
          step += stepsPerSecond;
          if (second % SECONDS_BETWEEN_SAMPLES == 0) {
            instance.requireAlive();
            samples.add(figures.sample());
          }
          // The rate is the test.
          awaitTime(started + Duration.ofSeconds(second + 1).toNanos());
        }
      }
      Patience.await("all input committed")
          .until(application::committedInput, done -> done >= application.sent().size());
      assertThat(instance.stop()).as(instance.said()).isZero();
    }
  }

  private void send(TestApplication application, int from, int to) {
    List<Event> events = WAVES.steps(from, to);
    events.forEach(event -> sentAt.put(event.time(), System.currentTimeMillis()));
    application.send(events);
  }

  private static void awaitTime(long nanoTime) {
    for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /// From an event's sending to the append of its answer, in the order of the answers;
  /// milliseconds.
  private List<Long> latencies(TestApplication application) {
    String topic = application.topics().forecasts();
    var deserializer = application.registry().serde(Forecast.class, topic).deserializer();
    Map<Long, List<Long>> byTime = new TreeMap<>();
    for (var answer : TopicReader.readAll(application.cluster(), topic)) {
      Forecast forecast = deserializer.deserialize(topic, answer.headers(), answer.value());
      long sent = Objects.requireNonNull(sentAt.get(forecast.getEventTime().toEpochMilli()));
      byTime
          .computeIfAbsent(answer.timestamp(), time -> new ArrayList<>())
          .add(answer.timestamp() - sent);
    }
    return byTime.values().stream().flatMap(List::stream).toList();
  }

  private void assertFlat(
      String what, ToLongFunction<Sample> figure, double share, long allowance) {
    long before = median(values(1, figure));
    long after = median(values(2, figure));
    assertThat(after)
        .as("%s, median of the last third against %,d of the one before: %s", what, before, samples)
        .isLessThanOrEqualTo(before + (long) (share * before) + allowance);
  }

  private String figures() {
    return ("heap after collection %d and %d MiB, resident %d and %d MiB, threads %d and %d, open"
            + " files %d and %d")
        .formatted(
            median(values(1, Sample::heapBytes)) / MIB,
            median(values(2, Sample::heapBytes)) / MIB,
            median(values(1, Sample::residentBytes)) / MIB,
            median(values(2, Sample::residentBytes)) / MIB,
            median(values(1, Sample::threads)),
            median(values(2, Sample::threads)),
            median(values(1, Sample::openFiles)),
            median(values(2, Sample::openFiles)));
  }

  private List<Long> values(int third, ToLongFunction<Sample> figure) {
    return third(samples, third).stream().map(figure::applyAsLong).toList();
  }

  /// The first third, number 0, is for warming up.
  private static <T> List<T> third(List<T> all, int number) {
    return all.subList(number * all.size() / 3, (number + 1) * all.size() / 3);
  }

  private static long median(List<Long> values) {
    return percentile(values, 0.5);
  }

  private static long percentile(List<Long> values, double share) {
    List<Long> sorted = values.stream().sorted().toList();
    return sorted.get((int) (share * (sorted.size() - 1)));
  }
}
