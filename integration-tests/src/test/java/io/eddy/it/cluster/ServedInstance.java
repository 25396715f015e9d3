package io.eddy.it.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.http.Access;
import io.eddy.deploy.http.HttpServer;
import io.eddy.deploy.http.HttpSettings;
import io.eddy.processors.progress.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/// An instance in this process with its HTTP server, as `eddy run` starts it, and a client of that.
public final class ServedInstance implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpServer server;
  private final Instance instance;
  private boolean ended;

  private ServedInstance(HttpServer server, Instance instance) {
    this.server = server;
    this.instance = instance;
  }

  /// Starts one on a free port.
  public static ServedInstance start(TestApplication application, Access access) {
    var progress = new Progress();
    HttpServer server =
        HttpServer.start(new HttpSettings(HttpSettings.LOOPBACK, 0, false, access), progress);
    try {
      return new ServedInstance(
          server, Instance.start(application, null, progress, () -> true, server));
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  public Instance instance() {
    return instance;
  }

  /// Address of the dashboard.
  public String url() {
    return server.url();
  }

  /// Asks it without a secret.
  ///
  /// @param path without the first slash
  public HttpResponse<String> get(String path) {
    return send(request(path).build());
  }

  /// The answer's JSON.
  public JsonNode json(String path) {
    HttpResponse<String> response = get(path);
    if (response.statusCode() != 200) {
      throw new AssertionError(path + ": " + response.statusCode() + " " + response.body());
    }
    return json(response);
  }

  /// The JSON in an answer.
  public static JsonNode json(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A request to it, to be completed.
  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server.url() + path)).timeout(ANSWER_MAX);
  }

  /// Sends a request.
  public HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /// Ends the application, and leaves its server.
  public void endApplication() {
    if (!ended) {
      ended = true;
      instance.close();
    }
  }

  @Override
  public void close() {
    endApplication();
    server.close();
    client.shutdownNow();
  }
}
