package io.eddy.deploy.http;

import io.eddy.deploy.http.KeyQueries.Found;
import io.eddy.deploy.process.UserException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The routes under `/api`, which openapi.json describes.
final class Api {
  private static final String JSON = "application/json";
  private static final int LIMIT = 50;
  private static final int LIMIT_MAX = 1_000;
  private static final int FOLLOWED_MAX = 50;

  private final StatusBoard board;
  private final Fleet fleet;
  private final Messages messages;
  private final TrainingLog trainings;
  private final EventStreams events;
  private final Supplier<Attached> attached;
  private final byte[] openApi = Resources.read("openapi.json");

  /// @param attached throws a [Refusal] while the application starts
  Api(
      StatusBoard board,
      Fleet fleet,
      Messages messages,
      TrainingLog trainings,
      EventStreams events,
      Supplier<Attached> attached) {
    this.board = board;
    this.fleet = fleet;
    this.messages = messages;
    this.trainings = trainings;
    this.events = events;
    this.attached = attached;
  }

  void addTo(RoutesConfig routes) {
    routes.get("/api/openapi.json", request -> request.contentType(JSON).result(openApi));
    routes.get("/api/v1/status", request -> answer(request, board.now()));
    routes.get("/api/v1/keys", this::keys);
    routes.get("/api/v1/history", this::history);
    routes.get("/api/v1/forecast", request -> ofKey(request, attached.get().keys()::forecast));
    routes.get("/api/v1/state", request -> ofKey(request, attached.get().keys()::state));
    routes.get("/api/v1/messages", this::newestMessages);
    routes.get("/api/v1/models", this::models);
    routes.get("/api/v1/models/{version}", this::model);
    routes.get("/api/v1/trainings", request -> answer(request, of("trainings", trainings.views())));
    routes.get("/api/v1/events", this::follow);
  }

  private static void answer(Context request, Object body) {
    request.contentType(JSON).result(Json.bytes(body));
  }

  private static Map<String, Object> of(String name, Object value) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put(name, value);
    return all;
  }

  private void keys(Context request) {
    String search = text(request, "search").toLowerCase(Locale.ROOT);
    String prefix = text(request, "prefix");
    String by = request.queryParam("sort");
    Fleet.Order order =
        Fleet.Order.of(by == null ? "key" : by)
            .orElseThrow(
                () ->
                    new Refusal(
                        HttpStatus.BAD_REQUEST,
                        "sort is \"%s\", expected key, error, anomaly or value".formatted(by)));
    Predicate<String> fits =
        key -> key.startsWith(prefix) && key.toLowerCase(Locale.ROOT).contains(search);
    int offset = number(request, "offset", 0, 0, Fleet.KEYS_MAX);
    answer(request, fleet.page(fits, order, offset, number(request, "limit", LIMIT, 1, LIMIT_MAX)));
  }

  private void history(Context request) {
    String key = key(request);
    List<Point> points =
        fleet
            .points(key, number(request, "limit", Track.POINTS_MAX, 1, Track.POINTS_MAX))
            .orElseThrow(
                () ->
                    new Refusal(
                        HttpStatus.NOT_FOUND,
                        "this key was not answered lately; /api/v1/state has what is stored of"
                            + " it"));
    Map<String, Object> all = of("key", key);
    all.put("points", points);
    answer(request, all);
  }

  private void ofKey(Context request, BiFunction<String, byte[], Object> view) {
    String key = key(request);
    byte[] bytes;
    try {
      bytes = KeyText.bytes(key);
    } catch (IllegalArgumentException e) {
      throw new Refusal(
          HttpStatus.BAD_REQUEST, "what follows \"base64:\" in the key is no base64url");
    }
    String path = request.path() + "?" + request.queryString();
    boolean forwarded = request.header(KeyQueries.FORWARDED) != null;
    switch (attached.get().queries().find(bytes, path, forwarded)) {
      case Found.Here here -> answer(request, view.apply(key, here.state()));
      case Found.Elsewhere elsewhere ->
          request
              .header("X-Eddy-Instance", elsewhere.instance())
              .contentType(JSON)
              .result(elsewhere.answer());
    }
  }

  private void newestMessages(Context request) {
    String key = text(request, "key");
    boolean anomalies = text(request, "anomalies").equals("true");
    List<MessageView> found =
        messages.newest(
            message ->
                (key.isEmpty() || message.key().equals(key)) && (!anomalies || message.isAnomaly()),
            number(request, "limit", LIMIT, 1, Messages.KEPT));
    answer(request, of("messages", found));
  }

  private void models(Context request) {
    answer(request, attached.get().models().account().json());
  }

  private void model(Context request) {
    int version = integer("version", request.pathParam("version"), 1, Integer.MAX_VALUE);
    try {
      answer(request, attached.get().models().account().json(version));
    } catch (UserException e) {
      throw new Refusal(HttpStatus.NOT_FOUND, String.valueOf(e.getMessage()));
    }
  }

  private void follow(Context request) {
    Set<String> keys = new LinkedHashSet<>(request.queryParams("key"));
    if (keys.size() > FOLLOWED_MAX) {
      throw new Refusal(
          HttpStatus.BAD_REQUEST,
          "%d keys are named, expected at most %d".formatted(keys.size(), FOLLOWED_MAX));
    }
    events.serve(request, keys);
  }

  // ---- parameters -------------------------------------------------------------------------------

  private static String text(Context request, String name) {
    @Nullable String given = request.queryParam(name);
    return given == null ? "" : given;
  }

  private static String key(Context request) {
    String key = text(request, "key");
    if (key.isEmpty()) {
      throw new Refusal(HttpStatus.BAD_REQUEST, "no key is named: expected ?key=...");
    }
    return key;
  }

  private static int number(Context request, String name, int usual, int least, int most) {
    @Nullable String given = request.queryParam(name);
    return given == null ? usual : integer(name, given, least, most);
  }

  private static int integer(String name, String given, int least, int most) {
    try {
      int number = Integer.parseInt(given);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, as a number that is out of range.
    }
    throw new Refusal(
        HttpStatus.BAD_REQUEST,
        "%s is \"%s\", expected a whole number from %d to %d".formatted(name, given, least, most));
  }
}
