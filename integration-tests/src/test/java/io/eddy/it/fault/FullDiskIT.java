package io.eddy.it.fault;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.ForkedInstance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The disk of the state fills up under load, and has room again later.
///
/// `mvn -Pfaults verify -Dit.test=FullDiskIT`, as root
@ExtendWith(ClusterExtension.class)
@Tag("faults")
class FullDiskIT {
  private static final Waves WAVES = new Waves(200, 2);

  @Test
  void shouldSayThatTheDiskIsFullAndGoOnWhenThereIsRoom(KafkaCluster cluster) {
    try (SmallDisk disk = SmallDisk.mount()) {
      TestApplication application =
          TestApplication.create(
              cluster,
              "full",
              WAVES.partitions(),
              Map.of(
                  StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                  StreamsConfig.EXACTLY_ONCE_V2,
                  ProcessorsConfig.TRAINING_ENABLED,
                  "false"));
      var input = new SteadyInput(application, WAVES);
      long recoveryMs;
      try (ForkedInstance instance = application.fork(disk.directory(), Map.of())) {
        input.untilCommitted(1000);
        disk.fill();
        input.until(
            "the instance says that the disk is full",
            () -> {
              instance.requireAlive();
              return instance.said().contains("No space left on device");
            });
        disk.free();
        long freed = System.nanoTime();
        input.finish();
        recoveryMs = Duration.ofNanos(System.nanoTime() - freed).toMillis();
        instance.requireAlive();
        instance.stop();
      }
      Answers.await(application).assertAsReplayed();
      FaultReport.add(
          "full disk under the state",
          "filled under load, freed when the log told of it, exactly-once",
          "the log says \"No space left on device\"; the instance went on by itself; one answer per"
              + " event, each as the pinned replay",
          "%,d events; all committed %,d ms after there was room"
              .formatted(application.sent().size(), recoveryMs));
    }
  }
}
