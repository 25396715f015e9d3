package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.eddy.deploy.http.Access;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.ServedInstance;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.cluster.TopicReader;
import io.eddy.it.scenario.SmallModel;
import io.eddy.it.scenario.Waves;
import io.eddy.schemas.avro.Forecast;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// What an application tells over HTTP, on a real broker.
@ExtendWith(ClusterExtension.class)
@Timeout(240)
class HttpIT {
  private static final int PARTITIONS = 4;
  private static final Waves WAVES = new Waves(8, PARTITIONS);
  private static final Map<String, String> UNTRAINED = Map.of("eddy.training.enabled", "false");

  @Test
  void shouldTellOfAnApplicationFromItsStartToItsVersions(KafkaCluster cluster) {
    TestApplication application = TestApplication.create(cluster, "http", PARTITIONS, UNTRAINED);
    try (ServedInstance served = ServedInstance.start(application, Access.open())) {
      awaitReady(served);
      application.send(WAVES.steps(0, 20));
      served.instance().awaitCommitted(application.sent().size());
      application.importModel(SmallModel.train(application.config().forecasterSpec()));
      served.instance().awaitDecision(1);
      application.send(WAVES.steps(20, 40));
      served.instance().awaitCommitted(application.sent().size());
      awaitKnown(served, application.sent().size());

      JsonNode keys = served.json("api/v1/keys?prefix=series-&search=ES-3&sort=error");
      assertThat(keys.get("total").asInt()).isEqualTo(1);
      assertThat(keys.get("known").asInt()).isEqualTo(8);
      assertThat(keys.get("keys").get(0).get("answers").asLong()).isEqualTo(40);

      JsonNode page = served.json("api/v1/keys?offset=6&limit=5");
      assertThat(page.get("keys").findValuesAsText("key")).containsExactly("series-6", "series-7");

      JsonNode state = served.json("api/v1/state?key=series-3");
      assertThat(state.get("steps").asLong()).isEqualTo(40);
      assertThat(state.get("model_version").asInt()).isEqualTo(1);

      JsonNode history = served.json("api/v1/history?key=series-3");
      assertThat(history.get("points")).hasSize(40);

      JsonNode models = served.json("api/v1/models");
      assertThat(models.get("champion").asInt()).isEqualTo(1);
      assertThat(served.json("api/v1/models/1").get("standing").asText()).isEqualTo("champion");
      assertThat(served.get("api/v1/models/7").statusCode()).isEqualTo(404);

      JsonNode status = served.json("api/v1/status");
      assertThat(status.get("answered").asLong()).isEqualTo(320);
      assertThat(status.get("health").get("model_version").asInt()).isEqualTo(1);

      assertThat(served.get("topology").body()).contains("eddy-forecast");
      assertThat(served.get("api/v1/state?key=nobody").statusCode()).isEqualTo(404);
      assertThat(served.get("api/v1/state").statusCode()).isEqualTo(400);
      assertThat(served.get("api/v1/keys?limit=0").body()).contains("from 1 to 1000");
    }
  }

  @Test
  void shouldBeDeadWhenTheApplicationHasEnded(KafkaCluster cluster) {
    TestApplication application = TestApplication.create(cluster, "ended", 1, UNTRAINED);
    try (ServedInstance served = ServedInstance.start(application, Access.open())) {
      awaitReady(served);
      assertThat(served.get("health/live").statusCode()).isEqualTo(200);

      served.endApplication();

      assertThat(served.get("health/live").statusCode()).isEqualTo(503);
      assertThat(served.get("health/live").body()).contains("not_running");
      assertThat(served.get("health/ready").statusCode()).isEqualTo(503);
      assertThat(served.get("api/v1/state?key=a").statusCode()).isEqualTo(503);
    }
  }

  /// From the stored state, with the weights of the version that wrote it: the numbers that stand
  /// in the topic of forecasts.
  @Test
  void shouldForecastFromTheStateAsTheStreamDid(KafkaCluster cluster) {
    TestApplication application = TestApplication.create(cluster, "queried", 1, UNTRAINED);
    application.importModel(SmallModel.train(application.config().forecasterSpec()));
    try (ServedInstance served = ServedInstance.start(application, Access.open())) {
      served.instance().awaitDecision(1);
      application.send(new Waves(1, 1).steps(0, 30));
      served.instance().awaitCommitted(30);

      JsonNode asked = served.json("api/v1/forecast?key=series-0");

      var records = TopicReader.readAll(cluster, application.topics().forecasts());
      Forecast newest =
          application
              .registry()
              .serde(Forecast.class, application.topics().forecasts())
              .deserializer()
              .deserialize(application.topics().forecasts(), records.getLast().value());
      assertThat(newest.getModelVersion()).isEqualTo(1);
      assertThat(asked.get("steps").asLong()).isEqualTo(newest.getSteps());
      for (int step = 0; step < newest.getHorizon().size(); step++) {
        JsonNode ahead = asked.get("horizon").get(step);
        var expected = newest.getHorizon().get(step);
        assertThat(ahead.get("forecast_value").asDouble()).isEqualTo(expected.getForecastValue());
        assertThat(ahead.get("lower_bound").asDouble()).isEqualTo(expected.getLowerBound());
        assertThat(ahead.get("upper_bound").asDouble()).isEqualTo(expected.getUpperBound());
      }
    }
  }

  @Test
  void shouldAnswerForEveryKeyAtAnyInstance(KafkaCluster cluster) {
    TestApplication application = TestApplication.create(cluster, "owners", PARTITIONS, UNTRAINED);
    Access access = Access.of(Optional.of("shared secret"), Optional.empty());
    try (ServedInstance one = ServedInstance.start(application, access);
        ServedInstance other = ServedInstance.start(application, access)) {
      awaitReady(one);
      awaitReady(other);
      application.send(WAVES.steps(0, 3));
      one.instance().awaitCommitted(application.sent().size());
      awaitShared(one, other);

      // The partitions of these keys are not those that Kafka's partitioner would choose.
      for (ServedInstance asked : List.of(one, other)) {
        Set<Boolean> forwarded = new TreeSet<>();
        for (int series = 0; series < WAVES.keys(); series++) {
          String path = "api/v1/forecast?key=series-" + series;
          var response =
              asked.send(
                  asked.request(path).header("Authorization", "Bearer shared secret").build());
          assertThat(response.statusCode()).as(path).isEqualTo(200);
          assertThat(ServedInstance.json(response).get("steps").asLong()).isEqualTo(3);
          forwarded.add(response.headers().firstValue("X-Eddy-Instance").isPresent());
        }
        assertThat(forwarded).as("whether the other one was asked").containsExactly(false, true);
      }
    }
  }

  @Test
  void shouldAskForASecretEverywhereButAtItsHealth(KafkaCluster cluster) {
    TestApplication application = TestApplication.create(cluster, "locked", 1, UNTRAINED);
    Access access = Access.of(Optional.of("s3cret"), Optional.of("eve:pass:word"));
    try (ServedInstance served = ServedInstance.start(application, access)) {
      for (String path : List.of("", "metrics", "topology", "api/v1/status", "api/openapi.json")) {
        assertThat(served.get(path).statusCode()).as(path).isEqualTo(401);
      }
      assertThat(served.get("health/live").statusCode()).isEqualTo(200);
      for (String good : List.of("Bearer s3cret", basic("eve:pass:word"), basic("any:s3cret"))) {
        assertThat(status(served, good)).as(good).isEqualTo(200);
      }
      for (String bad :
          List.of("Bearer s3cret2", "Bearer ", basic("eve:s3cre"), basic("adam:pass:word"), "x")) {
        assertThat(status(served, bad)).as(bad).isEqualTo(401);
      }
    }
  }

  private static int status(ServedInstance served, String authorization) {
    return served
        .send(served.request("api/v1/status").header("Authorization", authorization).build())
        .statusCode();
  }

  private static String basic(String login) {
    return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldStreamTheAnswersOfAKeyThatIsFollowed(KafkaCluster cluster) throws IOException {
    TestApplication application = TestApplication.create(cluster, "followed", 1, UNTRAINED);
    try (ServedInstance served = ServedInstance.start(application, Access.open())) {
      awaitReady(served);
      List<String> lines = new ArrayList<>();
      var connection =
          URI.create(served.url() + "api/v1/events?key=series-1").toURL().openConnection();
      connection.setReadTimeout((int) Duration.ofMinutes(2).toMillis());
      try (var reader =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
        // The first status says that it is followed.
        readUntil(reader, lines, "event: status");
        application.send(new Waves(2, 1).steps(0, 2));
        readUntil(reader, lines, "\"steps\":2");
      }

      assertThat(lines).filteredOn(line -> line.equals("event: answer")).hasSize(2);
      assertThat(lines).noneMatch(line -> line.contains("series-0"));
    }
  }

  private static void readUntil(BufferedReader reader, List<String> lines, String wanted)
      throws IOException {
    String line;
    do {
      line = reader.readLine();
      if (line == null) {
        throw new AssertionError("the stream ended before \"" + wanted + "\": " + lines);
      }
      lines.add(line);
    } while (!line.contains(wanted));
  }

  @Test
  void shouldKnowTenThousandKeys(KafkaCluster cluster) {
    TestApplication application = TestApplication.create(cluster, "fleet", 2, UNTRAINED);
    var many = new Waves(10_000, 2);
    try (ServedInstance served = ServedInstance.start(application, Access.open())) {
      application.send(many.steps(0, 3));
      served.instance().awaitCommitted(30_000);
      Patience.await("all keys known")
          .until(() -> served.json("api/v1/keys").get("known").asInt(), known -> known == 10_000);

      long began = System.nanoTime();
      JsonNode worst = served.json("api/v1/keys?sort=error&limit=50");
      JsonNode found = served.json("api/v1/keys?search=series-4711");

      assertThat(worst.get("keys")).hasSize(50);
      assertThat(found.get("keys").findValuesAsText("key")).containsExactly("series-4711");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    }
  }

  /// Dashboards and alert rules are written against these names.
  @Test
  void shouldNameMetricsAsItsDocumentationDoes(KafkaCluster cluster) throws IOException {
    TestApplication application = TestApplication.create(cluster, "metrics", 1, UNTRAINED);
    try (ServedInstance served = ServedInstance.start(application, Access.open())) {
      application.send(new Waves(1, 1).steps(0, 5));
      served.instance().awaitCommitted(5);
      Patience.await("metrics of the task")
          .until(
              () -> served.get("metrics").body(),
              body -> body.contains("kafka_stream_eddy_forecasts_total"));

      Set<String> told =
          names(served.get("metrics").body(), "# TYPE ((?:kafka_stream_)?eddy_\\S+)");
      Set<String> documented = documented();

      // Kafka makes the metrics of a task with it; each has come out by now.
      assertThat(told).containsExactlyInAnyOrderElementsOf(documented);
    }
  }

  private static Set<String> documented() throws IOException {
    String text = Files.readString(Path.of("..", "docs", "http.md"));
    Set<String> documented = new TreeSet<>();
    for (String line : text.lines().filter(row -> row.startsWith("| `")).toList()) {
      String first = line.substring(0, line.indexOf(" | "));
      String base = "";
      for (String name : names(first, "`([^`]+)`")) {
        if (name.startsWith("eddy_") || name.startsWith("kafka_stream_eddy_")) {
          documented.add(name);
          base = name.replaceFirst("_(total|avg)$", "");
        }
      }
      if (!base.isEmpty()) {
        for (String suffix : List.of("_rate", "_max")) {
          if (first.contains("`" + suffix + "`")) {
            documented.add(base + suffix);
          }
        }
      }
    }
    return documented;
  }

  private static Set<String> names(String text, String pattern) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }

  private static void awaitReady(ServedInstance served) {
    Patience.await("ready")
        .until(() -> served.get("health/ready").statusCode(), status -> status == 200);
  }

  private static void awaitKnown(ServedInstance served, long answers) {
    Patience.await("answers read")
        .until(
            () ->
                served.json("api/v1/keys").get("keys").findValuesAsText("answers").stream()
                    .mapToLong(Long::parseLong)
                    .sum(),
            sum -> sum == answers);
  }

  /// Until each instance has the state of some key in a store of its own.
  private static void awaitShared(ServedInstance one, ServedInstance other) {
    for (ServedInstance served : List.of(one, other)) {
      Patience.await("a key of its own")
          .until(
              () ->
                  IntStream.range(0, WAVES.keys())
                      .mapToObj(
                          series ->
                              served.send(
                                  served
                                      .request("api/v1/state?key=series-" + series)
                                      .header("Authorization", "Bearer shared secret")
                                      .header("X-Eddy-Forwarded", "a test")
                                      .build()))
                      .anyMatch(response -> response.statusCode() == 200));
    }
  }
}
