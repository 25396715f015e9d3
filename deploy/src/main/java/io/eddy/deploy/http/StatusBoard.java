package io.eddy.deploy.http;

import io.eddy.deploy.app.ExecutableApplication;
import io.eddy.processors.progress.Progress;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.jspecify.annotations.Nullable;

/// How the application does now, made once a second at most.
final class StatusBoard {
  private static final long SECOND = 1_000_000_000;
  private static final double MEMORY = 0.3; // weight of the newest second

  private final Progress progress;
  private final Health health;
  private final Fleet fleet;
  private volatile @Nullable ExecutableApplication application;
  private volatile @Nullable AnswerReader reader;
  private String instance = "";
  private @Nullable Status newest; // guarded by this
  private long madeAt; // guarded by this
  private long answeredThen; // guarded by this
  private double perSecond; // guarded by this

  StatusBoard(Progress progress, Health health, Fleet fleet) {
    this.progress = progress;
    this.health = health;
    this.fleet = fleet;
  }

  /// For JSON.
  ///
  /// @param job `forecast` or `language_model`
  /// @param instance host and port that other instances reach this one by
  /// @param health of this instance
  /// @param answered by this instance since its start
  /// @param answersPerSecond of this instance
  /// @param lag records of the input that this instance has fetched the end of and not yet read;
  ///   null where nothing is assigned
  /// @param keysKnown keys in the fleet
  /// @param answersSkipped that the fleet did not see since too many came
  /// @param trainingsOpen jobs that are written down and not ended
  /// @param drifts times that errors have risen
  record Status(
      String applicationId,
      String job,
      String instance,
      Health.Report health,
      long answered,
      double answersPerSecond,
      long deadLetters,
      @Nullable Long lag,
      int keysKnown,
      long answersSkipped,
      long trainings,
      long trainingsOpen,
      long drifts,
      long uptimeMs,
      long time) {}

  void attach(ExecutableApplication attached, AnswerReader attachedReader, String name) {
    instance = name;
    reader = attachedReader;
    application = attached;
  }

  synchronized Status now() {
    long now = System.nanoTime();
    Status known = newest;
    if (known != null && now - madeAt < SECOND) {
      return known;
    }
    long answered = progress.answered();
    if (known != null) {
      double rate = (answered - answeredThen) / ((now - madeAt) / 1e9);
      perSecond += (now - madeAt > 5 * SECOND ? 1 : MEMORY) * (rate - perSecond);
    }
    answeredThen = answered;
    madeAt = now;
    ExecutableApplication watched = application;
    AnswerReader reading = reader;
    Status made =
        new Status(
            watched == null ? "" : watched.config().applicationId().orElse(""),
            watched == null ? "" : watched.config().job().name().toLowerCase(Locale.ROOT),
            instance,
            health.report(),
            answered,
            perSecond,
            progress.deadLettered(),
            watched == null ? null : lag(watched),
            fleet.size(),
            reading == null ? 0 : reading.skipped(),
            progress.trainings(),
            progress.jobsOpen(),
            progress.drifts(),
            ManagementFactory.getRuntimeMXBean().getUptime(),
            System.currentTimeMillis());
    newest = made;
    return made;
  }

  private static @Nullable Long lag(ExecutableApplication watched) {
    Optional<String> input = watched.config().inputTopic();
    if (input.isEmpty()) {
      return null;
    }
    // Kafka's consumers replace dots in tags of topics by underscores.
    String topic = input.get().replace('.', '_');
    boolean any = false;
    double lag = 0;
    for (Map.Entry<MetricName, ? extends Metric> metric : watched.streams().metrics().entrySet()) {
      MetricName name = metric.getKey();
      String of = name.tags().get("topic");
      if (name.name().equals("records-lag")
          && of != null
          && of.replace('.', '_').equals(topic)
          && metric.getValue().metricValue() instanceof Double records
          && !records.isNaN()) {
        any = true;
        lag += records;
      }
    }
    return any ? Math.round(lag) : null;
  }
}
