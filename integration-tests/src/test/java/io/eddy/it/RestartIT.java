package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.Answers.Answer;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.KeyStates;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Origin;
import io.eddy.it.scenario.SmallModel;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.avro.Forecast;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A restart is not to be seen in what an application says: the same bytes as of one that was never
/// stopped, whether its disk is found again or all state comes back from the changelog.
///
/// The runs answer naively at first, then under a version that is imported between two batches, and
/// are restarted once before and once after.
@ExtendWith(ClusterExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestartIT {
  private static final int PARTITIONS = 2;
  private static final Waves WAVES = new Waves(6, PARTITIONS);

  // Not at window borders, so that anchors and half windows must come back, too.
  private static final int[] STOPS = {21, 43, 69, 95};

  private Run undisturbed;

  /// What a run has left behind.
  private record Run(SortedMap<Origin, Answer> answers, SortedMap<String, Bytes> states) {}

  @BeforeAll
  void runUndisturbed(KafkaCluster cluster) {
    TestApplication application = create(cluster);
    try (Instance instance = application.start()) {
      send(application, instance, 0, STOPS[0]);
      send(application, instance, STOPS[0], STOPS[1]);
      swap(application, instance);
      send(application, instance, STOPS[1], STOPS[2]);
      send(application, instance, STOPS[2], STOPS[3]);
    }
    undisturbed = left(application);
  }

  @ParameterizedTest
  @EnumSource
  void shouldAnswerTheSameBytesAsWithoutRestarts(Disk disk, KafkaCluster cluster) {
    requireSameBytes(create(cluster), disk);
  }

  /// Which holds back what goes to store and changelog until a commit.
  @ParameterizedTest
  @EnumSource
  void shouldAnswerTheSameBytesBehindACache(Disk disk, KafkaCluster cluster) {
    requireSameBytes(
        create(cluster, Map.of(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, "1000000")), disk);
  }

  private void requireSameBytes(TestApplication application, Disk disk) {
    try (StateDirectory state = StateDirectory.create()) {
      try (Instance first = application.start(state)) {
        send(application, first, 0, STOPS[0]);
      }
      disk.afterStop(state);
      try (Instance second = application.start(state)) {
        send(application, second, STOPS[0], STOPS[1]);
        swap(application, second);
        send(application, second, STOPS[1], STOPS[2]);
      }
      disk.afterStop(state);
      try (Instance third = application.start(state)) {
        send(application, third, STOPS[2], STOPS[3]);
      }
    }
    Run restarted = left(application);

    assertThat(restarted.answers().keySet()).isEqualTo(undisturbed.answers().keySet());
    restarted
        .answers()
        .forEach(
            (origin, answer) -> {
              Answer expected = Objects.requireNonNull(undisturbed.answers().get(origin));
              assertThat(answer.forecast()).isEqualTo(expected.forecast());
              assertThat(answer).isEqualTo(expected);
            });
    assertThat(restarted.states()).isEqualTo(undisturbed.states());
  }

  @Test
  void shouldHaveRestartedUnderNoVersionAndUnderOne() {
    assertThat(undisturbed.answers().values())
        .extracting(Answer::forecast)
        .allSatisfy(
            forecast ->
                assertThat(forecast.getModelVersion())
                    .isEqualTo(forecast.getSteps() <= STOPS[1] ? 0 : 1))
        .extracting(Forecast::getSteps)
        .contains((long) STOPS[3]);
  }

  private static TestApplication create(KafkaCluster cluster) {
    return create(cluster, Map.of());
  }

  private static TestApplication create(KafkaCluster cluster, Map<String, String> further) {
    Map<String, String> settings = new HashMap<>(further);
    settings.put(ProcessorsConfig.TRAINING_ENABLED, "false");
    return TestApplication.create(cluster, "restart", PARTITIONS, settings);
  }

  private static void send(TestApplication application, Instance instance, int from, int to) {
    long before = instance.progress().answered();
    application.send(WAVES.steps(from, to));
    instance.awaitProcessed(before + (long) WAVES.keys() * (to - from));
  }

  private static void swap(TestApplication application, Instance instance) {
    application.importModel(SmallModel.train(application.config().forecasterSpec()));
    instance.awaitDecision(1);
  }

  private static Run left(TestApplication application) {
    var answers = Answers.await(application).byOrigin();
    return new Run(answers, KeyStates.read(application));
  }
}
