package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.PublishedModels;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A training that is cut off by the end of its instance is done again by the next owner of its
/// partition, on the history that it was opened for, and gives the same model to the byte.
@ExtendWith(ClusterExtension.class)
class InterruptedTrainingIT {
  private static final Waves WAVES = new Waves(4, 1);

  /// The fourth window, which opens the training, is full at step 16.
  private static final int STEPS = 20;

  @Test
  void shouldTrainToTheSameDigestWhenTheNextOwnerFinishes(KafkaCluster cluster) {
    TestApplication undisturbed = create(cluster);
    try (Instance instance = undisturbed.start()) {
      undisturbed.send(WAVES.steps(0, STEPS));
      instance.awaitDecision(1);
    }

    TestApplication interrupted = create(cluster);
    try (StateDirectory state = StateDirectory.create()) {
      interruptTraining(interrupted, state);
      assertThat(PublishedModels.candidates(interrupted).manifests()).isEmpty();
      state.wipe();

      // History goes on meanwhile: it must not reach the training that is open.
      interrupted.send(WAVES.steps(STEPS, 2 * STEPS));
      try (Instance next = interrupted.start(state)) {
        next.awaitDecision(1);
      }
    }

    String digest = PublishedModels.candidates(undisturbed).digests().getFirst();
    assertThat(PublishedModels.candidates(interrupted).digests()).startsWith(digest);
    assertThat(PublishedModels.versions(interrupted).digests()).startsWith(digest);
    assertThat(PublishedModels.versions(interrupted).forecasters()).containsKey(1);
  }

  /// Closes an instance while its training has made some of its updates.
  private static void interruptTraining(TestApplication application, StateDirectory state) {
    var underWay = new CountDownLatch(1);
    var closed = new CountDownLatch(1);
    var progress = new Progress();
    progress.onEpoch(
        epoch -> {
          if (epoch.epoch() > 0) {
            underWay.countDown();
            await(closed);
          }
        });
    try (Instance instance = application.start(state, progress, () -> true)) {
      application.send(WAVES.steps(0, STEPS));
      Patience.await("a training under way").until(() -> underWay.getCount() == 0);
      instance.awaitProcessed((long) STEPS * WAVES.keys());
    } finally {
      closed.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static TestApplication create(KafkaCluster cluster) {
    return TestApplication.create(
        cluster, "interrupted", 1, Map.of(ProcessorsConfig.TRAINING_UPDATES_MAX, "200"));
  }
}
