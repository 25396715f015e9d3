package io.eddy.it.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.eddy.it.cluster.Patience;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One page in a headless Chromium, driven by the Chrome DevTools protocol: the browser's package
/// is all that it takes, and no driver that has to match its version.
public final class Chromium implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final Pattern LISTENING = Pattern.compile("listening on ws://([^/]+)/");
  private static final int ANSWER_SECONDS = 60;

  private final Process process;
  private final Path profile;
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger calls = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final WebSocket socket;

  private Chromium(Process process, Path profile) throws IOException {
    this.process = process;
    this.profile = profile;
    String address = awaitAddress(process);
    try {
      var request =
          HttpRequest.newBuilder(URI.create("http://" + address + "/json/new?about:blank"))
              .PUT(HttpRequest.BodyPublishers.noBody())
              .build();
      JsonNode page = JSON.readTree(client.send(request, BodyHandlers.ofString()).body());
      socket =
          client
              .newWebSocketBuilder()
              .buildAsync(URI.create(page.get("webSocketDebuggerUrl").asText()), new Listener())
              .get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the browser's page cannot be reached", e);
    }
    call("Runtime.enable", Map.of());
    call("Log.enable", Map.of());
    call("Page.enable", Map.of());
  }

  /// The browser of this machine, if there is one.
  public static Optional<Path> find() {
    @Nullable String path = System.getenv("PATH");
    return Stream.of((path == null ? "" : path).split(File.pathSeparator))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// Starts a browser with an empty page and a profile of its own.
  ///
  /// @param program see [#find]
  public static Chromium start(Path program) {
    try {
      Path profile = Files.createTempDirectory("eddy-it-browser-");
      var builder =
          new ProcessBuilder(
              program.toString(),
              "--headless=new",
              "--disable-gpu",
              "--disable-dev-shm-usage",
              // Containers have no user namespaces; the one page that it opens is our own.
              "--no-sandbox",
              "--no-first-run",
              "--disable-background-networking",
              "--remote-debugging-port=0",
              "--user-data-dir=" + profile,
              "about:blank");
      builder.redirectErrorStream(true);
      Process process = builder.start();
      try {
        return new Chromium(process, profile);
      } catch (IOException | RuntimeException e) {
        process.destroyForcibly();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String awaitAddress(Process process) throws IOException {
    var reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder said = new StringBuilder();
    String line;
    while ((line = reader.readLine()) != null) {
      said.append(line).append('\n');
      Matcher matcher = LISTENING.matcher(line);
      if (matcher.find()) {
        Thread.ofPlatform().daemon().start(() -> drain(reader));
        return matcher.group(1);
      }
    }
    throw new IOException("the browser ended before it listened:\n" + said);
  }

  /// It would stop when the pipe is full.
  private static void drain(BufferedReader reader) {
    try {
      while (reader.readLine() != null) {
        // Nobody reads what it says of its own.
      }
    } catch (IOException e) {
      // It has ended.
    }
  }

  /// Opens a page.
  public void open(String url) {
    call("Page.navigate", Map.of("url", url));
  }

  /// Gives the page this size.
  public void resize(int width, int height) {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /// What an expression is in the page, as JSON; a promise's outcome.
  public JsonNode evaluate(String expression) {
    JsonNode result =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
    }
    return result.path("result").path("value");
  }

  /// Text of the first element that a selector finds, empty if there is none.
  public String text(String selector) {
    return evaluate("document.querySelector(%s)?.innerText ?? ''".formatted(quoted(selector)))
        .asText();
  }

  /// Waits until an expression is true in the page.
  public void await(String expression) {
    Patience.await(expression)
        .until(() -> evaluate("Boolean(" + expression + ")").asBoolean(), is -> is);
  }

  /// Presses and releases a key on the keyboard.
  ///
  /// @param key as in `KeyboardEvent.key`
  public void press(String key) {
    boolean isCharacter = key.length() == 1;
    call(
        "Input.dispatchKeyEvent",
        isCharacter
            ? Map.of("type", "keyDown", "key", key, "text", key)
            : Map.of("type", "rawKeyDown", "key", key, "windowsVirtualKeyCode", code(key)));
    call("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key));
  }

  private static int code(String key) {
    return switch (key) {
      case "Enter" -> 13;
      case "Escape" -> 27;
      case "ArrowDown" -> 40;
      case "ArrowUp" -> 38;
      default -> throw new IllegalArgumentException("no code is known of " + key);
    };
  }

  /// Types a text into what has the focus.
  public void type(String text) {
    call("Input.insertText", Map.of("text", text));
  }

  /// Errors and warnings of the console, exceptions, and requests that failed, oldest first.
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  private static String quoted(String text) {
    return JSON.getNodeFactory().textNode(text).toString();
  }

  private JsonNode call(String method, Map<String, ?> parameters) {
    int id = calls.incrementAndGet();
    var answer = new CompletableFuture<JsonNode>();
    answers.put(id, answer);
    ObjectNode request = JSON.createObjectNode().put("id", id).put("method", method);
    request.set("params", JSON.valueToTree(parameters));
    try {
      socket.sendText(request.toString(), true).get(ANSWER_SECONDS, TimeUnit.SECONDS);
      JsonNode message = answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
      if (message.has("error")) {
        throw new IllegalStateException(method + ": " + message.get("error"));
      }
      return message.path("result");
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the browser did not do as told: " + method, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      answers.remove(id);
    }
  }

  private void take(JsonNode message) {
    if (message.has("id")) {
      CompletableFuture<JsonNode> answer = answers.get(message.get("id").asInt());
      if (answer != null) {
        answer.complete(message);
      }
      return;
    }
    JsonNode parameters = message.path("params");
    switch (message.path("method").asText()) {
      case "Runtime.exceptionThrown" ->
          complaints.add("exception: " + parameters.path("exceptionDetails"));
      case "Runtime.consoleAPICalled" -> {
        if (List.of("error", "warning", "assert").contains(parameters.path("type").asText())) {
          complaints.add("console: " + parameters.path("args"));
        }
      }
      case "Log.entryAdded" -> {
        JsonNode entry = parameters.path("entry");
        if (List.of("error", "warning").contains(entry.path("level").asText())) {
          complaints.add("log: " + entry.path("text").asText() + " " + entry.path("url").asText());
        }
      }
      default -> {} // Of no interest here.
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder parts = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      parts.append(data);
      if (last) {
        String whole = parts.toString();
        parts.setLength(0);
        try {
          take(JSON.readTree(whole));
        } catch (IOException e) {
          complaints.add("no JSON from the browser: " + whole);
        }
      }
      from.request(1);
      return null;
    }
  }

  @Override
  public void close() {
    socket.abort();
    client.shutdownNow();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      if (!process.waitFor(Duration.ofSeconds(ANSWER_SECONDS))) {
        throw new IllegalStateException("the browser does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    delete();
  }

  private void delete() {
    Patience.await("the browser's profile deleted")
        .until(
            () -> {
              try (Stream<Path> found = Files.walk(profile)) {
                for (Path file : found.sorted(Comparator.reverseOrder()).toList()) {
                  Files.deleteIfExists(file);
                }
                return true;
              } catch (IOException | UncheckedIOException e) {
                return !Files.exists(profile); // Some process of it was still writing.
              }
            });
  }
}
