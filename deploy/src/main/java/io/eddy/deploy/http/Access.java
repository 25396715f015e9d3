package io.eddy.deploy.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who may read: whoever has the token or the password. Compared in constant time, never printed.
public final class Access {
  private static final Access OPEN = new Access(Optional.empty(), Optional.empty());
  private static final String BEARER = "bearer ";
  private static final String BASIC = "basic ";

  private final Optional<String> token;
  private final Optional<String> login;

  private Access(Optional<String> token, Optional<String> login) {
    this.token = token;
    this.login = login;
  }

  /// Everybody who reaches the port.
  public static Access open() {
    return OPEN;
  }

  /// Whoever sends one of these.
  ///
  /// @param token sent as `Authorization: Bearer TOKEN`, or as the password of any user, as
  ///   browsers ask for one
  /// @param login `user:password` of HTTP's basic authentication
  public static Access of(Optional<String> token, Optional<String> login) {
    return new Access(token, login);
  }

  /// Whether nothing is asked for.
  boolean isOpen() {
    return token.isEmpty() && login.isEmpty();
  }

  /// Whether a request with this `Authorization` may read.
  ///
  /// @param authorization null where the request has none
  boolean allows(@Nullable String authorization) {
    if (isOpen()) {
      return true;
    }
    if (authorization == null) {
      return false;
    }
    String scheme = authorization.toLowerCase(Locale.ROOT);
    if (scheme.startsWith(BEARER)) {
      return equal(token, authorization.substring(BEARER.length()).strip());
    }
    if (!scheme.startsWith(BASIC)) {
      return false;
    }
    String sent = decode(authorization.substring(BASIC.length()).strip());
    String password = sent.substring(sent.indexOf(':') + 1);
    boolean isLogin = equal(login, sent);
    boolean isToken = equal(token, password);
    return isLogin || isToken;
  }

  /// What one instance shows another one of the same application.
  Optional<String> authorization() {
    return token
        .map(secret -> "Bearer " + secret)
        .or(
            () ->
                login.map(
                    secret ->
                        "Basic "
                            + Base64.getEncoder()
                                .encodeToString(secret.getBytes(StandardCharsets.UTF_8))));
  }

  @Override
  public String toString() {
    return isOpen() ? "open" : "with a secret";
  }

  private static String decode(String base64) {
    try {
      return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return ""; // No secret is empty.
    }
  }

  private static boolean equal(Optional<String> secret, String sent) {
    return secret.isPresent() && MessageDigest.isEqual(digest(secret.get()), digest(sent));
  }

  private static byte[] digest(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
