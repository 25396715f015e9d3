package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.app.CommandSender;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.ForkedInstance;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.PublishedModels;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Event;
import io.eddy.it.scenario.Waves;
import io.eddy.model.Answer;
import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.network.Forecaster;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.control.ControlCommands;
import io.eddy.schemas.avro.ModelManifest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Partitions that train one version together.
@ExtendWith(ClusterExtension.class)
class TrainingRoundIT {
  private static final int KEYS = 16;
  private static final int TRAININGS = 3;
  private static final int PARTITIONS = 4;
  private static final int WINDOWS = 8;
  private static final int STEPS = WINDOWS * TestApplication.WINDOW;
  private static final int HELD_OUT = 96;
  private static final Waves WAVES = new Waves(KEYS, PARTITIONS);

  /// A training opens when so many windows of each series are there.
  private static Map<String, String> settings(int partitions, int windowsOfEach) {
    Map<String, String> settings = new TreeMap<>();
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(ProcessorsConfig.HISTORY_SLOTS, Integer.toString(WINDOWS));
    settings.put(
        ProcessorsConfig.TRAINING_WINDOWS_MIN, Integer.toString(windowsOfEach * KEYS / partitions));
    settings.put(ProcessorsConfig.TRAINING_UPDATES_MAX, "100");
    settings.put(ProcessorsConfig.MODELS_KEPT, "10"); // to see what each comes of
    return settings;
  }

  private static Map<String, String> with(Map<String, String> settings, String key, String value) {
    Map<String, String> all = new TreeMap<>(settings);
    all.put(key, value);
    return all;
  }

  private static void train(TestApplication application) {
    CommandSender.send(EddyApplication.of(application.settings()), ControlCommands::train);
  }

  /// A version, as its topic has it.
  private static Forecaster version(TestApplication application, int number) {
    return Objects.requireNonNull(PublishedModels.versions(application).forecasters().get(number));
  }

  private static ModelManifest manifest(TestApplication application, int number) {
    return PublishedModels.versions(application).manifests().stream()
        .filter(manifest -> manifest.getVersion() == number)
        .findFirst()
        .orElseThrow();
  }

  /// Trainings that a version comes of, one from the other.
  private static int trainings(TestApplication application, int number) {
    return number == 0
        ? 0
        : 1 + trainings(application, manifest(application, number).getBaseVersion());
  }

  /// Mean absolute error one step ahead on what came after the training, of each series as a share
  /// of that of its last value.
  private static double error(Forecaster forecaster) {
    var engine = new OnlineForecaster(forecaster.spec(), forecaster);
    Map<String, List<Event>> series = new TreeMap<>();
    for (Event event : WAVES.steps(0, STEPS + HELD_OUT)) {
      series.computeIfAbsent(event.key(), key -> new ArrayList<>()).add(event);
    }
    double sum = 0;
    for (List<Event> events : series.values()) {
      var state = new SeriesState(forecaster.spec());
      double error = 0;
      double naive = 0;
      for (int step = 0; step < events.size(); step++) {
        double value = events.get(step).value();
        Answer answer = engine.observe(state, events.get(step).time(), value);
        if (step >= STEPS) {
          error += Math.abs(value - answer.expected());
          naive += Math.abs(value - events.get(step - 1).value());
        }
      }
      sum += error / naive;
    }
    return sum / series.size();
  }

  @Test
  void shouldForecastNearlyAsWellAsOneTrainerThatSawEverything(KafkaCluster cluster) {
    TestApplication alone = TestApplication.create(cluster, "alone", 1, settings(1, WINDOWS - 1));
    try (Instance instance = alone.start()) {
      alone.send(new Waves(KEYS, 1).steps(0, STEPS));
      instance.awaitDecision(1);
      for (int training = 2; training <= TRAININGS; training++) {
        train(alone);
        instance.awaitDecision(training);
      }
    }
    TestApplication together =
        TestApplication.create(cluster, "together", PARTITIONS, settings(PARTITIONS, WINDOWS - 1));
    int averaged = TRAININGS;
    try (Instance one = together.start();
        Instance other = together.start()) {
      together.send(WAVES.steps(0, STEPS));
      one.awaitDecision(2);
      other.awaitDecision(2);
      for (int training = 3; training <= TRAININGS; training++) {
        train(together);
        one.awaitDecision(training);
        other.awaitDecision(training);
      }
      // A partition that lags may train from an old version once more, and so make one beside.
      while (trainings(together, averaged) < TRAININGS) {
        train(together);
        averaged++;
        one.awaitDecision(averaged);
        other.awaitDecision(averaged);
      }
    }

    assertThat(averaged).as("versions until one of three trainings").isLessThan(2 * TRAININGS);
    assertThat(manifest(together, averaged).getProvenance())
        .containsEntry("training.partition", "0,1,2,3")
        .containsEntry("data.keys", Integer.toString(KEYS));
    double errorAlone = error(version(alone, TRAININGS));
    double errorTogether = error(version(together, averaged));
    System.out.printf(
        "error one step ahead, of the last value's: one trainer %.4f, %d partitions averaged"
            + " %.4f, ratio %.4f%n",
        errorAlone, PARTITIONS, errorTogether, errorTogether / errorAlone);
    // What is wanted is 1.05; what was reached stands in docs/model-life.md.
    assertThat(errorTogether).isLessThan(1.2 * errorAlone);
    assertThat(errorAlone).as("something was learned").isLessThan(0.8);
    Answers.await(together).assertAsReplayed();
  }

  @Test
  void shouldComeToAVersionThoughAnInstanceIsKilledInTheMiddle(KafkaCluster cluster) {
    // So slow that each instance is still at its trainings when one of them dies.
    Map<String, String> settings =
        with(
            with(
                with(settings(PARTITIONS, 4), ProcessorsConfig.HIDDEN_SIZE, "32"),
                ProcessorsConfig.TRAINING_UPDATES_MAX,
                "2000"),
            ProcessorsConfig.TRAINING_ROUND_WAIT_MS,
            "1000");
    TestApplication application =
        TestApplication.create(cluster, "killed-in-round", PARTITIONS, settings);
    try (StateDirectory disk = StateDirectory.create();
        StateDirectory lost = StateDirectory.create();
        ForkedInstance survivor = application.fork(disk, Map.of());
        ForkedInstance victim = application.fork(lost, Map.of())) {
      application.send(WAVES.steps(0, 2));
      Patience.await("both at work")
          .atMost(Duration.ofMinutes(2))
          .until(application::committedInput, sum -> sum >= application.sent().size());
      application.send(WAVES.steps(2, STEPS));
      Patience.await("a round is open")
          .atMost(Duration.ofMinutes(2))
          .until(() -> PublishedModels.reports(application, "ENTERED") >= PARTITIONS);
      victim.kill();
      Patience.await("a version")
          .atMost(Duration.ofMinutes(4))
          .until(() -> !PublishedModels.versions(application).manifests().isEmpty());
      application.send(WAVES.steps(STEPS, STEPS + 4));
      Patience.await("all input committed")
          .atMost(Duration.ofMinutes(2))
          .until(application::committedInput, sum -> sum >= application.sent().size());
      assertThat(survivor.stop()).as(survivor.said()).isZero();
    }

    assertThat(manifest(application, 1).getBaseVersion()).isZero();
    Answers.await(application).assertAsReplayed();
  }
}
