package io.eddy.deploy.command;

import io.eddy.deploy.http.Access;
import io.eddy.deploy.http.HttpSettings;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where an application is to be seen, the same in every command that runs one.
final class HttpOptions {
  private static final String TOKEN = "EDDY_HTTP_TOKEN";
  private static final String LOGIN = "EDDY_HTTP_LOGIN";

  @Option(
      names = "--http-port",
      paramLabel = "N",
      description =
          "Port of dashboard, API, health and metrics; 0 takes any that is free. Default: "
              + HttpSettings.PORT
              + ".")
  private @Nullable Integer port;

  @Option(
      names = "--http-host",
      paramLabel = "ADDRESS",
      description =
          "Interface that the port is on. Others than the loopback one need a token or a login."
              + " Default: "
              + HttpSettings.LOOPBACK
              + ".")
  private String host = HttpSettings.LOOPBACK;

  @Option(
      names = "--http-token-file",
      paramLabel = "FILE",
      description =
          "A file with the token that requests must bring (\"Authorization: Bearer TOKEN\", or as"
              + " the password that a browser asks for). Or: the variable EDDY_HTTP_TOKEN.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--http-login-file",
      paramLabel = "FILE",
      description =
          "A file with USER:PASSWORD for HTTP's basic authentication. Or: the variable"
              + " EDDY_HTTP_LOGIN.")
  private @Nullable Path loginFile;

  @Option(names = "--no-http", description = "Open no port.")
  private boolean none;

  /// What is asked for; nothing to go without.
  ///
  /// @param elsewhere whether another port will do where the usual one is taken
  /// @param environment as [System#getenv()] gives it
  /// @throws UserException if others could read without a secret, or a secret cannot be used
  Optional<HttpSettings> settings(boolean elsewhere, Map<String, String> environment) {
    if (none) {
      return Optional.empty();
    }
    Optional<String> token = secret(tokenFile, environment, TOKEN);
    Optional<String> login = secret(loginFile, environment, LOGIN);
    login.ifPresent(
        secret -> {
          int colon = secret.indexOf(':');
          if (colon <= 0 || colon == secret.length() - 1) {
            throw new UserException(
                ExitCode.USAGE,
                "the login for HTTP is not of the form USER:PASSWORD (--http-login-file or "
                    + LOGIN
                    + ")");
          }
        });
    Access access = token.isEmpty() && login.isEmpty() ? Access.open() : Access.of(token, login);
    return Optional.of(
        new HttpSettings(
            host, port == null ? HttpSettings.PORT : port, elsewhere && port == null, access));
  }

  private static Optional<String> secret(
      @Nullable Path file, Map<String, String> environment, String variable) {
    if (file == null) {
      return Optional.ofNullable(environment.get(variable)).filter(secret -> !secret.isBlank());
    }
    String secret;
    try {
      secret = Files.readString(file).strip();
    } catch (IOException e) {
      throw new UserException(
          ExitCode.USAGE,
          "%s cannot be read (%s): expected a file with one line"
              .formatted(file, e.getClass().getSimpleName()),
          e);
    }
    if (secret.isEmpty() || secret.contains("\n")) {
      throw new UserException(
          ExitCode.USAGE, file + " does not hold a secret: expected a file with one line");
    }
    return Optional.of(secret);
  }
}
