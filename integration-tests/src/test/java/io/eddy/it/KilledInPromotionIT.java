package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.models.ModelTopics;
import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.ForkedInstance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.PublishedModels;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.SmallModel;
import io.eddy.it.scenario.Waves;
import io.eddy.model.network.Forecaster;
import io.eddy.model.parameter.Parameters;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.DecisionKind;
import io.eddy.schemas.avro.ModelDecision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Two instances of which one is killed by SIGKILL in the middle of each step of a model's life:
/// its promotion, the swap of the keys, the watch over it, and its way back.
@ExtendWith(ClusterExtension.class)
class KilledInPromotionIT {
  private static final Waves WAVES = new Waves(6, 2);
  private static final Duration LONGEST = Duration.ofMinutes(4);

  private int steps;

  /// Two instances; whoever is killed starts again, its disk kept and lost in turn.
  private static final class Cluster implements AutoCloseable {
    private final TestApplication application;
    private final List<StateDirectory> disks =
        List.of(StateDirectory.create(), StateDirectory.create());
    private final List<ForkedInstance> instances = new ArrayList<>();
    private int kills;

    Cluster(TestApplication application) {
      this.application = application;
      disks.forEach(disk -> instances.add(application.fork(disk, Map.of())));
    }

    void kill() {
      int victim = kills % instances.size();
      instances.get(victim).close(); // By SIGKILL.
      (kills % 4 < 2 ? Disk.LOST : Disk.KEPT).afterStop(disks.get(victim));
      instances.set(victim, application.fork(disks.get(victim), Map.of()));
      kills++;
    }

    void stop() {
      instances.forEach(instance -> assertThat(instance.stop()).as(instance.said()).isZero());
    }

    @Override
    public void close() {
      instances.forEach(ForkedInstance::close);
      disks.forEach(StateDirectory::close);
    }
  }

  private void send(TestApplication application, int more) {
    application.send(WAVES.steps(steps, steps + more));
    steps += more;
  }

  private static void awaitAnswers(TestApplication application) {
    Patience.await("all input committed")
        .atMost(LONGEST)
        .until(application::committedInput, done -> done >= application.sent().size());
  }

  private static List<String> kinds(TestApplication application) {
    return PublishedModels.versions(application).decisions().stream()
        .map(ModelDecision::getKind)
        .toList();
  }

  private void sendUntilDecisions(TestApplication application, int count) {
    Patience.await(count + " decisions")
        .atMost(LONGEST)
        .until(
            () -> {
              send(application, 20);
              awaitAnswers(application);
              return kinds(application).size() >= count;
            });
  }

  private static Forecaster spoiled(Forecaster good) {
    Parameters parameters = good.parameters().copy();
    for (int one = 0; one < parameters.count(); one++) {
      float[] values = parameters.values(one);
      for (int i = 0; i < values.length; i++) {
        values[i] += (i + one) % 2 == 0 ? 0.7f : -0.7f;
      }
    }
    return new Forecaster(good.spec(), parameters, good.calibration(), Map.of("made.by", "a test"));
  }

  @Test
  void shouldComeToTheSameChampionWhoeverIsKilledInWhicheverStep(KafkaCluster broker) {
    TestApplication application =
        TestApplication.create(
            broker,
            "killed-in-promotion",
            WAVES.partitions(),
            Map.of(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2,
                ProcessorsConfig.TRAINING_ENABLED, "false",
                ProcessorsConfig.PROMOTION, "trial",
                ProcessorsConfig.TRIAL_SHARE, "1"));
    Forecaster good = SmallModel.train(application.config().forecasterSpec());
    try (var cluster = new Cluster(application)) {
      send(application, 60);
      awaitAnswers(application);

      application.importModel(good);
      cluster.kill(); // while the first version is decided on
      Patience.await("the first version")
          .atMost(LONGEST)
          .until(() -> !kinds(application).isEmpty());
      send(application, 4);
      cluster.kill(); // while keys change to it
      sendUntilDecisions(application, 2);

      application.importModel(spoiled(good));
      send(application, 6);
      cluster.kill(); // while the challenger's trial begins
      sendUntilDecisions(application, 4);

      new ModelTopics(application.config(), application.registry())
          .wish(DecisionKind.PROMOTED, 2, "to see it come back");
      send(application, 6);
      cluster.kill(); // while the bad one is put in charge
      sendUntilDecisions(application, 6);
      send(application, 6);
      cluster.kill(); // while keys change back
      awaitAnswers(application);
      cluster.stop();
    }

    assertThat(kinds(application))
        .containsExactly("PROMOTED", "CONFIRMED", "TRIAL", "WITHDRAWN", "PROMOTED", "ROLLED_BACK");
    List<ModelDecision> decisions = PublishedModels.versions(application).decisions();
    assertThat(decisions)
        .extracting(ModelDecision::getSequence)
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(decisions.getLast().getChampionVersion()).isEqualTo(1);
    assertThat(PublishedModels.versions(application).refusals()).isEmpty();
    // Each event once, and no answer but under the weights that its key's state was stepped by.
    Answers.await(application).assertAsReplayed();
  }
}
