package io.eddy.it;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Readings;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The input is the user's own topic, as it is: the fields are named in the configuration, and
/// nobody has to change what they write.
@ExtendWith(ClusterExtension.class)
class InputFormatIT {
  private static final Waves WAVES = new Waves(2, 1);
  private static final int STEPS = 6;

  @Test
  void shouldReadAvroRecordsOfAnySchema(KafkaCluster cluster) {
    TestApplication application =
        create(
            cluster,
            Map.of(
                ProcessorsConfig.INPUT_FORMAT, "avro",
                ProcessorsConfig.INPUT_VALUE_FIELD, Readings.VALUE_FIELD,
                ProcessorsConfig.INPUT_TIME_FIELD, Readings.TIME_FIELD));
    var readings = new Readings(application.registry(), application.input());

    answers(application, readings::write);
  }

  @Test
  void shouldReadNestedJson(KafkaCluster cluster) {
    TestApplication application =
        create(
            cluster,
            Map.of(
                ProcessorsConfig.INPUT_FORMAT, "json",
                ProcessorsConfig.INPUT_VALUE_FIELD, "reading.power",
                ProcessorsConfig.INPUT_TIME_FIELD, "taken.at"));

    answers(
        application,
        event ->
            """
            {"meter": "some meter", "reading": {"voltage": 230, "power": %s}, "taken": {"at": "%s"}}
            """
                .formatted(event.value(), Instant.ofEpochMilli(event.time()))
                .getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldReadBareNumbersAtTheTimeOfTheirRecord(KafkaCluster cluster) {
    TestApplication application =
        create(
            cluster,
            Map.of(ProcessorsConfig.INPUT_FORMAT, "number", ProcessorsConfig.INPUT_TIME_FIELD, ""));

    answers(application, event -> Double.toString(event.value()).getBytes(StandardCharsets.UTF_8));
  }

  private static TestApplication create(KafkaCluster cluster, Map<String, String> input) {
    Map<String, String> settings = new HashMap<>(input);
    settings.put(ProcessorsConfig.TRAINING_ENABLED, "false");
    return TestApplication.create(cluster, "format", 1, settings);
  }

  private static void answers(TestApplication application, TestApplication.Format format) {
    try (Instance instance = application.start()) {
      application.sendAs(WAVES.steps(0, STEPS), format);
      instance.awaitProcessed((long) STEPS * WAVES.keys());
    }

    Answers.await(application).assertAsReplayed();
  }
}
