package io.eddy.it.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.Disk;
import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.Answers.Answer;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.ForkedInstance;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.KeyStates;
import io.eddy.it.cluster.PublishedModels;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Origin;
import io.eddy.it.scenario.SmallModel;
import io.eddy.it.scenario.Waves;
import io.eddy.model.network.Forecaster;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.state.SeriesStateCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Two instances of two threads each, one of which is killed again and again at any moment, its
/// disk lost every other time, while events keep coming.
///
/// `mvn -Pfaults verify -Dit.test=ManyKillsIT [-Deddy.it.kills=50] [-Deddy.it.seed=1]`
@ExtendWith(ClusterExtension.class)
@Tag("faults")
class ManyKillsIT {
  private static final Waves WAVES = new Waves(12, 4);
  private static final int KILLS = Integer.getInteger("eddy.it.kills", 50);
  private static final long SEED = Long.getLong("eddy.it.seed", 1);

  private final Random random = new Random(SEED);

  @Test
  void shouldAnswerAsThePinnedReplayUnderExactlyOnceWithSwaps(KafkaCluster cluster) {
    TestApplication application = create(cluster, StreamsConfig.EXACTLY_ONCE_V2, true);

    runWithKills(application);

    Answers answers = Answers.await(application);
    answers.assertAsReplayed();
    int decisions = PublishedModels.versions(application).decisions().size();
    assertThat(decisions).as("swaps").isPositive();
    report(
        "exactly-once, with swaps",
        "one answer per event, each as the pinned replay",
        "%,d events, %d decisions".formatted(answers.all().size(), decisions));
  }

  @Test
  void shouldEndInTheBytesOfAnUndisturbedRunUnderExactlyOnceWithoutSwaps(KafkaCluster cluster) {
    TestApplication application = create(cluster, StreamsConfig.EXACTLY_ONCE_V2, false);
    Forecaster model = SmallModel.train(application.config().forecasterSpec());
    try (Instance instance = application.start()) {
      application.importModel(model);
      instance.awaitDecision(1);
    }

    runWithKills(application);

    TestApplication same = create(cluster, StreamsConfig.EXACTLY_ONCE_V2, false);
    UndisturbedRun.assertEqualBytes(application, same, model);
    report(
        "exactly-once, version fixed",
        "one answer per event; answers and final states byte-equal to an undisturbed run",
        "%,d events".formatted(application.sent().size()));
  }

  @Test
  void shouldLoseNothingAndStepNoStateTwiceUnderAtLeastOnce(KafkaCluster cluster) {
    TestApplication application = create(cluster, StreamsConfig.AT_LEAST_ONCE, true);

    int steps = runWithKills(application);

    Answers answers = Answers.await(application);
    Set<Origin> answered = answers.all().stream().map(Answer::origin).collect(Collectors.toSet());
    assertThat(answered).isEqualTo(application.sent().keySet());
    var codec = new SeriesStateCodec(application.config().forecasterSpec());
    assertThat(KeyStates.read(application).values())
        .hasSize(WAVES.keys())
        .allSatisfy(
            state ->
                assertThat(codec.decode(state.get()).series().steps()).isEqualTo((long) steps));
    long flagged =
        answers.all().stream().filter(answer -> answer.forecast().getRedelivered()).count();
    report(
        "at-least-once, with swaps",
        "none lost, no state stepped twice",
        "%,d events, %,d answers more than events, %,d flagged redelivered"
            .formatted(answered.size(), answers.all().size() - answered.size(), flagged));
  }

  private static TestApplication create(KafkaCluster cluster, String guarantee, boolean swaps) {
    Map<String, String> settings = new HashMap<>();
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "500");
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, "2");
    settings.put(ProcessorsConfig.TRAINING_ENABLED, Boolean.toString(swaps));
    settings.put(ProcessorsConfig.TRAINING_GROWTH, "0.3");
    return TestApplication.create(cluster, "kills", WAVES.partitions(), settings);
  }

  /// Returns the steps of each series when all of them are committed.
  private int runWithKills(TestApplication application) {
    System.out.println("ManyKillsIT: %d kills, -Deddy.it.seed=%d".formatted(KILLS, SEED));
    var input = new SteadyInput(application, WAVES);
    List<ForkedInstance> instances = new ArrayList<>();
    try (StateDirectory one = StateDirectory.create();
        StateDirectory other = StateDirectory.create()) {
      List<StateDirectory> disks = List.of(one, other);
      try {
        disks.forEach(disk -> instances.add(application.fork(disk, Map.of())));
        for (int kill = 0; kill < KILLS; kill++) {
          input.untilCommitted(300 + random.nextInt(1500));
          int victim = random.nextInt(instances.size());
          instances.get(victim).close();
          (kill % 2 == 0 ? Disk.KEPT : Disk.LOST).afterStop(disks.get(victim));
          instances.set(victim, application.fork(disks.get(victim), Map.of()));
        }
        input.finish();
        instances.forEach(ForkedInstance::requireAlive);
        // The last one may be starting still: then SIGTERM ends it as any process.
        instances.forEach(ForkedInstance::stop);
      } finally {
        instances.forEach(ForkedInstance::close);
      }
    }
    return input.steps();
  }

  private static void report(String settings, String held, String figures) {
    FaultReport.add(
        "SIGKILL of an instance under load",
        "%d kills at random moments, %s, seed %d".formatted(KILLS, settings, SEED),
        held,
        figures);
  }
}
