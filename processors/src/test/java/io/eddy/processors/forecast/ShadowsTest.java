package io.eddy.processors.forecast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.processors.MockTask;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.PublishedDecisions;
import io.eddy.processors.state.SeriesStateCodec;
import io.eddy.processors.state.SeriesStores;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.ShadowScore;
import io.eddy.schemas.avro.WindowScore;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

/// A second version beside the one that answers, in the real processor over real stores.
class ShadowsTest {
  private static final byte[] KEY = "pump".getBytes(UTF_8);
  private static final int HORIZON = 3;
  private static final int SCORE_STEPS = 8;

  private final Map<String, Object> properties = properties();
  private final ForecasterSpec spec = ProcessorsConfig.of(properties).forecasterSpec();
  private final PublishedDecisions published = new PublishedDecisions(spec);
  private final Progress progress = new Progress();
  private MockTask<byte[], byte[], byte[], SpecificRecord> task = start();
  private int sent;

  private static Map<String, Object> properties() {
    Map<String, Object> properties = new HashMap<>();
    properties.put("application.id", "small");
    properties.put("eddy.input.format", "number");
    properties.put("eddy.hidden.size", 4);
    properties.put("eddy.horizon", HORIZON);
    properties.put("eddy.lag.count", 4);
    properties.put("eddy.window.size", 32);
    properties.put("eddy.rewarm.share", 1.0);
    properties.put("eddy.store.type", "in-memory");
    return properties;
  }

  private MockTask<byte[], byte[], byte[], SpecificRecord> start() {
    sent = 0;
    return MockTask.start(
        ForecastProcessor.ofBytes(
            ProcessorsConfig.of(properties),
            SchemaRegistry.from(Map.of("schema.registry.url", "mock://shadows")),
            published.registry(),
            progress));
  }

  private void send(int events) {
    for (int i = 0; i < events; i++) {
      sendEvent(sent);
      sent++;
    }
  }

  private void sendEvent(int event) {
    double value = Math.sin(event * 0.7) + 0.1 * (event % 7);
    task.process(
        "input",
        sent,
        new Record<>(KEY, Double.toString(value).getBytes(UTF_8), 1_000L * (event + 1)));
  }

  private <T extends SpecificRecord> List<T> records(String child, Class<T> type) {
    return task.forwarded(child).stream().map(record -> type.cast(record.value())).toList();
  }

  private List<Forecast> forecasts() {
    return records(ForecastProcessor.FORECASTS, Forecast.class);
  }

  private List<ShadowScore> shadowScores() {
    return records(ForecastProcessor.SCORES, WindowScore.class).stream()
        .map(WindowScore::getShadow)
        .filter(Objects::nonNull)
        .toList();
  }

  private void weights(int version, long seed) {
    published.version(version, Forecaster.initial(spec, seed));
  }

  @Test
  void shouldAnswerTheSameWhetherAShadowRunsOrNot() {
    weights(1, 1);
    weights(2, 2);
    published.decide(1, null);
    published.decide(1, 2);
    properties.put("eddy.trial.share", 0.0);
    properties.put("eddy.trial.keys.min", 0);
    properties.put("eddy.promotion", "immediate");
    task = start();
    send(100);
    List<Forecast> alone = forecasts();
    byte[] state = task.store(SeriesStores.STATE).get(KEY);
    assertThat(shadowScores()).isEmpty();
    assertThat(task.store(SeriesStores.SHADOW).get(KEY)).isNull();

    properties.put("eddy.trial.share", 1.0);
    task = start();
    send(100);

    assertThat(forecasts()).isEqualTo(alone);
    assertThat(task.store(SeriesStores.STATE).get(KEY)).isEqualTo(state);
    assertThat(shadowScores()).isNotEmpty();
  }

  @Test
  void shouldScoreBothOnTheSameEvents() {
    weights(1, 1);
    weights(2, 2);
    published.decide(1, null);
    send(40);
    published.decide(1, 2);
    send(120);

    List<ShadowScore> scores = shadowScores();
    assertThat(scores).hasSizeBetween(120 / SCORE_STEPS - 3, 120 / SCORE_STEPS);
    assertThat(scores).allMatch(score -> score.getVersion() == 2 && score.getDecision() == 2);
    assertThat(scores).allMatch(score -> score.getLoss() > 0 && score.getChampionLoss() > 0);
    List<WindowScore> all = records(ForecastProcessor.SCORES, WindowScore.class);
    assertThat(all.getLast().getMatured()).isPositive();
    assertThat(all.getLast().getEndedAt().toEpochMilli()).isEqualTo(160_000);
  }

  /// The strongest check there is: the same weights on both sides must have the same losses, one
  /// step ahead and further.
  @Test
  void shouldScoreAVersionBesideItselfEqually() {
    weights(1, 1);
    weights(2, 1);
    published.decide(1, null);
    send(40);
    published.decide(1, 2);
    // Calibration goes on from the key's, and h and c come from the ring in both.
    published.decide(2, 1);
    send(200);

    List<ShadowScore> scores = shadowScores();
    assertThat(scores).hasSizeGreaterThan(20);
    assertThat(scores).allMatch(score -> score.getLoss() == score.getChampionLoss());
  }

  @Test
  void shouldBeginAgainAfterARepair() {
    weights(1, 1);
    weights(2, 2);
    published.decide(1, null);
    published.decide(1, 2);
    send(44);
    sent++;
    send(3);
    assertThat(shadow().series().steps()).isEqualTo(48);

    sendEvent(44);
    assertThat(forecasts().getLast().getRepaired()).isTrue();
    assertThat(task.store(SeriesStores.SHADOW).get(KEY)).isNull();
    send(1);

    assertThat(shadow().series().time(0)).isEqualTo(1_000L * sent);
    assertThat(shadow().version()).isEqualTo(2);
  }

  @Test
  void shouldBeginAgainWhereItsStoreIsEmpty() {
    weights(1, 1);
    weights(2, 2);
    published.decide(1, null);
    published.decide(1, 2);
    send(30);
    task.store(SeriesStores.SHADOW).delete(KEY);
    task = task.restart();

    send(30);

    assertThat(shadow().series().steps()).isEqualTo(60);
    assertThat(shadowScores()).isNotEmpty();
  }

  @Test
  void shouldRunTheNaiveForecastBesideTheFirstVersion() {
    weights(1, 1);
    send(40);
    published.decide(1, 0);
    send(40);

    assertThat(shadowScores()).isNotEmpty().allMatch(score -> score.getVersion() == 0);
  }

  @Test
  void shouldAnswerUnderTheOldVersionWhileTheTimeForRewarmingIsUsedUp() {
    properties.put("eddy.rewarm.share", 0.0);
    task = start();
    weights(1, 1);
    weights(2, 2);
    weights(3, 3);
    send(40);
    int changes = 0;
    int version = 0;
    // No time comes back, so the burst lasts for some changes only; then the key stays as it is.
    while (changes < 1_000_000 && version == forecasts().getLast().getModelVersion()) {
      version = 1 + changes % 3;
      published.decide(version, null);
      send(1);
      changes++;
    }

    Forecast last = forecasts().getLast();
    assertThat(last.getModelVersion()).isNotEqualTo(version);
    assertThat(last.getDecision()).isEqualTo(changes - 1);
    send(10);
    assertThat(forecasts().getLast().getModelVersion()).isEqualTo(last.getModelVersion());
    assertThat(forecasts().getLast().getSteps()).isEqualTo(sent);
  }

  private io.eddy.model.SeriesState shadow() {
    return new SeriesStateCodec(spec)
        .decode(Objects.requireNonNull(task.store(SeriesStores.SHADOW).get(KEY)));
  }
}
