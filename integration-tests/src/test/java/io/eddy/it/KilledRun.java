package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.Answers.Answer;
import io.eddy.it.cluster.ForkedInstance;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.KeyStates;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.cluster.TopicReader;
import io.eddy.it.scenario.SmallModel;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import java.util.Map;
import java.util.SortedMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;

/// A run whose instance is killed by SIGKILL while it has answered a good part of its input and
/// committed nothing of that part; another one takes over. Beside it a run of the same events that
/// nobody disturbs.
///
/// Both answer under an imported version, so that there is a network's state to lose.
final class KilledRun {
  private static final int PARTITIONS = 2;
  private static final Waves WAVES = new Waves(10, PARTITIONS);
  private static final int STEPS_COMMITTED = 30;
  private static final int STEPS_KILLED = 75;
  private static final int STEPS = 100;

  /// Long enough that nothing is committed between the look at what is done and the kill.
  private static final Map<String, String> RARE_COMMITS =
      Map.of(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "3000");

  private final TestApplication application;

  private KilledRun(TestApplication application) {
    this.application = application;
  }

  /// Runs to the end without a kill, in this process.
  static KilledRun undisturbed(KafkaCluster cluster, String guarantee) {
    TestApplication application = create(cluster, guarantee);
    try (Instance instance = application.start()) {
      swap(application, instance);
      application.send(WAVES.steps(0, STEPS));
      instance.awaitProcessed(STEPS * (long) WAVES.keys());
    }
    return new KilledRun(application);
  }

  /// Runs to the end with a kill in the middle.
  static KilledRun killed(KafkaCluster cluster, String guarantee) {
    TestApplication application = create(cluster, guarantee);
    try (StateDirectory state = StateDirectory.create()) {
      try (Instance before = application.start(state)) {
        swap(application, before);
      }
      try (ForkedInstance first = application.fork(state, RARE_COMMITS)) {
        application.send(WAVES.steps(0, STEPS_COMMITTED));
        awaitCommitted(application, first, STEPS_COMMITTED);
        application.send(WAVES.steps(STEPS_COMMITTED, STEPS_KILLED));
        awaitAnswered(application, first, STEPS_COMMITTED + (STEPS_KILLED - STEPS_COMMITTED) / 2);
        first.kill();
      }
      assertThat(application.committedInput())
          .as("input committed before the kill")
          .isEqualTo((long) STEPS_COMMITTED * WAVES.keys());

      application.send(WAVES.steps(STEPS_KILLED, STEPS));
      try (ForkedInstance second = application.fork(state, Map.of())) {
        awaitCommitted(application, second, STEPS);
        assertThat(second.stop()).as("exit code after SIGTERM").isZero();
      }
    }
    return new KilledRun(application);
  }

  private static TestApplication create(KafkaCluster cluster, String guarantee) {
    return TestApplication.create(
        cluster,
        "killed",
        PARTITIONS,
        Map.of(
            StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee,
            ProcessorsConfig.TRAINING_ENABLED, "false"));
  }

  private static void swap(TestApplication application, Instance instance) {
    application.importModel(SmallModel.train(application.config().forecasterSpec()));
    instance.awaitDecision(1);
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

  private static void awaitAnswered(
      TestApplication application, ForkedInstance instance, int steps) {
    try (TopicReader reader =
        TopicReader.uncommitted(application.cluster(), application.topics().forecasts())) {
      Patience.await("forecasts sent")
          .until(
              () -> {
                instance.requireAlive();
                return reader.read().size();
              },
              sent -> sent >= steps * WAVES.keys());
    }
  }

  TestApplication application() {
    return application;
  }

  int events() {
    return application.sent().size();
  }

  /// All committed forecasts.
  Answers answers() {
    return Answers.await(application, events());
  }

  /// The committed forecasts, and those of transactions that were aborted.
  int forecastsSent() {
    try (TopicReader reader =
        TopicReader.uncommitted(application.cluster(), application.topics().forecasts())) {
      return reader.read().size();
    }
  }

  SortedMap<String, Bytes> states() {
    return KeyStates.read(application);
  }

  /// The answer that an undisturbed run gave to the same event.
  static void assertSame(Answer answer, Answer undisturbed) {
    assertThat(answer.forecast()).isEqualTo(undisturbed.forecast());
    assertThat(answer).isEqualTo(undisturbed);
  }
}
