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
import io.eddy.processors.Progress;
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
    int steps = 0;
    try (StateDirectory firstState = StateDirectory.create();
        StateDirectory secondState = StateDirectory.create()) {
      try (Instance staying = application.start(secondState, second.progress, () -> true)) {
        try (Instance leaving = application.start(firstState, first.progress, () -> true)) {
          steps = sendUntilShared(application, first, second);
          application.send(WAVES.steps(steps, steps + 40));
          steps += 40;
          awaitAnswered(application, first, second);
          assertThat(first.partitions).isNotEmpty();
          assertThat(leaving.progress()).isSameAs(first.progress);
        }
        second.partitions.clear();
        application.send(WAVES.steps(steps, steps + 20));
        steps += 20;
        awaitAnswered(application, first, second);
        assertThat(second.partitions).hasSize(PARTITIONS);
        staying.awaitDecision(1);
      }
    }

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

  /// A task that moves before its commit has answered what the next owner answers again, so the sum
  /// may come early; the topic is counted at the end.
  private static void awaitAnswered(TestApplication application, Worker first, Worker second) {
    Patience.await("all answered")
        .until(
            () -> first.progress.answered() + second.progress.answered(),
            answered -> answered >= application.sent().size());
  }
}
