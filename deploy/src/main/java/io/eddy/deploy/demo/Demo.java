package io.eddy.deploy.demo;

import io.eddy.deploy.app.Cluster;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.app.RunningApplication;
import io.eddy.deploy.broker.EmbeddedBroker;
import io.eddy.deploy.config.Seasons;
import io.eddy.deploy.csv.Recording;
import io.eddy.deploy.demo.Board.Snapshot;
import io.eddy.deploy.models.ModelTopics;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.deploy.process.TemporaryFolder;
import io.eddy.deploy.process.UserException;
import io.eddy.deploy.terminal.Style;
import io.eddy.model.series.EmbeddingSpec;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/// One run of the demo: a broker, a registry and an application in this process, real events in,
/// and the forecasts read back as any consumer would.
///
/// There is nothing special about the application: it is the one that `eddy run` starts. One
/// partition, because a demo has one machine, and one model that learns from all series.
public final class Demo {
  private static final String APPLICATION = "eddy-demo";
  private static final String INPUT_TOPIC = "observations";
  private static final Duration START_MAX = Duration.ofSeconds(60);
  private static final Duration LAST_ANSWERS_MAX = Duration.ofSeconds(60);
  private static final int ALL_ROWS = 40;

  private final DemoSettings demo;
  private final Display display;
  private final StopSignal stop;
  private final Progress progress = new Progress();
  private final Board board = new Board();
  private final Optional<Scenario> scenario;

  /// @param display closed by [#run]
  public Demo(DemoSettings demo, Display display, StopSignal stop) {
    this.demo = demo;
    this.display = display;
    this.stop = stop;
    this.scenario = demo.story().map(Story::scenario);
  }

  /// Runs until the input is through, the time is over, or somebody stops it.
  ///
  /// @throws UserException if something that this run rests on fails
  public Summary run() {
    long beganNanos = System.nanoTime();
    display.say("starting a broker, a schema registry and the application in this process ...");
    try (display;
        var dashboard = Dashboard.start(demo.http(), progress, display::say);
        var broker = EmbeddedBroker.start(demo.port());
        var state = TemporaryFolder.create("eddy-state-")) {
      EddyApplication application = EddyApplication.of(settings(broker, state.path()));
      createTopics(application);
      watch();
      boolean lockstep = scenario.isPresent() || (demo.lockstep() && demo.recording().isPresent());
      Course course = new Course(progress, stop, lockstep, demo.limit());
      try (RunningApplication running =
              application.start(progress, course::isPublishing, dashboard.companion());
          var sender =
              new ObservationSender(broker.bootstrapServers(), INPUT_TOPIC, running.registry());
          var reader =
              new ForecastReader(
                  broker.bootstrapServers(),
                  application.config().topics(),
                  running.registry(),
                  board);
          var clock = new TrainingClock(progress, board::endTraining)) {
        running.awaitRunning(START_MAX, stop);
        reader.start();
        // The machine's metrics take a moment to find.
        Feed feed = feed(application.config(), running.registry(), course);
        course.begin(
            () -> {
              running.requireAlive();
              reader.requireAlive();
            });
        double confidence = application.config().forecasterSpec().confidence();
        double seconds;
        try (var pictures =
            new Pictures(course, sender, confidence, dashboard.titled(demo.title()))) {
          feed.run(sender, course);
          course.awaitAnswers(sender.sent());
          seconds = course.seconds();
          awaitRead(sender.sent(), reader);
          pictures.draw();
        }
        return summary(sender.sent(), seconds - course.waitingSeconds(), course, clock, beganNanos);
      }
    }
  }

  /// The table of series at the end, without colours, for whoever wants to keep it.
  public List<String> finalTable(Style style, int width) {
    return new BoardText(style, demo.title(), 0).table(board.snapshot(ALL_ROWS), width, ALL_ROWS);
  }

  private Feed feed(ProcessorsConfig config, SchemaRegistry registry, Course course) {
    if (scenario.isPresent()) {
      var models = new ModelTopics(config, registry);
      return new Feed.Played(
          scenario.get(), sender -> new Scenario.Stage(sender, course, progress, models));
    }
    int horizon = config.forecasterSpec().horizon();
    return demo.recording()
        .<Feed>map(
            recording ->
                new Feed.Replay(
                    recording,
                    demo.rate(),
                    horizon,
                    demo.lockstep() ? Feed.Replay.batchFor(recording.size()) : 0))
        .orElseGet(() -> new Feed.Live(new MachineMetrics(), AirPassengers.read()));
  }

  private Map<String, String> settings(EmbeddedBroker broker, Path state) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, "1");
    settings.put(SchemaRegistry.URL_CONFIG, "mock://" + APPLICATION);
    settings.put(ProcessorsConfig.INPUT_TOPIC, INPUT_TOPIC);
    settings.put(ProcessorsConfig.TOPIC_REPLICATION_FACTOR, "1");
    settings.put(ProcessorsConfig.STORE_TYPE, "in-memory");
    int season = longestSeason();
    settings.putAll(
        demo.recording()
            .map(recording -> AutomaticSettings.replay(recording, season))
            .or(() -> scenario.map(Scenario::settings))
            .orElseGet(AutomaticSettings::live));
    settings.putAll(demo.settings());
    demo.recording()
        .map(Recording::covariates)
        .ifPresent(
            covariates -> {
              EmbeddingSpec embedding = covariates.embedding();
              List<String> observed = new ArrayList<>(covariates.observed());
              if (embedding != null) {
                String category = embedding.category();
                observed.remove(category);
                settings.put(
                    ProcessorsConfig.EMBEDDING,
                    category.equals(EmbeddingSpec.KEY)
                        ? category
                        : entries("covariates", List.of(category)));
              }
              settings.put(ProcessorsConfig.COVARIATES, entries("covariates", observed));
              settings.put(
                  ProcessorsConfig.COVARIATES_KNOWN,
                  entries("known_covariates", covariates.known()));
            });
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
    return settings;
  }

  /// Where the records of the demo hold what comes with a value: in maps.
  private static String entries(String map, List<String> names) {
    return names.stream().map(name -> map + "." + name).collect(Collectors.joining(","));
  }

  private int longestSeason() {
    String text = demo.settings().getOrDefault(ProcessorsConfig.SEASON, "0");
    try {
      return Seasons.parse(text).stream().mapToInt(Integer::intValue).max().orElse(0);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(ProcessorsConfig.SEASON + ": " + e.getMessage());
    }
  }

  private static void createTopics(EddyApplication application) {
    var input =
        new NewTopic(INPUT_TOPIC, 1, (short) 1)
            .configs(Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime"));
    try (Admin admin = application.connect()) {
      admin.createTopics(List.of(input)).all().get();
      Cluster.awaitTopics(admin, List.of(INPUT_TOPIC));
      application.topicPlan(admin).create(admin);
      Cluster.awaitTopics(admin, application.config().topics().all());
    } catch (ExecutionException e) {
      throw new UserException(
          ExitCode.FAILED, "the demo's topics cannot be made: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserException(ExitCode.FAILED, "interrupted while making the demo's topics", e);
    }
  }

  private void watch() {
    progress.onEpoch(board::setTraining);
    progress.onSwap(board::addSwap);
  }

  /// Answers are counted in the stream before they are committed, and read after.
  private void awaitRead(long sent, ForecastReader reader) {
    long deadline = System.nanoTime() + LAST_ANSWERS_MAX.toNanos();
    while (board.seen() < sent && System.nanoTime() < deadline) {
      reader.requireAlive();
      LockSupport.parkNanos(1_000_000);
    }
  }

  private Summary summary(
      long sent, double streamSeconds, Course course, TrainingClock clock, long beganNanos) {
    Snapshot end = board.snapshot(0);
    return new Summary(
        sent,
        end.forecasts(),
        end.deadLetters(),
        end.seriesCount(),
        end.scores().constantSeries(),
        end.modelVersion(),
        course.trainings(),
        end.scores().skill(),
        end.scores().coverage(),
        streamSeconds > 0 ? sent / streamSeconds : 0,
        (System.nanoTime() - beganNanos) / 1e9,
        clock.seconds(),
        course.waitingSeconds(),
        scenario.map(Scenario::outcome).orElse(Map.of()),
        scenario.map(Scenario::lines).orElse(List.of()));
  }

  /// Draws the board again and again on a thread of its own.
  private final class Pictures implements AutoCloseable {
    private final Course course;
    private final ObservationSender sender;
    private final BoardText text;
    private final Thread thread;
    private volatile boolean closed;
    private double lastSeconds;
    private long lastSent;

    Pictures(Course course, ObservationSender sender, double confidence, String title) {
      this.course = course;
      this.sender = sender;
      Style style = display instanceof Display.Live ? Style.COLOURED : Style.PLAIN;
      this.text = new BoardText(style, title, confidence);
      progress.onSwap(swap -> display.swapped(swap, course.seconds()));
      this.thread = Thread.ofPlatform().name("eddy-demo-display").daemon().start(this::run);
    }

    void run() {
      while (!closed) {
        LockSupport.parkNanos(display.interval().toNanos());
        if (!closed) {
          draw();
        }
      }
    }

    synchronized void draw() {
      double seconds = course.seconds();
      long sent = sender.sent();
      double rate = seconds > lastSeconds ? (sent - lastSent) / (seconds - lastSeconds) : 0;
      lastSeconds = seconds;
      lastSent = sent;
      display.show(text, board.snapshot(display.rows()), new BoardText.Pace(seconds, sent, rate));
    }

    @Override
    public void close() {
      closed = true;
      LockSupport.unpark(thread);
      try {
        thread.join(Duration.ofSeconds(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
