package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.Answers.Answer;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.ForkedInstance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.KeyStates;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.state.SeriesStateCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/// Two instances of two threads each, one of which is killed again and again at any moment, its
/// disk lost every other time, while events keep coming and versions are trained and swapped in.
///
/// For the machine to be left alone with, by hand: `mvn verify -pl integration-tests
/// -Dit.test=ManyKillsIT -Deddy.it.kills=10 [-Deddy.it.seed=1]`
@ExtendWith(ClusterExtension.class)
@EnabledIfSystemProperty(named = ManyKillsIT.KILLS, matches = "\\d+")
class ManyKillsIT {
  static final String KILLS = "eddy.it.kills";

  private static final Waves WAVES = new Waves(12, 4);
  private static final int STEPS_AFTER_THE_LAST_KILL = 40;
  private static final Duration COMMIT_MAX = Duration.ofMinutes(5);

  private final int kills = Integer.getInteger(KILLS, 0);
  private final Random random = new Random(Long.getLong("eddy.it.seed", 1));
  private int steps;

  @BeforeEach
  void sendFromTheBeginning() {
    steps = 0;
  }

  @Test
  void shouldAnswerAsThePinnedReplayUnderExactlyOnce(KafkaCluster cluster) {
    TestApplication application = create(cluster, StreamsConfig.EXACTLY_ONCE_V2);

    runWithKills(application);

    Answers.await(application).assertAsReplayed();
  }

  @Test
  void shouldLoseNothingAndStepNoStateTwiceUnderAtLeastOnce(KafkaCluster cluster) {
    TestApplication application = create(cluster, StreamsConfig.AT_LEAST_ONCE);

    runWithKills(application);

    Answers answers = Answers.await(application);
    assertThat(answers.all().stream().map(Answer::origin).collect(Collectors.toSet()))
        .isEqualTo(application.sent().keySet());
    var codec = new SeriesStateCodec(application.config().forecasterSpec());
    assertThat(KeyStates.read(application).values())
        .hasSize(WAVES.keys())
        .allSatisfy(
            state ->
                assertThat(codec.decode(state.get()).series().steps()).isEqualTo((long) steps));
  }

  private static TestApplication create(KafkaCluster cluster, String guarantee) {
    return TestApplication.create(
        cluster,
        "kills",
        WAVES.partitions(),
        Map.of(
            StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee,
            StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "500",
            StreamsConfig.NUM_STREAM_THREADS_CONFIG, "2",
            ProcessorsConfig.TRAINING_GROWTH, "0.3"));
  }

  private void runWithKills(TestApplication application) {
    List<ForkedInstance> instances = new ArrayList<>();
    try (StateDirectory one = StateDirectory.create();
        StateDirectory other = StateDirectory.create()) {
      List<StateDirectory> disks = List.of(one, other);
      try {
        disks.forEach(disk -> instances.add(application.fork(disk, Map.of())));
        for (int kill = 0; kill < kills; kill++) {
          sendUntilCommitted(application, 300 + random.nextInt(1500));
          int victim = random.nextInt(instances.size());
          instances.get(victim).close();
          (kill % 2 == 0 ? Disk.KEPT : Disk.LOST).afterStop(disks.get(victim));
          instances.set(victim, application.fork(disks.get(victim), Map.of()));
        }
        application.send(WAVES.steps(steps, steps + STEPS_AFTER_THE_LAST_KILL));
        steps += STEPS_AFTER_THE_LAST_KILL;
        Patience.await("all input committed")
            .atMost(COMMIT_MAX)
            .until(application::committedInput, done -> done >= application.sent().size());
        instances.forEach(instance -> assertThat(instance.stop()).as(instance.said()).isZero());
      } finally {
        instances.forEach(ForkedInstance::close);
      }
    }
  }

  /// Sends step after step until so many events more are committed.
  private void sendUntilCommitted(TestApplication application, int events) {
    long wanted = application.committedInput() + events;
    Patience.await("input committed")
        .atMost(COMMIT_MAX)
        .until(
            () -> {
              application.send(WAVES.steps(steps, ++steps));
              return application.committedInput() >= wanted;
            });
  }
}
