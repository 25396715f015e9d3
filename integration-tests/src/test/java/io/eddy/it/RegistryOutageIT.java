package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.HttpRegistry;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.cluster.TopicReader;
import io.eddy.it.scenario.Readings;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.Map;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A schema registry that is away while the input brings a schema that nobody has asked for yet
/// makes answers late, and never dead letters of good records.
@ExtendWith(ClusterExtension.class)
class RegistryOutageIT {
  private static final Waves WAVES = new Waves(4, 2);
  private static final int STEPS = 10;

  /// Before it gives up after 300 ms, a stream thread asks at 0, 50, 150 and 300.
  private static final int ASKED_BY_ONE_THREAD = 4;

  @Test
  void shouldAnswerEverythingOnceTheRegistryIsBack(KafkaCluster cluster) {
    try (HttpRegistry registry = HttpRegistry.start()) {
      TestApplication application =
          TestApplication.create(
              cluster,
              "outage",
              WAVES.partitions(),
              Map.of(
                  SchemaRegistry.URL_CONFIG,
                  registry.url(),
                  ProcessorsConfig.TRAINING_ENABLED,
                  "false",
                  ProcessorsConfig.REGISTRY_WAIT_MAX_MS,
                  "300",
                  ProcessorsConfig.INPUT_FORMAT,
                  "avro",
                  ProcessorsConfig.INPUT_VALUE_FIELD,
                  Readings.VALUE_FIELD,
                  ProcessorsConfig.INPUT_TIME_FIELD,
                  Readings.TIME_FIELD));
      var readings = new Readings(application.registry(), application.input());
      var newer = new Readings(application.registry(), application.input(), newerSchema());
      try (Instance instance = application.start()) {
        application.sendAs(WAVES.steps(0, STEPS), readings::write);
        instance.awaitProcessed((long) STEPS * WAVES.keys());
        registry.goAway();
        application.sendAs(WAVES.steps(STEPS, 2 * STEPS), newer::write);
        Patience.await("a stream thread that has given up")
            .until(registry::askedInVain, asked -> asked > ASKED_BY_ONE_THREAD);
        registry.comeBack();
        instance.awaitCommitted(2L * STEPS * WAVES.keys());
      }

      Answers.await(application).assertAsReplayed();
      assertThat(TopicReader.readAll(cluster, application.topics().deadLetters())).isEmpty();
    }
  }

  /// What the next release of the user's producer writes.
  private static Schema newerSchema() {
    return new Schema.Parser()
        .parse(Readings.SCHEMA.toString().replace("\"voltage\"", "\"voltage_rms\""));
  }
}
