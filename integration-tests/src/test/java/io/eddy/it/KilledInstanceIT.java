package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.Answers.Answer;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.ForkedInstance;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.KeyStates;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.cluster.TopicReader;
import io.eddy.it.scenario.Origin;
import io.eddy.it.scenario.SmallModel;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// An instance is killed by SIGKILL when it has answered a good part of its input and committed
/// nothing of that part, and another one takes over.
///
/// Under exactly-once that is not to be seen in what was committed: one forecast per event, the
/// same bytes as without the kill. Under at-least-once nothing is lost: events may be answered
/// twice, the second time flagged, and none steps its key's state twice.
///
/// All runs answer under an imported version, so that there is a network's state to lose.
@ExtendWith(ClusterExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledInstanceIT {
  private static final int PARTITIONS = 2;
  private static final Waves WAVES = new Waves(10, PARTITIONS);
  private static final int STEPS_COMMITTED = 30;
  private static final int STEPS_AT_THE_KILL = 75;
  private static final int STEPS = 100;

  /// Events that the kill must undo.
  private static final int UNCOMMITTED = 150;

  /// Long enough that nothing is committed between a look at what is done and the kill.
  private static final Map<String, String> RARE_COMMITS =
      Map.of(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "3000");

  private SortedMap<Origin, Answer> undisturbed;
  private SortedMap<String, Bytes> undisturbedStates;

  @BeforeAll
  void runUndisturbed(KafkaCluster cluster) {
    TestApplication application = create(cluster, StreamsConfig.EXACTLY_ONCE_V2);
    try (Instance instance = application.start()) {
      swap(application, instance);
      application.send(WAVES.steps(0, STEPS));
      instance.awaitProcessed((long) STEPS * WAVES.keys());
    }
    undisturbed = Answers.await(application).byOrigin();
    undisturbedStates = KeyStates.read(application);
  }

  @Test
  void shouldAnswerEachEventOnceUnderExactlyOnce(KafkaCluster cluster) {
    TestApplication application = create(cluster, StreamsConfig.EXACTLY_ONCE_V2);

    runKilled(application, Disk.KEPT);

    assertThat(forecastsSent(application))
        .as("forecasts sent, those that the kill undid included")
        .isGreaterThan(application.sent().size());
    var answers = Answers.await(application).byOrigin();
    assertThat(answers.keySet()).isEqualTo(undisturbed.keySet());
    answers.values().forEach(this::assertUndisturbed);
    assertThat(KeyStates.read(application)).isEqualTo(undisturbedStates);
  }

  @ParameterizedTest
  @EnumSource
  void shouldLoseNothingAndStepNoStateTwiceUnderAtLeastOnce(Disk disk, KafkaCluster cluster) {
    TestApplication application = create(cluster, StreamsConfig.AT_LEAST_ONCE);

    runKilled(application, disk);

    Set<Origin> answered = new HashSet<>();
    int redelivered = 0;
    for (Answer answer : Answers.await(application).all()) {
      answered.add(answer.origin());
      if (answer.forecast().getRedelivered()) {
        redelivered++;
        assertThat(answer.forecast().getSteps()).isBetween(1L, (long) STEPS);
      } else {
        assertUndisturbed(answer);
      }
    }
    assertThat(answered).isEqualTo(undisturbed.keySet());
    assertThat(redelivered).as("answers to events that were delivered again").isPositive();
    assertThat(KeyStates.read(application)).isEqualTo(undisturbedStates);
  }

  private void assertUndisturbed(Answer answer) {
    Answer expected = Objects.requireNonNull(undisturbed.get(answer.origin()));
    assertThat(answer.forecast()).isEqualTo(expected.forecast());
    assertThat(answer).isEqualTo(expected);
  }

  // ---- the run ----------------------------------------------------------------------------------

  private static TestApplication create(KafkaCluster cluster, String guarantee) {
    return TestApplication.create(
        cluster,
        "killed",
        PARTITIONS,
        Map.of(
            StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
            guarantee,
            ProcessorsConfig.TRAINING_ENABLED,
            "false"));
  }

  private static void swap(TestApplication application, Instance instance) {
    application.importModel(SmallModel.train(application.config().forecasterSpec()));
    instance.awaitDecision(1);
  }

  private static void runKilled(TestApplication application, Disk disk) {
    try (StateDirectory state = StateDirectory.create()) {
      try (Instance before = application.start(state)) {
        swap(application, before);
      }
      try (ForkedInstance killed = application.fork(state, RARE_COMMITS)) {
        application.send(WAVES.steps(0, STEPS_COMMITTED));
        awaitCommitted(application, killed, STEPS_COMMITTED);
        application.send(WAVES.steps(STEPS_COMMITTED, STEPS_AT_THE_KILL));
        awaitUncommitted(application, killed);
        killed.kill();
      }
      assertThat(uncommitted(application))
          .as("events answered and not committed at the kill")
          .isGreaterThanOrEqualTo(UNCOMMITTED);
      disk.afterStop(state);

      application.send(WAVES.steps(STEPS_AT_THE_KILL, STEPS));
      try (ForkedInstance next = application.fork(state, Map.of())) {
        awaitCommitted(application, next, STEPS);
        assertThat(next.stop()).as("exit code after SIGTERM").isZero();
      }
    }
  }

  private static void awaitCommitted(
      TestApplication application, ForkedInstance instance, int steps) {
    Patience.await("input committed")
        .until(
            () -> {
              instance.requireAlive();
              return application.committedInput();
            },
            committed -> committed >= (long) steps * WAVES.keys());
  }

  private static void awaitUncommitted(TestApplication application, ForkedInstance instance) {
    Patience.await("events answered and not committed")
        .until(
            () -> {
              instance.requireAlive();
              return uncommitted(application);
            },
            uncommitted -> uncommitted >= UNCOMMITTED);
  }

  private static long uncommitted(TestApplication application) {
    return forecastsSent(application) - application.committedInput();
  }

  /// Committed forecasts, and those of transactions that are open or were aborted.
  private static int forecastsSent(TestApplication application) {
    String topic = application.topics().forecasts();
    try (TopicReader forecasts = TopicReader.uncommitted(application.cluster(), topic)) {
      return forecasts.read().size();
    }
  }
}
