package io.eddy.deploy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.progress.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A server before there is an application: all that needs none.
class HttpServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer server;

  @BeforeEach
  void start() {
    server = HttpServer.start(settings(0, false), new Progress());
  }

  @AfterEach
  void stop() {
    server.close();
    client.shutdownNow();
  }

  private static HttpSettings settings(int port, boolean elsewhere) {
    return new HttpSettings(HttpSettings.LOOPBACK, port, elsewhere, Access.open());
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(server.url() + path)).build(), BodyHandlers.ofString());
  }

  /// A connection of its own, for what a well-behaved client does not send.
  private String send(String request) throws IOException {
    try (var socket =
            new Socket(InetAddress.getLoopbackAddress(), URI.create(server.url()).getPort());
        OutputStream out = socket.getOutputStream();
        InputStream in = socket.getInputStream()) {
      out.write(request.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void shouldLiveAndNotBeReadyBeforeItsApplicationIsThere() throws Exception {
    assertThat(get("health/live").statusCode()).isEqualTo(200);
    assertThat(get("health/ready").statusCode()).isEqualTo(503);
    assertThat(get("health/ready").body()).contains("\"state\":\"starting\"");
    assertThat(get("topology").body()).contains("the application is starting");
    assertThat(get("api/v1/status").statusCode()).isEqualTo(200);
    assertThat(get("metrics").body()).contains("eddy_live 1.0").contains("eddy_ready 0.0");
  }

  @Test
  void shouldDescribeEachPathThatItHas() throws Exception {
    JsonNode document = JSON.readTree(get("api/openapi.json").body());
    List<String> described = new ArrayList<>();
    document.get("paths").fieldNames().forEachRemaining(described::add);

    assertThat(server.paths())
        .filteredOn(path -> !path.equals("/") && !path.matches("/[a-zA-Z.]+\\.(js|css|svg)"))
        .containsExactlyInAnyOrderElementsOf(described);
  }

  @Test
  void shouldReferToNothingThatItDoesNotDescribe() throws Exception {
    String text = get("api/openapi.json").body();
    JsonNode schemas = JSON.readTree(text).path("components").path("schemas");

    assertThat(new TreeSet<>(JSON.readTree(text).findValuesAsText("$ref")))
        .isNotEmpty()
        .allSatisfy(
            reference ->
                assertThat(schemas.has(reference.replace("#/components/schemas/", "")))
                    .as(reference)
                    .isTrue());
  }

  @Test
  void shouldServeThePageAndAllThatItNames() throws Exception {
    HttpResponse<String> page = get("");

    assertThat(page.headers().firstValue("Content-Security-Policy"))
        .hasValueSatisfying(policy -> assertThat(policy).contains("default-src 'self'"));
    for (String path :
        List.of(
            "app.js",
            "api.js",
            "charts.js",
            "format.js",
            "views.js",
            "dashboard.css",
            "icon.svg",
            "uPlot.esm.js",
            "uPlot.min.css")) {
      HttpResponse<String> file = get(path);
      assertThat(file.statusCode()).as(path).isEqualTo(200);
      // Works offline: nothing is fetched from elsewhere.
      assertThat(file.body().replace("http://www.w3.org/2000/svg", ""))
          .as(path)
          .doesNotContain("src=\"http")
          .doesNotContain("url(http")
          .doesNotContain("from 'http");
    }
    assertThat(page.body()).doesNotContain("http://").doesNotContain("https://");
  }

  @Test
  void shouldRefuseWhatIsNoReading() throws Exception {
    HttpResponse<String> posted =
        client.send(
            HttpRequest.newBuilder(URI.create(server.url() + "api/v1/keys"))
                .POST(BodyPublishers.ofString("x"))
                .build(),
            BodyHandlers.ofString());

    assertThat(posted.statusCode()).isEqualTo(405);
    assertThat(posted.body()).contains("expected GET");
    assertThat(get("nothing").statusCode()).isEqualTo(404);
    assertThat(get("nothing").body()).contains("/api/openapi.json");
  }

  @Test
  void shouldRefuseRequestsThatAreTooLarge() throws Exception {
    assertThat(get("api/v1/keys?search=" + "x".repeat(20_000)).statusCode()).isIn(414, 431);
    assertThat(
            send(
                "GET /api/v1/keys HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Content-Length: 5000\r\n\r\n"
                    + "x".repeat(5000)))
        .startsWith("HTTP/1.1 413");
  }

  @Test
  void shouldAnswerByLocalNamesAloneWithoutASecret() throws IOException {
    for (String name : List.of("localhost", "localhost:8098", "127.0.0.1", "[::1]:1")) {
      assertThat(send(asking(name))).as(name).startsWith("HTTP/1.1 200");
    }
    for (String name : List.of("example.org", "127.0.0.1.example.org", "localhost.evil:80")) {
      assertThat(send(asking(name))).as(name).startsWith("HTTP/1.1 421");
    }
  }

  private static String asking(String host) {
    return "GET /api/v1/status HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n".formatted(host);
  }

  @Test
  void shouldSayWhenItsPortIsTakenOrGoElsewhere() {
    int taken = URI.create(server.url()).getPort();

    assertThatThrownBy(() -> HttpServer.start(settings(taken, false), new Progress()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("port %d of 127.0.0.1 cannot be listened on", taken)
        .hasMessageContaining("--http-port");
    try (HttpServer other = HttpServer.start(settings(taken, true), new Progress())) {
      assertThat(URI.create(other.url()).getPort()).isNotEqualTo(taken);
    }
  }

  @Test
  void shouldDemandASecretWhereOthersCanReachIt() {
    assertThatThrownBy(() -> new HttpSettings("0.0.0.0", 0, false, Access.open()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("--http-token-file")
        .satisfies(
            failure -> assertThat(((UserException) failure).exitCode()).isEqualTo(ExitCode.USAGE));

    var secret = Access.of(Optional.of("s3cret"), Optional.empty());
    var open = new HttpSettings("0.0.0.0", 0, false, secret);
    assertThat(open.toString()).doesNotContain("s3cret");
  }
}
