package io.eddy.deploy.http;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What each request passes before it is answered: it must read, come from whoever may, and bring
/// no body worth mentioning.
final class Guard {
  /// Of a request's body; nothing that this server does needs one.
  static final long BODY_BYTES_MAX = 1024;

  /// Of a request's line and headers, keys of up to a few KiB among them.
  static final int HEADER_BYTES_MAX = 16 * 1024;

  private static final String HEALTH = "/health/";
  private static final Set<HandlerType> READING = Set.of(HandlerType.GET, HandlerType.HEAD);
  private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

  private static final Map<String, String> HEADERS =
      Map.of(
          "Cache-Control",
          "no-store",
          "Content-Security-Policy",
          "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none';"
              + " form-action 'none'",
          "Referrer-Policy",
          "no-referrer",
          "X-Content-Type-Options",
          "nosniff");

  private final Access access;

  Guard(Access access) {
    this.access = access;
  }

  void check(Context request) {
    HEADERS.forEach(request::header);
    if (!READING.contains(request.method())) {
      request.header("Allow", "GET, HEAD");
      throw new Refusal(HttpStatus.METHOD_NOT_ALLOWED, "nothing can be changed here: expected GET");
    }
    if (request.contentLength() > BODY_BYTES_MAX) {
      throw new Refusal(
          HttpStatus.CONTENT_TOO_LARGE,
          "the request has a body of %d bytes, expected at most %d"
              .formatted(request.contentLength(), BODY_BYTES_MAX));
    }
    // Probes have no secrets, and learn nothing but a state.
    if (request.path().startsWith(HEALTH)) {
      return;
    }
    if (access.isOpen()) {
      requireLocalName(request.host());
    } else if (!access.allows(request.header("Authorization"))) {
      request.header("WWW-Authenticate", "Basic realm=\"eddy\", charset=\"UTF-8\"");
      throw new Refusal(
          HttpStatus.UNAUTHORIZED,
          "expected \"Authorization: Bearer TOKEN\", or basic authentication with the token or"
              + " password that this application was started with");
    }
  }

  /// Without a secret only this machine is served. A web page from elsewhere could still have its
  /// own name resolve to this machine, and would read everything in the name of whoever has it
  /// open.
  private static void requireLocalName(@Nullable String host) {
    String name = host == null ? "" : host.replaceFirst(":\\d+$", "");
    if (!LOCAL_NAMES.contains(name)) {
      throw new Refusal(
          HttpStatus.MISDIRECTED_REQUEST,
          "this server answers by the names %s, not as \"%s\"; start it with a token to use others"
              .formatted(LOCAL_NAMES.stream().sorted().toList(), name));
    }
  }
}
