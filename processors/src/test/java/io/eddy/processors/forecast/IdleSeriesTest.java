package io.eddy.processors.forecast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.processors.MockTask;
import io.eddy.processors.SmallForecasting;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.ForecasterFormat;
import io.eddy.processors.rollout.ModelRegistry;
import io.eddy.processors.state.SeriesStores;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The time of a record is that of its event here, so an event may be as wrong as a test wants.
class IdleSeriesTest {
  private static final long TTL = 60_000;
  private static final long AHEAD = 10_000;

  private final Map<String, Object> properties = SmallForecasting.properties();
  private MockTask<byte[], byte[], byte[], SpecificRecord> task;
  private long offset;

  @BeforeEach
  void start() {
    properties.put(ProcessorsConfig.STATE_TTL, "PT1M");
    properties.put(ProcessorsConfig.INPUT_TIME_AHEAD_MAX_MS, Long.toString(AHEAD));
    task = MockTask.start(processor());
  }

  @Test
  void shouldGoOnWithinTheTimeToLive() {
    send("a", 0);
    send("a", TTL);

    assertThat(steps()).last().isNotEqualTo(1L);
  }

  @Test
  void shouldStartASeriesAfreshAfterItsTimeToLive() {
    for (int event = 0; event < SmallForecasting.WINDOW; event++) {
      send("a", event * 1_000L);
    }
    assertThat(keys(SeriesStores.ANCHOR)).containsExactly("a");

    send("a", 7_000 + TTL + 1);

    assertThat(steps()).last().isEqualTo(1L);
    assertThat(keys(SeriesStores.ANCHOR)).isEmpty();
  }

  @Test
  void shouldNeverGiveUpASeriesWithoutATimeToLive() {
    properties.put(ProcessorsConfig.STATE_TTL, "");
    task = MockTask.start(processor());
    send("a", 0);
    send("b", 1_000 * TTL);

    sweepAll();

    assertThat(keys(SeriesStores.STATE)).containsExactly("a", "b");
  }

  @Test
  void shouldNotLetOneSeriesEndTheTimeOfAnother() {
    send("a", 0);
    send("wrong", 1_000 * TTL);

    send("a", 1_000);

    assertThat(steps()).last().isEqualTo(2L);
  }

  @Test
  void shouldDeleteWhatIsIdleThoughNoEventComes() {
    send("idle", 0);
    send("busy", TTL + AHEAD + 1);

    sweepAll();

    assertThat(keys(SeriesStores.STATE)).containsExactly("busy");
  }

  @Test
  void shouldKeepWhatOneEventAheadOfItsTimeWouldEnd() {
    send("idle", 0);
    send("ahead", TTL + AHEAD);

    sweepAll();

    assertThat(keys(SeriesStores.STATE)).containsExactly("ahead", "idle");
  }

  @Test
  void shouldLookAtABoundedNumberOfKeysInOneGo() {
    int idle = 2 * IdleSeries.SWEEP_KEYS + 1;
    for (int key = 0; key < idle; key++) {
      send("idle %05d".formatted(key), 0);
    }
    send("later", 10 * TTL);

    List<Integer> left = new ArrayList<>();
    for (int sweep = 0; sweep < 4; sweep++) {
      task.punctuate();
      left.add(keys(SeriesStores.STATE).size());
    }

    assertThat(left).containsExactly(idle + 1 - IdleSeries.SWEEP_KEYS, 2, 1, 1);
  }

  @Test
  void shouldNotMissWhatBecameIdleDuringAPass() {
    send("idle", 0);
    sweepAll();
    send("later", 10 * TTL);

    sweepAll();

    assertThat(keys(SeriesStores.STATE)).containsExactly("later");
  }

  @Test
  void shouldDeleteNothingBeforeItHasSeenEventsAfterARestart() {
    send("idle", 0);
    send("later", 10 * TTL);
    task = task.restart();

    sweepAll();
    assertThat(keys(SeriesStores.STATE)).containsExactly("idle", "later");
    send("later", 10 * TTL + 1_000);
    sweepAll();

    assertThat(keys(SeriesStores.STATE)).containsExactly("later");
  }

  @Test
  void shouldLeaveAStateAloneThatItCannotRead() {
    send("later", 10 * TTL);
    task.store(SeriesStores.STATE).put("foreign".getBytes(UTF_8), new byte[] {9});

    sweepAll();

    assertThat(keys(SeriesStores.STATE)).containsExactly("foreign", "later");
  }

  private void sweepAll() {
    for (int sweep = 0; sweep < 5; sweep++) {
      task.punctuate();
    }
  }

  private void send(String series, long time) {
    task.process(
        "measurements", offset++, new Record<>(series.getBytes(UTF_8), "1".getBytes(UTF_8), time));
  }

  private List<Long> steps() {
    return task.forwarded(ForecastProcessor.FORECASTS).stream()
        .map(record -> ((Forecast) record.value()).getSteps())
        .toList();
  }

  private List<String> keys(String store) {
    List<String> keys = new ArrayList<>();
    try (var entries = task.store(store).all()) {
      entries.forEachRemaining(entry -> keys.add(new String(entry.key, UTF_8)));
    }
    return keys;
  }

  private ForecastProcessor<byte[]> processor() {
    ProcessorsConfig config = ProcessorsConfig.of(properties);
    return ForecastProcessor.ofBytes(
        config,
        SchemaRegistry.from(config.kafkaProperties()),
        new ModelRegistry<>(new ForecasterFormat(config.forecasterSpec()), "test"),
        new Progress());
  }
}
