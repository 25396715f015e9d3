package io.eddy.deploy.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.eddy.deploy.config.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The files of `deploy/container`, as far as they can be judged without a container engine.
class ContainerFilesTest {
  private static final Path CONTAINER = Path.of("container");
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern METRIC = Pattern.compile("\\b(?:eddy|kafka)_[a-z_]+");

  @Test
  void shouldComposeServicesThatDependOnThoseThatAreThere() throws IOException {
    JsonNode compose = YAML.readTree(Files.readString(CONTAINER.resolve("compose.yaml")));
    JsonNode services = compose.get("services");
    Set<String> names = new TreeSet<>();
    services.fieldNames().forEachRemaining(names::add);

    assertThat(names)
        .containsExactly("eddy", "grafana", "input", "kafka", "prometheus", "registry", "topics");
    for (String name : names) {
      JsonNode service = services.get(name);
      service
          .path("depends_on")
          .fieldNames()
          .forEachRemaining(on -> assertThat(names).contains(on));
      assertThat(service.has("image")).as(name).isTrue();
      for (JsonNode port : service.path("ports")) {
        assertThat(port.asText()).as("a port of " + name).startsWith("127.0.0.1:");
      }
      for (JsonNode volume : service.path("volumes")) {
        String source = volume.asText().split(":", 2)[0];
        if (source.startsWith("./")) {
          assertThat(CONTAINER.resolve(source)).exists();
        } else {
          assertThat(compose.get("volumes").has(source)).as(source).isTrue();
        }
      }
    }
    assertThat(services.at("/eddy/read_only").asBoolean()).isTrue();
  }

  @Test
  void shouldConfigureEddyInTheComposeFileByVariablesThatItReads() throws IOException {
    // Jackson leaves aliases alone, so the settings are read where they are defined.
    JsonNode environment =
        YAML.readTree(Files.readString(CONTAINER.resolve("compose.yaml")))
            .at("/services/topics/environment");
    Map<String, String> variables = new HashMap<>();
    environment
        .properties()
        .forEach(entry -> variables.put(entry.getKey(), entry.getValue().asText()));
    variables.remove("EDDY_HTTP_TOKEN"); // of HTTP's options, docs/http.md

    assertThat(Settings.of(Map.of(), variables, Map.of())).hasSameSizeAs(variables);
  }

  @Test
  void shouldShowAndWatchDocumentedMetricsAlone() throws IOException {
    Set<String> used = new LinkedHashSet<>();
    queries().forEach(query -> METRIC.matcher(query).results().forEach(r -> used.add(r.group())));
    Path page = Path.of("..", "docs", "http.md");
    Assumptions.assumeTrue(Files.exists(page), "docs/http.md is not there to compare with");
    String documented = Files.readString(page);

    assertThat(used).hasSizeGreaterThan(20);
    // "name_avg, _max" in one row.
    assertThat(used)
        .allSatisfy(name -> assertThat(documented).contains(name.replaceFirst("_max$", "_avg")));
  }

  @Test
  void shouldGiveEveryAlertASeverityAndSomethingToDo() throws IOException {
    JsonNode alerts =
        YAML.readTree(Files.readString(CONTAINER.resolve("prometheus/alerts.yml")))
            .at("/groups/0/rules");

    assertThat(alerts)
        .hasSizeGreaterThan(8)
        .allSatisfy(
            alert -> {
              assertThat(alert.at("/labels/severity").asText()).isIn("critical", "warning", "info");
              assertThat(alert.at("/annotations/action").asText()).isNotEmpty();
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"eddy", "health"})
  void shouldBeWholeScripts(String script) throws IOException, InterruptedException {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no /bin/bash");
    Path file = CONTAINER.resolve(script);

    Process check =
        new ProcessBuilder("/bin/bash", "-n", file.toString()).redirectErrorStream(true).start();
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(check.waitFor()).as(said).isZero();
    assertThat(file).isExecutable();
  }

  /// Of every panel and alert.
  private static List<String> queries() throws IOException {
    List<String> queries = new ArrayList<>();
    JsonNode dashboard =
        JSON.readTree(Files.readString(CONTAINER.resolve("grafana/dashboards/eddy.json")));
    dashboard
        .get("panels")
        .forEach(
            panel -> panel.get("targets").forEach(one -> queries.add(one.get("expr").asText())));
    YAML.readTree(Files.readString(CONTAINER.resolve("prometheus/alerts.yml")))
        .at("/groups/0/rules")
        .forEach(alert -> queries.add(alert.get("expr").asText()));
    return queries;
  }
}
