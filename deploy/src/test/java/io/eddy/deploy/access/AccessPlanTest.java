package io.eddy.deploy.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.processors.topic.TopicPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessPlanTest {
  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @ValueSource(strings = {"forecast", "language-model"})
  void shouldOnlyReadTheInputAndOnlyWriteAnswersAndDeadLetters(String job) {
    EddyApplication application = application(Map.of("eddy.job", job, "eddy.input.format", "json"));
    AccessPlan plan = AccessPlan.of(application);

    assertThat(operations(plan, "input"))
        .containsExactlyInAnyOrder(AclOperation.READ, AclOperation.DESCRIBE);
    assertThat(operations(plan, application.config().topics().forecasts()))
        .contains(AclOperation.WRITE)
        .doesNotContain(AclOperation.READ);
    assertThat(operations(plan, "pumps-dead-letters"))
        .contains(AclOperation.WRITE)
        .doesNotContain(AclOperation.READ);
    assertThat(operations(plan, "pumps-models")).contains(AclOperation.WRITE, AclOperation.READ);
    assertThat(operations(plan, "pumps-series-state-changelog")).contains(AclOperation.CREATE);
  }

  @Test
  void shouldNeedTransactionsUnderExactlyOnceAlone() {
    assertThat(AccessPlan.of(application(Map.of())).grants())
        .anyMatch(grant -> grant.type() == ResourceType.TRANSACTIONAL_ID);
    assertThat(AccessPlan.of(application(Map.of("processing.guarantee", "at_least_once"))).grants())
        .noneMatch(grant -> grant.type() == ResourceType.TRANSACTIONAL_ID);
  }

  @Test
  void shouldNeverAskForEverything() {
    assertThat(AccessPlan.of(application(Map.of())).grants())
        .allSatisfy(
            grant -> {
              assertThat(grant.name()).doesNotContain("*").isNotEmpty();
              assertThat(grant.operations())
                  .doesNotContain(AclOperation.ALL, AclOperation.ALTER, AclOperation.DELETE);
              assertThat(grant.type()).isNotEqualTo(ResourceType.CLUSTER);
            });
  }

  @Test
  void shouldWriteAScriptThatCallsKafkaAclsOnceForEachGrant()
      throws IOException, InterruptedException {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no /bin/sh");
    AccessPlan plan = AccessPlan.of(application(Map.of()));
    Path script = Files.writeString(folder.resolve("acls.sh"), AclScript.of(plan, "User:o'neil"));
    Path calls = folder.resolve("calls");
    Path tool =
        Files.writeString(folder.resolve("kafka-acls.sh"), "#!/bin/sh\necho \"$@\" >> calls\n");
    assertThat(tool.toFile().setExecutable(true)).isTrue();
    var shell = new ProcessBuilder("/bin/sh", script.toString()).directory(folder.toFile());
    shell.environment().put("PATH", folder + ":/usr/bin:/bin");
    shell.environment().put("BOOTSTRAP_SERVER", "kafka:9092");

    int ended = shell.inheritIO().start().waitFor();

    assertThat(ended).isZero();
    assertThat(Files.readAllLines(calls))
        .hasSameSizeAs(plan.grants())
        .allSatisfy(
            call ->
                assertThat(call)
                    .startsWith(
                        "--bootstrap-server kafka:9092 --add --allow-principal User:o'neil"
                            + " --operation "))
        .anySatisfy(
            call ->
                assertThat(call).endsWith("--operation Read --operation Describe --topic input"))
        .anySatisfy(
            call ->
                assertThat(call)
                    .endsWith("--transactional-id pumps- --resource-pattern-type prefixed"));
  }

  @Test
  void shouldWriteATopicEachAndOneUserForStrimzi() throws IOException {
    EddyApplication application = application(Map.of("eddy.topic.prefix", "Pumps_1"));
    TopicPlan topics = TopicPlan.of(application.config().topics(), 12, (short) 3);
    AccessPlan access = AccessPlan.of(application);

    String yaml = StrimziManifests.of(topics, access, "eddy", "production", "tls");

    List<JsonNode> documents =
        new ObjectMapper(new YAMLFactory())
            .readerFor(JsonNode.class)
            .<JsonNode>readValues(yaml)
            .readAll();
    assertThat(documents).hasSize(8);
    assertThat(documents)
        .allSatisfy(
            document -> {
              assertThat(document.at("/apiVersion").asText()).startsWith("kafka.strimzi.io/");
              assertThat(document.at("/metadata/labels/strimzi.io~1cluster").asText())
                  .isEqualTo("production");
              assertThat(document.at("/metadata/name").asText())
                  .matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");
            });
    JsonNode models = documents.get(4);
    assertThat(models.at("/spec/topicName").asText()).isEqualTo("Pumps_1-models");
    assertThat(models.at("/spec/partitions").asInt()).isEqualTo(1);
    assertThat(models.at("/spec/replicas").asInt()).isEqualTo(3);
    assertThat(models.at("/spec/config/cleanup.policy").asText()).isEqualTo("compact");
    JsonNode user = documents.getLast();
    assertThat(user.at("/kind").asText()).isEqualTo("KafkaUser");
    assertThat(user.at("/spec/authentication/type").asText()).isEqualTo("tls");
    assertThat(user.at("/spec/authorization/acls")).hasSameSizeAs(access.grants());
  }

  private static Set<AclOperation> operations(AccessPlan plan, String name) {
    return plan.grants().stream()
        .filter(grant -> grant.name().equals(name))
        .findFirst()
        .orElseThrow()
        .operations();
  }

  private static EddyApplication application(Map<String, String> changes) {
    Map<String, String> settings = new HashMap<>();
    settings.put("application.id", "pumps");
    settings.put("bootstrap.servers", "127.0.0.1:1");
    settings.put("schema.registry.url", "http://127.0.0.1:1");
    settings.put("eddy.input.topic", "input");
    settings.putAll(changes);
    return EddyApplication.of(settings);
  }
}
