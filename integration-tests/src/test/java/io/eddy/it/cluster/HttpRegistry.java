package io.eddy.it.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A schema registry over HTTP that can go away and come back with what it knew: the three calls of
/// Confluent's interface that an application makes, and no more. For everything else there is
/// [ApicurioRegistry].
public final class HttpRegistry implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int UNAVAILABLE = 503;

  // Used by the server's one thread alone.
  private final List<String> schemas = new ArrayList<>(); // id = index + 1
  private final Map<String, String> newestBySubject = new HashMap<>();

  private final HttpServer server;
  private volatile boolean away;
  private volatile int askedInVain;

  private record Answer(int status, Map<String, ?> body) {
    static Answer error(int status, int code, String message) {
      return new Answer(status, Map.of("error_code", code, "message", message));
    }
  }

  private HttpRegistry(HttpServer server) {
    this.server = server;
    server.createContext("/", this::answer);
  }

  /// Starts one that knows nothing.
  public static HttpRegistry start() {
    try {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      var registry = new HttpRegistry(HttpServer.create(address, 0));
      registry.server.start();
      return registry;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What clients take as `schema.registry.url`.
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /// Answers with 503 from now on, as a proxy before a registry that is down.
  public void goAway() {
    away = true;
  }

  /// Answers again.
  public void comeBack() {
    away = false;
  }

  /// How often it was asked while it was away.
  public int askedInVain() {
    return askedInVain;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread counts, others read.
  private void answer(HttpExchange exchange) throws IOException {
    Answer answer;
    if (away) {
      askedInVain++;
      answer = Answer.error(UNAVAILABLE, 50301, "gone for a while");
    } else {
      answer = found(exchange);
    }
    byte[] body = JSON.writeValueAsBytes(answer.body());
    exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
    exchange.sendResponseHeaders(answer.status(), body.length);
    try (exchange) {
      exchange.getResponseBody().write(body);
    }
  }

  private Answer found(HttpExchange exchange) throws IOException {
    String[] path = exchange.getRequestURI().getPath().split("/", -1); // the first is empty
    return switch (exchange.getRequestMethod() + " " + path[1]) {
      case "POST subjects" -> register(path[2], schemaIn(exchange));
      case "GET subjects" -> newest(path[2]);
      case "GET schemas" ->
          new Answer(OK, Map.of("schema", schemas.get(Integer.parseInt(path[3]) - 1)));
      default -> Answer.error(NOT_FOUND, NOT_FOUND, "this registry has no such thing");
    };
  }

  private static String schemaIn(HttpExchange exchange) throws IOException {
    return JSON.readTree(exchange.getRequestBody()).get("schema").asText();
  }

  private Answer register(String subject, String schema) {
    if (!schemas.contains(schema)) {
      schemas.add(schema);
    }
    newestBySubject.put(subject, schema);
    return new Answer(OK, Map.of("id", id(schema)));
  }

  private Answer newest(String subject) {
    String schema = newestBySubject.get(subject);
    return schema == null
        ? Answer.error(NOT_FOUND, 40401, "no subject " + subject)
        : new Answer(
            OK, Map.of("subject", subject, "version", 1, "id", id(schema), "schema", schema));
  }

  private int id(String schema) {
    return schemas.indexOf(schema) + 1;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
