package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.doctor.Diagnosis;
import io.eddy.deploy.doctor.Doctor;
import io.eddy.deploy.doctor.Finding;
import io.eddy.deploy.doctor.Verdict;
import io.eddy.deploy.process.ExitCode;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Readings;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.serde.SchemaRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What `eddy doctor` says of a real cluster.
@ExtendWith(ClusterExtension.class)
class DoctorIT {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Test
  void shouldFindNothingBadWhereAnApplicationCanRun(KafkaCluster cluster) {
    TestApplication application = TestApplication.create(cluster, "healthy", 2, Map.of());

    Diagnosis diagnosis = examine(application.settings());

    assertThat(diagnosis.findings())
        .filteredOn(finding -> finding.verdict() == Verdict.BAD)
        .isEmpty();
    assertThat(diagnosis.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(found(diagnosis, "topics")).contains("2 partitions", "all 7 are as planned");
    assertThat(found(diagnosis, "cluster")).contains("1 broker", "metadata version 4");
    assertThat(found(diagnosis, "registry")).contains("all registered");
    assertThat(found(diagnosis, "group")).contains("has not run yet");
  }

  @Test
  void shouldTellHowFarBehindAStoppedApplicationIs(KafkaCluster cluster) {
    TestApplication application = TestApplication.create(cluster, "behind", 1, Map.of());
    Waves waves = new Waves(2, 1);
    application.send(waves.steps(0, 4));
    try (Instance instance = application.start()) {
      Patience.await("the first events").until(() -> application.committedInput() == 8);
      instance.requireAlive();
      assertThat(found(examine(application.settings()), "group")).contains("is stable", "0 events");
    }
    application.send(waves.steps(4, 9));

    Diagnosis diagnosis = examine(application.settings());

    assertThat(diagnosis.findings())
        .filteredOn(finding -> finding.area().equals("group"))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.verdict()).isEqualTo(Verdict.WARNING);
              assertThat(finding.found()).contains("is empty", "10 events");
              assertThat(finding.remedy()).contains("start an instance");
            });
  }

  @Test
  void shouldNameTheCommandThatMakesMissingTopics(KafkaCluster cluster) {
    TestApplication application = TestApplication.configure(cluster, "unmade", Map.of());
    cluster.createTopic(application.input(), 1);

    Diagnosis diagnosis = examine(application.settings());

    assertThat(diagnosis.exitCode()).isEqualTo(ExitCode.UNFIT);
    assertThat(bad(diagnosis))
        .hasSize(7)
        .allSatisfy(finding -> assertThat(finding.remedy()).contains("eddy topics create"));
  }

  @Test
  void shouldFindTopicsAndSettingsThatDiffer(KafkaCluster cluster) {
    TestApplication application = TestApplication.create(cluster, "differing", 2, Map.of());
    set(cluster, application.topics().models(), TopicConfig.CLEANUP_POLICY_CONFIG, "delete");
    set(cluster, application.topics().history(), TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2");
    set(cluster, application.input(), TopicConfig.CLEANUP_POLICY_CONFIG, "compact");
    Map<String, String> settings = new HashMap<>(application.settings());
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, "3");
    settings.put("bootstrap.server", "misspelt:9092");
    settings.put(ProcessorsConfig.TOPIC_REPLICATION_FACTOR, "3");

    Diagnosis diagnosis = examine(settings);

    assertThat(bad(diagnosis))
        .extracting(Finding::found)
        .anySatisfy(
            found -> assertThat(found).contains(application.topics().models(), "cleanup.policy"))
        .anySatisfy(
            found ->
                assertThat(found)
                    .contains(application.topics().history(), "nothing can be written"))
        .anySatisfy(found -> assertThat(found).contains("is 3, the cluster has 1 broker"))
        .hasSize(3);
    assertThat(diagnosis.findings())
        .filteredOn(finding -> finding.verdict() == Verdict.WARNING)
        .extracting(Finding::remedy)
        .anySatisfy(remedy -> assertThat(remedy).contains("set cleanup.policy=delete"))
        .anySatisfy(remedy -> assertThat(remedy).contains("did you mean bootstrap.servers?"));
  }

  @Test
  void shouldFindAMissingFieldAndAForeignSchemaInTheRegistry(KafkaCluster cluster) {
    TestApplication application =
        TestApplication.configure(
            cluster,
            "misnamed",
            Map.of(
                ProcessorsConfig.INPUT_FORMAT, "avro",
                ProcessorsConfig.INPUT_VALUE_FIELD, "measured.strength"));
    cluster.createTopic(application.input(), 1);
    application.createTopics(1);
    SchemaRegistry registry = application.registry();
    registry.idFor(SchemaRegistry.subject(application.input()), Readings.SCHEMA);
    registry.idFor(SchemaRegistry.subject(application.topics().forecasts()), Readings.SCHEMA);

    Diagnosis diagnosis = examine(application.settings());

    assertThat(bad(diagnosis))
        .extracting(Finding::found)
        .satisfiesExactly(
            found -> assertThat(found).contains("has no field \"measured.strength\""),
            found ->
                assertThat(found)
                    .contains("other schemas", application.topics().forecasts() + "-value"));
  }

  private static Diagnosis examine(Map<String, String> settings) {
    try (StateDirectory state = StateDirectory.create()) {
      Map<String, String> all = new HashMap<>(settings);
      all.put(StreamsConfig.STATE_DIR_CONFIG, state.path().toString());
      return new Doctor(all, PATIENCE).examine();
    }
  }

  private static List<Finding> bad(Diagnosis diagnosis) {
    return diagnosis.findings().stream()
        .filter(finding -> finding.verdict() == Verdict.BAD)
        .toList();
  }

  private static String found(Diagnosis diagnosis, String area) {
    return diagnosis.findings().stream()
        .filter(finding -> finding.area().equals(area))
        .map(Finding::found)
        .reduce("", (all, one) -> all + "\n" + one);
  }

  private static void set(KafkaCluster cluster, String topic, String key, String value) {
    KafkaCluster.await(
        cluster
            .admin()
            .incrementalAlterConfigs(
                Map.of(
                    new ConfigResource(ConfigResource.Type.TOPIC, topic),
                    List.of(
                        new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET))))
            .all());
    Patience.await("the setting is there")
        .until(
            () ->
                KafkaCluster.await(
                        cluster
                            .admin()
                            .describeConfigs(
                                List.of(new ConfigResource(ConfigResource.Type.TOPIC, topic)))
                            .all())
                    .values()
                    .iterator()
                    .next()
                    .get(key)
                    .value()
                    .equals(value));
  }
}
