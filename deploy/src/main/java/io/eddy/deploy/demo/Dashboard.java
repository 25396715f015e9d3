package io.eddy.deploy.demo;

import io.eddy.deploy.app.Companion;
import io.eddy.deploy.http.HttpServer;
import io.eddy.deploy.http.HttpSettings;
import io.eddy.processors.progress.Progress;
import java.util.Optional;
import java.util.function.Consumer;

/// The demo's dashboard in a browser, if it is to have one.
final class Dashboard implements AutoCloseable {
  private final Optional<HttpServer> server;

  private Dashboard(Optional<HttpServer> server) {
    this.server = server;
  }

  /// @param words where its address is said
  static Dashboard start(
      Optional<HttpSettings> settings, Progress progress, Consumer<String> words) {
    Optional<HttpServer> server = settings.map(where -> HttpServer.start(where, progress));
    server.ifPresent(started -> words.accept("dashboard: " + started.url()));
    return new Dashboard(server);
  }

  Companion companion() {
    return server.<Companion>map(started -> started).orElse(Companion.NONE);
  }

  /// A title that names the address, too.
  String titled(String title) {
    return server.map(started -> started.url() + "   " + title).orElse(title);
  }

  @Override
  public void close() {
    server.ifPresent(HttpServer::close);
  }
}
