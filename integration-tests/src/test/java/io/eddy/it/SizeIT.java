package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.size.Estimate;
import io.eddy.deploy.size.Workload;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.KeyStates;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.forecast.Footprint;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.utils.Bytes;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `eddy size` works out, against what a real broker then holds.
@ExtendWith(ClusterExtension.class)
class SizeIT {
  private static final int KEYS = 20;
  private static final int WARM_STEPS = 240;
  private static final int MEASURED_STEPS = 160;
  private static final Percentage WITHIN = Percentage.withPercentage(25);

  @ParameterizedTest
  @ValueSource(ints = {3, 24})
  void shouldForetellBytesPerKeyAndChangelogBytesPerEvent(int horizon, KafkaCluster cluster) {
    TestApplication application =
        TestApplication.create(
            cluster,
            "sized",
            1,
            Map.of(
                ProcessorsConfig.HORIZON, Integer.toString(horizon),
                ProcessorsConfig.HIDDEN_SIZE, "32",
                // The warm steps fill every slot; what comes then overwrites.
                ProcessorsConfig.HISTORY_RESERVOIR_SLOTS, "0",
                ProcessorsConfig.TRAINING_UPDATES_MAX, "4"));
    Waves waves = new Waves(KEYS, 1);
    Footprint footprint = Footprint.of(application.config(), Duration.ZERO);
    long changelogs;
    long topics;
    try (Instance instance = application.start()) {
      send(application, waves, 0, WARM_STEPS);
      long changelogsBefore = changelogBytes(application);
      long topicsBefore = topicBytes(application);
      send(application, waves, WARM_STEPS, WARM_STEPS + MEASURED_STEPS);
      changelogs = changelogBytes(application) - changelogsBefore;
      topics = topicBytes(application) - topicsBefore;
      instance.requireAlive();
    }

    int events = KEYS * MEASURED_STEPS;
    Estimate estimate = estimate(application.config(), footprint);
    assertThat(KeyStates.read(application).values())
        .extracting(Bytes::get)
        .allSatisfy(state -> assertThat(footprint.stateBytes()).isCloseTo(state.length, WITHIN));
    assertThat(estimate.changelogBytesPerEvent())
        .as("changelog bytes per event")
        .isCloseTo(changelogs / (double) events, WITHIN);
    assertThat(estimate.topicBytesPerEvent())
        .as("topic bytes per event")
        .isCloseTo(topics / (double) events, WITHIN);
  }

  /// At a rate that fills batches, as the test sends as fast as it can.
  private static Estimate estimate(ProcessorsConfig config, Footprint footprint) {
    var workload =
        new Workload(KEYS, 2000, 1, 1, 1, 0, "series-00".length(), 40, Duration.ofDays(7), 50e6);
    return new Estimate(workload, config, footprint);
  }

  private static void send(TestApplication application, Waves waves, int from, int to) {
    application.send(waves.steps(from, to));
    Patience.await("all events answered")
        .until(() -> application.committedInput() == (long) KEYS * to);
  }

  private static long changelogBytes(TestApplication application) {
    return bytes(
        application, topic -> topic.startsWith(application.id()) && topic.endsWith("-changelog"));
  }

  private static long topicBytes(TestApplication application) {
    Set<String> written =
        Set.of(
            application.topics().forecasts(),
            application.topics().history(),
            application.topics().scores());
    return bytes(application, written::contains);
  }

  private static long bytes(TestApplication application, Predicate<String> topics) {
    return KafkaCluster.await(
            application.cluster().admin().describeLogDirs(List.of(1)).allDescriptions())
        .values()
        .stream()
        .flatMap(directories -> directories.values().stream())
        .flatMap(directory -> directory.replicaInfos().entrySet().stream())
        .filter(replica -> topics.test(replica.getKey().topic()))
        .mapToLong(replica -> replica.getValue().size())
        .sum();
  }
}
