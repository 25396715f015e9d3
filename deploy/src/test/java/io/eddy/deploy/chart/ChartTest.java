package io.eddy.deploy.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import io.eddy.deploy.app.EddyApplication;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The Helm chart as Helm itself reads it, without a cluster.
class ChartTest {
  private static final Path CHART = Path.of("chart");

  private static final String REQUIRED =
      """
      http: {token: made-up}
      kafka:
        bootstrapServers: kafka-0:9092,kafka-1:9092
        schemaRegistryUrl: http://registry:8081
        inputTopics: [pump-readings]
      """;

  @TempDir private Path folder = Path.of("");

  @Test
  void shouldPassTheLinterWithoutAWarning() throws IOException {
    Path copy = folder.resolve("eddy");
    try (var files = Files.walk(CHART)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(CHART.relativize(file).toString()));
      }
    }
    // The linter takes no values of its own.
    Path values = copy.resolve("values.yaml");
    Files.writeString(
        values,
        Files.readString(values)
            .replace("bootstrapServers: \"\"", "bootstrapServers: kafka:9092")
            .replace("schemaRegistryUrl: \"\"", "schemaRegistryUrl: http://registry:8081")
            .replace("inputTopics: []", "inputTopics: [input]")
            .replace("token: \"\"", "token: made-up"));

    LintResult result = new Helm(copy).lint().strict().call();

    assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
    assertThat(result.getMessages())
        .filteredOn(message -> message.contains("[WARNING]") || message.contains("[ERROR]"))
        .isEmpty();
  }

  @Test
  void shouldWriteAConfigurationThatEddyTakes() throws IOException {
    String values =
        REQUIRED
            + """
              outputTopic: pump-forecasts
              config:
                num.stream.threads: 2
                producer.compression.type: zstd
            eddy:
              season: "24"
              horizon: 24
              input.format: json
            """;
    JsonNode map = resource(render(values), "ConfigMap eddy");
    var properties = new Properties();
    properties.load(new StringReader(map.at("/data/eddy.properties").asText()));
    Map<String, String> settings = new HashMap<>();
    properties.forEach((key, value) -> settings.put(key.toString(), value.toString()));

    EddyApplication application = EddyApplication.of(settings);

    assertThat(application.config().applicationId()).contains("eddy");
    assertThat(application.config().inputTopic()).contains("pump-readings");
    assertThat(application.config().topics().forecasts()).isEqualTo("pump-forecasts");
    assertThat(application.config().forecasterSpec().horizon()).isEqualTo(24);
    assertThat(settings)
        .containsEntry("bootstrap.servers", "kafka-0:9092,kafka-1:9092")
        .containsEntry("num.stream.threads", "2")
        .containsEntry("producer.compression.type", "zstd");
  }

  @Test
  void shouldRunWithoutRootOnAReadOnlyRootAndKeepItsState() throws IOException {
    JsonNode set = resource(render(REQUIRED), "StatefulSet eddy");
    JsonNode pod = set.at("/spec/template/spec");

    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.at("/automountServiceAccountToken").asBoolean(true)).isFalse();
    for (JsonNode container : List.of(pod.at("/containers/0"), pod.at("/initContainers/0"))) {
      assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
      assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
          .isFalse();
      assertThat(container.at("/securityContext/capabilities/drop/0").asText()).isEqualTo("ALL");
      assertThat(container.at("/volumeMounts").toString())
          .contains("\"name\":\"state\",\"mountPath\":\"/var/lib/eddy\"");
    }
    assertThat(set.at("/spec/volumeClaimTemplates/0/metadata/name").asText()).isEqualTo("state");
  }

  @Test
  void shouldNeverKillAnInstanceThatRestores() throws IOException {
    JsonNode container =
        resource(render(REQUIRED), "StatefulSet eddy").at("/spec/template/spec/containers/0");

    // Live is true from before the restore on; nothing that kills asks for ready.
    assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/health/live");
    assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/health/live");
    assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/health/ready");
  }

  @Test
  void shouldLeaveReplicasToTheAutoscaler() throws IOException {
    Map<String, JsonNode> rendered = render(REQUIRED + "autoscaling: {enabled: true}\n");

    assertThat(resource(rendered, "StatefulSet eddy").at("/spec").has("replicas")).isFalse();
    assertThat(
            resource(rendered, "HorizontalPodAutoscaler eddy")
                .at("/spec/scaleTargetRef/name")
                .asText())
        .isEqualTo("eddy");
  }

  @Test
  void shouldKeepSecretsOutOfTheConfigMap() throws IOException {
    Map<String, JsonNode> rendered =
        render(
            REQUIRED.replace("made-up", "hunter2")
                + """
                secretRefs:
                  KAFKA_SASL_JAAS_CONFIG: {name: eddy-kafka, key: jaas}
                """);

    assertThat(resource(rendered, "ConfigMap eddy").toString()).doesNotContain("hunter2");
    assertThat(resource(rendered, "StatefulSet eddy").toString())
        .doesNotContain("hunter2")
        .contains("\"secretKeyRef\":{\"name\":\"eddy-kafka\",\"key\":\"jaas\"}")
        .contains("\"secretKeyRef\":{\"name\":\"eddy-http\",\"key\":\"token\"}");
  }

  @Test
  void shouldMakeEverythingThatCanBeAskedFor() throws IOException {
    Map<String, JsonNode> rendered =
        render(
            REQUIRED
                + """
                  staticMembership: true
                prometheus: {podMonitor: {enabled: true}}
                persistence: {enabled: false}
                topics: {create: false}
                secretFilesRefs: [{name: kafka-ca, mountPath: /etc/kafka-ca}]
                networkPolicy:
                  egressTo:
                    - to: [{ipBlock: {cidr: 10.0.0.0/8}}]
                      ports: [{port: 9092}]
                """);

    assertThat(rendered)
        .containsKeys(
            "Service eddy",
            "Service eddy-pods",
            "ServiceAccount eddy",
            "PodDisruptionBudget eddy",
            "NetworkPolicy eddy",
            "PodMonitor eddy");
    JsonNode set = resource(rendered, "StatefulSet eddy");
    assertThat(set.at("/spec").has("volumeClaimTemplates")).isFalse();
    assertThat(set.at("/spec/template/spec").has("initContainers")).isFalse();
    assertThat(set.toString()).contains("KAFKA_GROUP_INSTANCE_ID", "/etc/kafka-ca", "emptyDir");
    assertThat(resource(rendered, "NetworkPolicy eddy").at("/spec/egress")).hasSize(3);
  }

  @Test
  void shouldSayWhichValueIsMissing() {
    assertThatThrownBy(() -> render(REQUIRED.replaceFirst("inputTopics: .*", "")))
        .hasMessageContaining("kafka.inputTopics is missing");
    assertThatThrownBy(() -> render(REQUIRED.replace("token: made-up", "")))
        .hasMessageContaining("http.token is missing");
    assertThatThrownBy(() -> render("kafka: {bootstrapserver: x}\n"))
        .hasMessageContaining("bootstrapserver");
  }

  private static JsonNode resource(Map<String, JsonNode> rendered, String name) {
    return Objects.requireNonNull(rendered.get(name), name);
  }

  /// Every resource, by kind and name.
  private Map<String, JsonNode> render(String values) throws IOException {
    Path file = Files.writeString(folder.resolve("values-" + values.hashCode() + ".yaml"), values);
    TemplateCommand command =
        new Helm(CHART).template().withName("eddy").withNamespace("pumps").withValuesFile(file);
    String yaml = command.call();
    Map<String, JsonNode> resources = new HashMap<>();
    for (JsonNode resource :
        new ObjectMapper(new YAMLFactory())
            .readerFor(JsonNode.class)
            .<JsonNode>readValues(yaml)
            .readAll()) {
      if (resource.has("kind")) {
        resources.put(
            resource.get("kind").asText() + " " + resource.at("/metadata/name").asText(), resource);
      }
    }
    return resources;
  }
}
