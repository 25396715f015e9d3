package io.eddy.processors.forecast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.network.Forecaster;
import io.eddy.processors.MockTask;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.PublishedDecisions;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

/// The watch over errors, in the real processor over real stores.
class DriftWatchTest {
  private static final int SERIES = 4;
  private static final int SEASON = 12;

  private final Map<String, Object> properties = properties();
  private final PublishedDecisions published =
      new PublishedDecisions(ProcessorsConfig.of(properties).forecasterSpec());
  private final Progress progress = new Progress();
  private final Random random = new Random(1);
  private MockTask<byte[], byte[], byte[], SpecificRecord> task = start();
  private long sent;

  private static Map<String, Object> properties() {
    Map<String, Object> properties = new HashMap<>();
    properties.put("application.id", "small");
    properties.put("eddy.input.format", "number");
    properties.put("eddy.hidden.size", 4);
    properties.put("eddy.horizon", 2);
    properties.put("eddy.season", SEASON);
    properties.put("eddy.window.size", 36);
    properties.put("eddy.store.type", "in-memory");
    return properties;
  }

  private MockTask<byte[], byte[], byte[], SpecificRecord> start() {
    return MockTask.start(
        ForecastProcessor.ofBytes(
            ProcessorsConfig.of(properties),
            SchemaRegistry.from(Map.of("schema.registry.url", "mock://drift")),
            published.registry(),
            progress));
  }

  private void answerWith(int version) {
    published.version(
        version, Forecaster.initial(ProcessorsConfig.of(properties).forecasterSpec(), version));
    published.decide(version, null);
  }

  /// @param season of the values; another one than is configured is what drift looks like
  private void send(int steps, int season) {
    send(steps, season, 0);
  }

  /// @param shock that hits all series in every season's first third, and differs from season to
  ///   season
  private void send(int steps, int season, double shock) {
    for (int step = 0; step < steps; step++) {
      double common = sent % season < season / 3 ? shock * random.nextGaussian() : 0;
      for (int series = 0; series < SERIES; series++) {
        double value =
            10 * Math.sin(2 * Math.PI * sent / season + series)
                + common
                + 0.3 * random.nextGaussian();
        task.process(
            "input",
            sent * SERIES + series,
            new Record<>(
                ("line-" + series).getBytes(UTF_8),
                Double.toString(value).getBytes(UTF_8),
                60_000L * (sent + 1)));
      }
      sent++;
    }
  }

  private List<HistoryWindow> signals() {
    return task.forwarded(ForecastProcessor.HISTORY).stream()
        .map(record -> (HistoryWindow) record.value())
        .filter(window -> !window.getTrigger().isEmpty())
        .toList();
  }

  @Test
  void shouldAskForATrainingWhenErrorsHaveRisenAndAgainWhileTheyStayHigh() {
    answerWith(1);
    send(600, SEASON);
    assertThat(signals()).isEmpty();

    send(1_500, 7);

    assertThat(signals()).hasSize(5).allMatch(signal -> signal.getTrigger().equals("drift"));
    assertThat(progress.drifts()).isEqualTo(1);
    // Each time on what has come since, which is more and more.
    List<Long> windows = signals().stream().map(HistoryWindow::getWindow).toList();
    assertThat(windows.subList(1, 5)).isSorted().doesNotContain(0L);
  }

  @Test
  void shouldNotTakeABadHourOfAllSeriesForDrift() {
    answerWith(1);

    send(2_000, SEASON, 3);

    assertThat(signals()).isEmpty();
  }

  @Test
  void shouldAskNoMoreOnceAnotherVersionAnswers() {
    answerWith(1);
    send(600, SEASON);
    send(80, 7);
    int asked = signals().size();
    assertThat(asked).isPositive();

    answerWith(2);
    send(1_000, 7);

    assertThat(signals()).hasSize(asked);
  }

  @Test
  void shouldGoOnWhereAnotherInstanceStopped() {
    answerWith(1);
    send(600, SEASON);
    task = task.restart();

    send(80, 7);

    assertThat(signals()).isNotEmpty();
  }

  @Test
  void shouldGoOnAskingWhereAnotherInstanceStopped() {
    answerWith(1);
    send(600, SEASON);
    send(80, 7);
    int asked = signals().size();
    assertThat(asked).isBetween(1, 4);
    task = task.restart();

    send(1_500, 7);

    assertThat(signals()).hasSize(5 - asked);
    assertThat(progress.drifts()).isEqualTo(1);
  }

  @Test
  void shouldWatchNothingWhereThatIsOffOrNoModelAnswers() {
    send(600, SEASON);
    send(200, 7);
    assertThat(signals()).isEmpty();

    properties.put("eddy.drift.enabled", false);
    task = start();
    answerWith(1);
    send(600, SEASON);
    send(200, 7);
    assertThat(signals()).isEmpty();
  }
}
