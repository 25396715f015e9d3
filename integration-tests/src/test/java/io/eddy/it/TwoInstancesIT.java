package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.progress.Progress;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// More instances share the partitions, and those that stay take over from those that leave,
/// trained versions and swaps included: each event is answered once, by a state that has seen all
/// before it.
@ExtendWith(ClusterExtension.class)
class TwoInstancesIT {
  private static final int PARTITIONS = 4;
  private static final Waves WAVES = new Waves(8, PARTITIONS);

  /// The partitions that an instance has answered for.
  private static final class Worker {
    final Set<Integer> partitions = ConcurrentHashMap.newKeySet();
    final Progress progress = new Progress();

    Worker() {
      progress.onAnswer(answer -> partitions.add(answer.forecast().getInputPartition()));
    }
  }

  @Test
  void shouldShareTheWorkAndGoOnWhenOneLeaves(KafkaCluster cluster) {
    TestApplication application = TestApplication.create(cluster, "shared", PARTITIONS, Map.of());
    var first = new Worker();
    var second = new Worker();
    try (StateDirectory firstState = StateDirectory.create();
        StateDirectory secondState = StateDirectory.create();
        Instance staying = application.start(secondState, second.progress, () -> true)) {
      int steps;
      try (Instance leaving = application.start(firstState, first.progress, () -> true)) {
        steps = sendUntilShared(application, first, second);
        leaving.requireAlive();
        application.send(WAVES.steps(steps, steps + 40));
        // It leaves amid them.
      }
      staying.awaitCommitted(application.sent().size()).awaitDecision(1);
      second.partitions.clear();
      application.send(WAVES.steps(steps + 40, steps + 60));
      staying.awaitCommitted(application.sent().size());
    }

    assertThat(second.partitions).as("partitions of the one that stays").hasSize(PARTITIONS);
    Answers answers = Answers.await(application);
    answers.assertAsReplayed();
    assertThat(answers.all())
        .as("answers of a trained version")
        .anyMatch(answer -> answer.forecast().getModelVersion() > 0);
  }

  /// Sends step after step until both instances have partitions.
  private static int sendUntilShared(TestApplication application, Worker first, Worker second) {
    int[] steps = {0};
    Patience.await("both instances at work")
        .until(
            () -> {
              application.send(WAVES.steps(steps[0], ++steps[0]));
              return !first.partitions.isEmpty() && !second.partitions.isEmpty();
            });
    return steps[0];
  }
}
