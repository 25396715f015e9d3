package io.eddy.deploy.http;

import io.eddy.deploy.app.Companion;
import io.eddy.deploy.app.ExecutableApplication;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.progress.Progress;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves one application of this process over HTTP. Up before the application starts, which may
/// take as long as its stores are large, and until after its end; nothing here runs on a stream
/// thread.
public final class HttpServer implements Companion, AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(HttpServer.class);

  private static final String JSON = "application/json";

  private final HttpSettings settings;
  private final Guard guard;
  private final Restores restores = new Restores();
  private final Health health;
  private final Scrapes scrapes;
  private final Fleet fleet = new Fleet();
  private final Messages messages = new Messages();
  private final TrainingLog trainings;
  private final StatusBoard board;
  private final EventStreams events;
  private final Api api;
  private final Javalin server;
  private volatile @Nullable Attached attached;

  private HttpServer(HttpSettings settings, Progress progress) {
    this.settings = settings;
    this.guard = new Guard(settings.access());
    this.health = new Health(progress, restores);
    this.scrapes = new Scrapes(progress, health, restores);
    this.trainings = new TrainingLog(progress);
    this.board = new StatusBoard(progress, health, fleet);
    this.events = new EventStreams(board::now);
    this.api = new Api(board, fleet, messages, trainings, events, this::attached);
    scrapes.gauge("eddy.keys.known", "Keys that the dashboard knows of", fleet::size);
    scrapes.gauge("eddy.http.listeners", "Open streams of server-sent events", events::size);
    this.server = listen();
  }

  /// Starts to listen. Until an application is attached, it tells that one is starting.
  ///
  /// @param progress of the application
  /// @throws UserException if the port cannot be used
  public static HttpServer start(HttpSettings settings, Progress progress) {
    return new HttpServer(settings, progress);
  }

  /// Where a browser on this machine finds it.
  public String url() {
    return "http://%s:%d/"
        .formatted(
            settings.isEverywhere() ? HttpSettings.LOOPBACK : inUrl(settings.host()),
            server.port());
  }

  /// Each path that it answers, as its routes name it.
  Set<String> paths() {
    return server.unsafe.internalRouter.allHttpHandlers().stream()
        .filter(handler -> handler.endpoint.method.isHttpMethod())
        .map(handler -> handler.endpoint.path)
        .collect(Collectors.toSet());
  }

  @Override
  public Optional<String> address() {
    String host = settings.isEverywhere() ? machineName() : inUrl(settings.host());
    return Optional.of(host + ":" + server.port());
  }

  @Override
  public void attach(ExecutableApplication application) {
    application.streams().setGlobalStateRestoreListener(restores);
    scrapes.attach(application.streams());
    Object named =
        application.config().kafkaProperties().get(StreamsConfig.APPLICATION_SERVER_CONFIG);
    String self = named == null ? address().orElseThrow() : named.toString();
    var made =
        new Attached(
            application,
            new AnswerReader(application, fleet, messages, events),
            new KeyQueries(application.streams(), self, settings.access()),
            new KeyViews(application),
            new ModelsView(application, health));
    scrapes.gauge(
        "eddy.answers.skipped",
        "Answers that the dashboard did not read since too many came",
        made.reader()::skipped);
    attached = made;
    board.attach(application, made.reader(), self);
    health.attach(application.streams());
  }

  @Override
  public void close() {
    events.close();
    server.stop();
    Attached made = attached;
    if (made != null) {
      made.reader().close();
      made.queries().close();
    }
    scrapes.close();
  }

  private static String inUrl(String host) {
    return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
  }

  private static String machineName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return HttpSettings.LOOPBACK;
    }
  }

  // ---- listening --------------------------------------------------------------------------------

  private Javalin listen() {
    try {
      return listenOn(settings.port());
    } catch (UserException e) {
      if (settings.elsewhere() && settings.port() != 0) {
        return listenOn(0);
      }
      scrapes.close();
      throw e;
    }
  }

  private Javalin listenOn(int port) {
    Javalin made = Javalin.create(this::configure);
    try {
      return made.start(settings.host(), port);
    } catch (RuntimeException e) {
      made.stop();
      String why = cannotBind(e);
      throw new UserException(
          ExitCode.UNREACHABLE,
          "port %d of %s cannot be listened on (%s): give another one with --http-port, 0 for any, or --no-http"
              .formatted(port, settings.host(), why),
          e);
    }
  }

  private static String cannotBind(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException || cause instanceof IOException) {
        return String.valueOf(cause.getMessage());
      }
    }
    return String.valueOf(failure.getMessage());
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.concurrency.useVirtualThreads = true;
    config.http.maxRequestSize = Guard.BODY_BYTES_MAX;
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setRequestHeaderSize(Guard.HEADER_BYTES_MAX);
        });
    config.routes.before(guard::check);
    config.routes.exception(Refusal.class, HttpServer::refuse);
    config.routes.exception(HttpResponseException.class, HttpServer::complain);
    config.routes.exception(Exception.class, HttpServer::fail);
    config.routes.error(HttpStatus.NOT_FOUND, HttpServer::missing);

    config.routes.get("/health/live", this::live);
    config.routes.get("/health/ready", this::ready);
    config.routes.get("/topology", this::topology);
    config.routes.get("/metrics", this::metrics);
    api.addTo(config.routes);
    Pages.addTo(config.routes);
  }

  private static void refuse(Refusal refusal, Context request) {
    answer(
        request, refusal.status().getCode(), Map.of("error", String.valueOf(refusal.getMessage())));
  }

  private static void complain(HttpResponseException problem, Context request) {
    answer(request, problem.getStatus(), Map.of("error", String.valueOf(problem.getMessage())));
  }

  private static void fail(Exception problem, Context request) {
    LOGGER
        .atError()
        .addKeyValue("path", request.path())
        .setCause(problem)
        .log("a request could not be answered");
    answer(
        request,
        HttpStatus.INTERNAL_SERVER_ERROR.getCode(),
        Map.of("error", "this could not be answered, the log says why"));
  }

  private static void missing(Context request) {
    if (request.contentType() == null || request.result() == null) {
      answer(
          request,
          HttpStatus.NOT_FOUND.getCode(),
          Map.of("error", "there is nothing at this path: /api/openapi.json lists what there is"));
    }
  }

  private static void answer(Context request, int status, Object body) {
    request.status(status).contentType(JSON).result(Json.bytes(body));
  }

  // ---- answers ----------------------------------------------------------------------------------

  private void live(Context request) {
    answer(request, statusOf(health.isLive()), health.report());
  }

  private void ready(Context request) {
    answer(request, statusOf(health.isReady()), health.report());
  }

  private static int statusOf(boolean good) {
    return (good ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE).getCode();
  }

  private void topology(Context request) {
    request
        .contentType("text/plain; charset=utf-8")
        .result(attached().application().topology().describe().toString());
  }

  private void metrics(Context request) {
    request.contentType(Scrapes.CONTENT_TYPE).result(scrapes.scrape());
  }

  /// @throws Refusal if there is none yet
  private Attached attached() {
    Attached made = attached;
    if (made == null) {
      throw new Refusal(
          HttpStatus.SERVICE_UNAVAILABLE,
          "the application is starting: /health/ready tells when it can be asked");
    }
    return made;
  }
}
