package io.eddy.processors.forecast;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.model.SeriesState;
import io.eddy.model.network.Forecaster;
import io.eddy.processors.MockTask;
import io.eddy.processors.SmallForecasting;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.DecisionKind;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.Decisions;
import io.eddy.processors.rollout.ForecasterFormat;
import io.eddy.processors.rollout.ModelRegistry;
import io.eddy.processors.rollout.RegistryBehindException;
import io.eddy.processors.state.SeriesStateCodec;
import io.eddy.processors.state.SeriesStores;
import io.eddy.processors.training.HistoryKey;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.ForecastInterval;
import io.eddy.schemas.avro.ForecastStep;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.Observation;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.avro.WindowScore;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForecastProcessorTest {
  private static final int WINDOW = SmallForecasting.WINDOW;
  private static final byte[] KEY = "pressure".getBytes(UTF_8);

  private final Map<String, Object> properties = SmallForecasting.properties();
  private final ProcessorsConfig config = ProcessorsConfig.of(properties);
  private final SeriesStateCodec codec = new SeriesStateCodec(config.forecasterSpec());
  private final Progress progress = new Progress();
  private final ForecastProcessor<byte[]> processor = processor(config);
  private MockTask<byte[], byte[], byte[], SpecificRecord> task = MockTask.start(processor);
  private long nextOffset;

  @Test
  void shouldAnswerTheFirstEvent() {
    send(1_000, 20);

    Forecast forecast = forecasts().getFirst();
    assertThat(forecast.getForecastValue()).isEqualTo(20);
    assertThat(forecast.getActualValue()).isEqualTo(20);
    assertThat(forecast.getExpectedValue()).isNull();
    assertThat(forecast.getEventTime()).isEqualTo(Instant.ofEpochMilli(1_000));
    assertThat(forecast.getSteps()).isEqualTo(1);
    assertThat(forecast.getModelVersion()).isZero();
    assertThat(forecast.getDecision()).isZero();
    assertThat(forecast.getHorizon()).hasSize(3);
    assertThat(forecast.getInputOffset()).isZero();
    assertThat(forecast.getInputPartition()).isZero();
    assertThat(forecast.getConfidence()).isEqualTo(0.9);
    assertThat(forecast.getIntervals()).isEmpty();
  }

  @Test
  void shouldAnswerWithAnIntervalForEveryConfidence() {
    properties.put("eddy.confidence", "0.8,0.95,0.5");
    task = MockTask.start(processor(ProcessorsConfig.of(properties)));

    sendEvents(0, 40);

    Forecast forecast = forecasts().getLast();
    assertThat(forecast.getConfidence()).isEqualTo(0.8);
    assertThat(forecast.getIntervals())
        .extracting(ForecastInterval::getConfidence)
        .containsExactly(0.95, 0.5);
    ForecastInterval wider = forecast.getIntervals().getFirst();
    ForecastInterval narrower = forecast.getIntervals().getLast();
    for (ForecastStep step : forecast.getHorizon()) {
      int at = step.getStep() - 1;
      assertThat(wider.getLowerBound().get(at)).isLessThan(step.getLowerBound());
      assertThat(narrower.getLowerBound().get(at))
          .isBetween(step.getLowerBound(), step.getForecastValue());
      assertThat(narrower.getUpperBound().get(at))
          .isBetween(step.getForecastValue(), step.getUpperBound());
      assertThat(wider.getUpperBound().get(at)).isGreaterThan(step.getUpperBound());
    }
  }

  /// What a bench compares: nothing differs but what the network would have made of the state.
  @Test
  void shouldAnswerTheSameWithoutTheStepsOfANetworkThatHasLearnedNothing() {
    var untrained = Forecaster.initial(config.forecasterSpec(), 7);
    ForecastProcessor<byte[]> stepping =
        ForecastProcessor.ofBytes(
            config,
            SchemaRegistry.from(config.kafkaProperties()),
            always(new Decision<>(DecisionKind.PROMOTED, 1, 1, untrained, null)),
            progress);
    task = MockTask.start(stepping);
    sendEvents(0, 40);
    List<Forecast> answers = forecasts();
    byte[] state = task.store(SeriesStores.STATE).get(KEY);
    task = MockTask.start(stepping.withoutSteps());
    nextOffset = 0;

    sendEvents(0, 40);

    assertThat(forecasts()).hasSize(40).isEqualTo(answers);
    assertThat(task.store(SeriesStores.STATE).get(KEY)).hasSameSizeAs(state).isNotEqualTo(state);
  }

  private static Decisions<Forecaster> always(Decision<Forecaster> decision) {
    return new Decisions<>() {
      @Override
      public Decision<Forecaster> current() {
        return decision;
      }

      @Override
      public Decision<Forecaster> atLeast(long sequence, Duration max) {
        return decision;
      }
    };
  }

  @Test
  void shouldAnswerEveryEventOnceAndInOrder() {
    sendEvents(0, 50);

    assertThat(forecasts())
        .extracting(Forecast::getSteps)
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 50).mapToObj(Long::valueOf).toList());
    assertThat(progress.answered()).isEqualTo(50);
  }

  @Test
  void shouldSayWhatWasExpected() {
    send(1_000, 20);
    send(2_000, 21);

    assertThat(forecasts().getLast().getExpectedValue())
        .isEqualTo(forecasts().getFirst().getForecastValue());
  }

  @Test
  void shouldForwardBeforeItPuts() {
    send(1_000, 20);

    assertThat(task.store(SeriesStores.STATE).get(KEY)).isNotNull();
    assertThat(task.forwarded().getFirst().childName()).contains(ForecastProcessor.FORECASTS);
  }

  @Test
  void shouldSendWhatItCannotReadToTheDeadLetters() {
    process(KEY, "no number".getBytes(UTF_8), 1_000);
    process(KEY, null, 1_000);
    process(null, "1".getBytes(UTF_8), 1_000);
    process(new byte[40_000], "1".getBytes(UTF_8), 1_000);
    process(KEY, "NaN".getBytes(UTF_8), 1_000);

    assertThat(records(ForecastProcessor.DEAD_LETTERS, DeadLetter.class))
        .extracting(DeadLetter::getReason)
        .containsExactly(
            Reason.MALFORMED,
            Reason.NULL_VALUE,
            Reason.NULL_KEY,
            Reason.KEY_TOO_LARGE,
            Reason.NOT_FINITE);
    assertThat(records(ForecastProcessor.DEAD_LETTERS, DeadLetter.class))
        .extracting(DeadLetter::getOffset)
        .containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(forecasts()).isEmpty();
    assertThat(task.store(SeriesStores.STATE).all()).isExhausted();
    assertThat(progress.deadLettered()).isEqualTo(5);
  }

  @Test
  void shouldGoOnAfterADeadLetter() {
    send(1_000, 20);
    process(KEY, "no number".getBytes(UTF_8), 2_000);
    send(3_000, 21);

    assertThat(forecasts()).extracting(Forecast::getSteps).containsExactly(1L, 2L);
  }

  @Test
  void shouldSendAWindowAtItsBorder() {
    sendEvents(0, WINDOW - 1);
    assertThat(windows()).isEmpty();

    sendEvents(WINDOW - 1, WINDOW);

    HistoryWindow window = windows().getFirst();
    assertThat(window.getWindow()).isZero();
    assertThat(window.getFirstStep()).isZero();
    assertThat(window.getTimes())
        .containsExactlyElementsOf(
            IntStream.range(0, WINDOW).mapToObj(ForecastProcessorTest::time).toList());
    assertThat(window.getValues())
        .containsExactlyElementsOf(
            IntStream.range(0, WINDOW).mapToObj(ForecastProcessorTest::value).toList());
    assertThat(anchor(window).series().steps()).isZero();
  }

  /// Typed observations, a window and its anchor: what the trainer replays is what the stream saw.
  @Test
  void shouldSendCovariatesWithTheirWindow() {
    properties.put("eddy.input.format", "avro");
    properties.put("eddy.covariates", "temperature,load");
    properties.put("eddy.covariates.known", "price");
    var typed = ProcessorsConfig.of(properties);
    var observed =
        MockTask.start(
            ForecastProcessor.ofObservations(
                typed,
                new ModelRegistry<>(new ForecasterFormat(typed.forecasterSpec()), "test"),
                progress));
    int horizon = typed.forecasterSpec().horizon();
    int size = 3 + horizon;
    double[] expected = new double[size * WINDOW];

    for (int event = 0; event < WINDOW; event++) {
      expected[size * event] = event % 3 == 0 ? Double.NaN : 20 + event;
      expected[size * event + 1] = event;
      expected[size * event + 2] = event;
      Arrays.fill(expected, size * event + 3, size * (event + 1), event + 1);
      Map<String, Double> covariates = new HashMap<>(Map.of("load", (double) event, "else", 1.0));
      if (event % 3 != 0) {
        covariates.put("temperature", 20.0 + event);
      }
      Observation observation = observation(Instant.ofEpochMilli(time(event)), value(event));
      observation.setCovariates(covariates);
      observation.setKnownCovariates(Map.of("price", List.of((double) event, event + 1.0)));
      observed.process("measurements", event, new Record<>(KEY, observation, time(event)));
    }

    HistoryWindow window =
        observed.forwarded().stream()
            .map(forward -> forward.record().value())
            .filter(HistoryWindow.class::isInstance)
            .map(HistoryWindow.class::cast)
            .findFirst()
            .orElseThrow();
    double[] sent = new double[expected.length];
    window.getCovariates().asDoubleBuffer().get(sent);
    assertThat(sent).isEqualTo(expected);
    assertThat(window.getCovariates().remaining()).isEqualTo(expected.length * Double.BYTES);
  }

  @Test
  void shouldAnchorEachWindowAtTheStateBeforeItsFirstEvent() {
    sendEvents(0, WINDOW);
    byte[] atBorder = requireNonNull(task.store(SeriesStores.STATE).get(KEY));
    sendEvents(WINDOW, 2 * WINDOW);

    HistoryWindow second =
        windows().stream().filter(window -> window.getWindow() == 1).findFirst().orElseThrow();

    assertThat(second.getAnchor()).isEqualTo(ByteBuffer.wrap(atBorder));
    assertThat(second.getFirstStep()).isEqualTo(WINDOW);
    assertThat(anchor(second).series().value(0)).isEqualTo(value(WINDOW - 1));
  }

  @Test
  void shouldPutWindowsIntoTheirSlotsByTurns() {
    sendEvents(0, 10 * WINDOW);

    List<Integer> newest =
        windows().stream().map(HistoryWindow::getSlot).filter(slot -> slot < 4).toList();
    List<Integer> reservoir =
        windows().stream().map(HistoryWindow::getSlot).filter(slot -> slot >= 4).toList();
    assertThat(newest).containsExactly(0, 1, 2, 3, 0, 1, 2, 3, 0, 1);
    assertThat(reservoir).startsWith(4, 5).allMatch(slot -> slot < 6);
    assertThat(progress.windowsSent()).isEqualTo(windows().size());
  }

  @Test
  void shouldKeyWindowsBySlotAndSeries() {
    sendEvents(0, WINDOW);

    assertThat(task.forwarded(ForecastProcessor.HISTORY).getFirst().key())
        .isEqualTo(HistoryKey.of(0, KEY));
  }

  @Test
  void shouldSendScoresWithTheWindow() {
    sendEvents(0, 2 * WINDOW);

    List<WindowScore> scores = records(ForecastProcessor.SCORES, WindowScore.class);
    assertThat(scores).extracting(WindowScore::getWindow).containsExactly(0L, 1L);
    // A key's first events have no forecast, or no scale yet, to be scored by.
    assertThat(scores.getFirst().getEvents()).isBetween(1L, WINDOW - 1L);
    assertThat(scores.getLast().getEvents()).isEqualTo(WINDOW);
    assertThat(scores.getLast().getSeries()).isEqualTo(ByteBuffer.wrap(KEY));
    assertThat(scores.getLast().getVersion()).isZero();
    assertThat(scores.getLast().getAbsoluteError()).isPositive();
  }

  @Test
  void shouldReportWindowsBeforeTheirAnswer() {
    var sentAtAnswer = new long[1];
    progress.onAnswer(event -> sentAtAnswer[0] = progress.windowsSent());

    sendEvents(0, WINDOW);

    assertThat(sentAtAnswer[0]).isEqualTo(2);
  }

  @Test
  void shouldNotStepARedeliveredEvent() {
    sendEvents(0, 20);
    byte[] state = requireNonNull(task.store(SeriesStores.STATE).get(KEY));
    Forecast last = forecasts().getLast();
    task = task.restart();

    nextOffset = 17;
    sendEvents(17, 20);

    assertThat(forecasts()).hasSize(3).allMatch(Forecast::getRedelivered);
    assertThat(forecasts()).noneMatch(Forecast::getLate);
    assertThat(forecasts().getLast().getForecastValue()).isEqualTo(last.getForecastValue());
    assertThat(forecasts().getLast().getInputOffset()).isEqualTo(19);
    assertThat(task.store(SeriesStores.STATE).get(KEY)).isEqualTo(state);
    assertThat(windows()).isEmpty();
  }

  @Test
  void shouldContinueAfterRedeliveryAsIfThereHadBeenNone() {
    sendEvents(0, 30);
    Forecast undisturbed = forecasts().getLast();
    task = MockTask.start(processor(config));
    nextOffset = 0;
    sendEvents(0, 20);
    task = task.restart();
    nextOffset = 12;

    sendEvents(12, 30);

    assertThat(forecasts().getLast()).isEqualTo(undisturbed);
  }

  // ---- late, repeated, missing
  // --------------------------------------------------------------------

  @Test
  void shouldAnswerAnEventFromBeforeTheLastBorderWithoutAStep() {
    sendEvents(0, 10);
    byte[] state = requireNonNull(task.store(SeriesStores.STATE).get(KEY));

    send(time(4) + 1, 99);
    send(time(7), 98);

    assertThat(forecasts().subList(10, 12))
        .allMatch(Forecast::getLate)
        .noneMatch(Forecast::getRepaired)
        .noneMatch(Forecast::getRedelivered)
        .extracting(Forecast::getSteps)
        .containsExactly(10L, 10L);
    assertThat(task.store(SeriesStores.STATE).get(KEY)).isEqualTo(state);
  }

  @Test
  void shouldTellTheTrainerOfAValueThatCameTooLateForItsWindow() {
    sendEvents(0, 20);
    send(time(30), 5);
    int sent = windows().size();

    send(time(21) + 7, 99);
    send(time(2), 98);

    assertThat(windows().subList(sent, windows().size()))
        .singleElement()
        .satisfies(
            correction -> {
              assertThat(correction.getCorrection()).isTrue();
              assertThat(correction.getWindow()).isEqualTo(2);
              assertThat(correction.getFirstStep()).isEqualTo(21);
              assertThat(correction.getTimes()).containsExactly(time(21) + 7);
              assertThat(correction.getValues()).containsExactly(99.0);
            });
    assertThat(forecasts().subList(21, 23)).noneMatch(Forecast::getRepaired);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "events", "PT1M"})
  void shouldGoOnAfterALateEventAsIfItHadComeInTime(String frequency) {
    properties.put(ProcessorsConfig.FREQUENCY, frequency);
    task = MockTask.start(processor(ProcessorsConfig.of(properties)));
    sendEvents(0, 46);
    List<Forecast> inTime = forecasts();
    byte[] state = requireNonNull(task.store(SeriesStores.STATE).get(KEY));
    List<HistoryWindow> inTimeWindows = windows();
    task = MockTask.start(processor(ProcessorsConfig.of(properties)));
    nextOffset = 0;
    sendEvents(0, 42);
    sendEvents(43, 45);

    sendEvents(42, 43);
    sendEvents(45, 46);

    Forecast repaired = forecasts().get(44);
    assertThat(repaired.getRepaired()).isTrue();
    assertThat(repaired.getLate()).isTrue();
    assertThat(repaired.getExpectedValue()).isEqualTo(inTime.get(42).getExpectedValue());
    assertThat(repaired.getAnomalyScore()).isEqualTo(inTime.get(42).getAnomalyScore());
    assertThat(repaired.getHorizon()).isEqualTo(inTime.get(44).getHorizon());
    assertThat(forecasts().getLast()).isEqualTo(inTime.getLast());
    assertThat(task.store(SeriesStores.STATE).get(KEY)).isEqualTo(state);
    assertThat(windows()).isEqualTo(inTimeWindows);
  }

  @Test
  void shouldCloseTheWindowThatALateEventFills() {
    properties.put(ProcessorsConfig.FREQUENCY, "events");
    task = MockTask.start(processor(ProcessorsConfig.of(properties)));
    sendEvents(0, 24);
    List<HistoryWindow> inTime = windows();
    task = MockTask.start(processor(ProcessorsConfig.of(properties)));
    nextOffset = 0;
    sendEvents(0, 18);
    sendEvents(19, 24);

    sendEvents(18, 19);

    assertThat(windows()).usingRecursiveComparison().ignoringFields("anchor").isEqualTo(inTime);
    assertThat(codec(properties).decode(task.store(SeriesStores.ANCHOR).get(KEY)).series().steps())
        .isEqualTo(24);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldNotDependOnTheOrderWithinAWindow(long seed) {
    var random = new Random(seed);
    properties.put(ProcessorsConfig.FREQUENCY, random.nextBoolean() ? "auto" : "events");
    int count = 9 * WINDOW;
    task = MockTask.start(processor(ProcessorsConfig.of(properties)));
    sendEvents(0, count);
    List<Forecast> inTime = forecasts();
    task = MockTask.start(processor(ProcessorsConfig.of(properties)));
    nextOffset = 0;
    for (int border = 0; border < count; border += WINDOW) {
      List<Integer> events =
          new ArrayList<>(IntStream.range(border, border + WINDOW - 1).boxed().toList());
      Collections.shuffle(events, random);
      for (int event : events) {
        if (random.nextInt(4) == 0) {
          // Of two at one time the last one counts.
          send(time(event), -1);
        }
        send(time(event), value(event));
      }

      sendEvents(border + WINDOW - 1, border + WINDOW);

      Forecast last = forecasts().getLast();
      // Some came twice.
      last.setInputOffset(inTime.get(border + WINDOW - 1).getInputOffset());
      assertThat(last)
          .as("seed %d, border %d", seed, border)
          .isEqualTo(inTime.get(border + WINDOW - 1));
    }
  }

  @Test
  void shouldLetTheLastOfTwoAtOneTimeWin() {
    sendEvents(0, 21);
    send(time(21), 99);
    send(time(22), value(22));
    send(time(21), value(21));
    Forecast corrected = forecasts().getLast();
    task = MockTask.start(processor);
    nextOffset = 0;

    sendEvents(0, 23);

    assertThat(corrected.getRepaired()).isTrue();
    assertThat(corrected.getHorizon()).isEqualTo(forecasts().getLast().getHorizon());
    assertThat(corrected.getSteps()).isEqualTo(23);
  }

  @Test
  void shouldStepThroughAGap() {
    sendEvents(0, 20);

    send(time(29), 7);

    assertThat(forecasts()).hasSize(21);
    assertThat(forecasts().getLast().getSteps()).isEqualTo(30);
    assertThat(windows().getLast().getAbsences()).containsExactly(0, 0, 0, 0, 1, 1, 1, 1);
    assertThat(windows().getLast().getTimes().getLast()).isEqualTo(time(23));
    assertThat(windows().getLast().getFirstStep()).isEqualTo(16);
  }

  @Test
  void shouldStepOnItsForecastWhereTheEventHasNoValue() {
    task = MockTask.start(processor(json()));
    for (int event = 0; event < 20; event++) {
      sendJson(time(event), Double.toString(value(event)));
    }
    double expected = forecasts().getLast().getForecastValue();

    sendJson(time(20), "null");

    Forecast forecast = forecasts().getLast();
    assertThat(forecast.getMissing()).isTrue();
    assertThat(forecast.getActualValue()).isEqualTo(expected);
    assertThat(forecast.getSteps()).isEqualTo(21);
    assertThat(forecast.getIsAnomaly()).isFalse();
    assertThat(forecasts().subList(0, 20)).noneMatch(Forecast::getMissing);
  }

  @Test
  void shouldPutTheValueInThePlaceOfItsNull() {
    task = MockTask.start(processor(json()));
    for (int event = 0; event < 22; event++) {
      sendJson(time(event), event == 20 ? "null" : Double.toString(value(event)));
    }
    sendJson(time(20), Double.toString(value(20)));
    Forecast repaired = forecasts().getLast();
    task = MockTask.start(processor(json()));
    nextOffset = 0;

    for (int event = 0; event < 22; event++) {
      sendJson(time(event), Double.toString(value(event)));
    }

    assertThat(repaired.getRepaired()).isTrue();
    assertThat(repaired.getHorizon()).isEqualTo(forecasts().getLast().getHorizon());
  }

  @Test
  void shouldAnswerALateNullWithoutAStep() {
    task = MockTask.start(processor(json()));
    for (int event = 0; event < 20; event++) {
      sendJson(time(event), Double.toString(value(event)));
    }

    sendJson(time(18), "null");

    assertThat(forecasts().getLast().getLate()).isTrue();
    assertThat(forecasts().getLast().getRepaired()).isFalse();
    assertThat(forecasts().getLast().getSteps()).isEqualTo(20);
    assertThat(forecasts().getLast().getActualValue()).isEqualTo(value(18));
  }

  @Test
  void shouldRefuseAFirstEventWithoutAValue() {
    task = MockTask.start(processor(json()));

    sendJson(time(0), "null");

    assertThat(records(ForecastProcessor.DEAD_LETTERS, DeadLetter.class))
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.getReason()).isEqualTo(Reason.NULL_VALUE);
              assertThat(letter.getMessage()).contains("first event");
            });
    assertThat(task.store(SeriesStores.STATE).get(KEY)).isNull();
  }

  @Test
  void shouldNotRepairTwiceWhatIsDeliveredTwice() {
    sendEvents(0, 18);
    sendEvents(19, 21);
    sendEvents(18, 19);
    byte[] state = requireNonNull(task.store(SeriesStores.STATE).get(KEY));
    task = task.restart();
    nextOffset = 19;

    sendEvents(20, 21);
    sendEvents(18, 19);

    assertThat(forecasts()).hasSize(2).allMatch(Forecast::getRedelivered);
    assertThat(task.store(SeriesStores.STATE).get(KEY)).isEqualTo(state);
  }

  private ProcessorsConfig json() {
    properties.put(ProcessorsConfig.INPUT_FORMAT, "json");
    properties.put(ProcessorsConfig.INPUT_VALUE_FIELD, "value");
    return ProcessorsConfig.of(properties);
  }

  private void sendJson(long time, String value) {
    process(KEY, ("{\"value\": " + value + "}").getBytes(UTF_8), time);
  }

  private static SeriesStateCodec codec(Map<String, Object> properties) {
    return new SeriesStateCodec(ProcessorsConfig.of(properties).forecasterSpec());
  }

  @Test
  void shouldTakeNewerEventsOfAnInputThatCountsItsOffsetsAnew() {
    sendEvents(0, 10);
    nextOffset = 0;

    send(time(10), 5);

    assertThat(forecasts().getLast().getRedelivered()).isFalse();
    assertThat(forecasts().getLast().getSteps()).isEqualTo(11);
  }

  @Test
  void shouldStartAKeyAfreshWhoseStateIsTruncated() {
    sendEvents(0, 20);
    byte[] state = requireNonNull(task.store(SeriesStores.STATE).get(KEY));
    task.store(SeriesStores.STATE).put(KEY, Arrays.copyOf(state, state.length / 2));

    send(time(20), 7);

    assertThat(forecasts().getLast().getSteps()).isEqualTo(1);
    assertThat(forecasts().getLast().getForecastValue()).isEqualTo(7);
  }

  /// States that are whole, and not of this release or network.
  enum ForeignState {
    OF_AN_OLDER_RELEASE {
      @Override
      byte[] from(byte[] state) {
        return ofLayout(state, SeriesStateCodec.VERSION - 1);
      }
    },
    OF_A_NEWER_RELEASE {
      @Override
      byte[] from(byte[] state) {
        return ofLayout(state, SeriesStateCodec.VERSION + 1);
      }
    },
    OF_ANOTHER_NETWORK {
      @Override
      byte[] from(byte[] state) {
        Map<String, Object> other = new HashMap<>(SmallForecasting.properties());
        other.put(ProcessorsConfig.HIDDEN_SIZE, "31");
        var codec = new SeriesStateCodec(ProcessorsConfig.of(other).forecasterSpec());
        return codec.encode(codec.fresh());
      }
    };

    abstract byte[] from(byte[] state);

    private static byte[] ofLayout(byte[] state, int layout) {
      byte[] other = state.clone();
      other[0] = (byte) layout;
      return other;
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldStartAKeyAfreshWhoseStateIsNotOfThisReleaseAndNetwork(ForeignState foreign) {
    sendEvents(0, 20);
    byte[] state = requireNonNull(task.store(SeriesStores.STATE).get(KEY));
    task.store(SeriesStores.STATE).put(KEY, foreign.from(state));

    send(time(20), 7);

    assertThat(forecasts().getLast().getSteps()).isEqualTo(1);
    assertThat(forecasts().getLast().getForecastValue()).isEqualTo(7);
  }

  @Test
  void shouldSendWindowsAgainAfterAKeyStartedAfresh() {
    sendEvents(0, 20);
    task.store(SeriesStores.STATE).put(KEY, new byte[] {9, 9});
    task.resetForwards();

    sendEvents(20, 20 + WINDOW);

    assertThat(windows().getFirst().getWindow()).isZero();
    assertThat(anchor(windows().getFirst()).series().steps()).isZero();
  }

  @Test
  void shouldLeaveOutAWindowWhoseAnchorIsLost() {
    sendEvents(0, WINDOW);
    task.store(SeriesStores.ANCHOR).delete(KEY);
    task.resetForwards();

    sendEvents(WINDOW, 3 * WINDOW);

    assertThat(windows()).extracting(HistoryWindow::getWindow).first().isEqualTo(2L);
    assertThat(forecasts()).hasSize(2 * WINDOW);
  }

  @Test
  void shouldFailWhenTheRegistryStaysBehindTheState() {
    properties.put(ProcessorsConfig.REGISTRY_WAIT_MAX_MS, "20");
    task = MockTask.start(processor(ProcessorsConfig.of(properties)));
    SeriesState ahead = codec.fresh();
    ahead.stamp(5, 2);
    byte[] state = codec.encode(ahead);
    task.store(SeriesStores.STATE).put(KEY, state);

    assertThatThrownBy(() -> send(1_000, 20)).isInstanceOf(RegistryBehindException.class);

    assertThat(task.forwarded()).isEmpty();
    assertThat(task.store(SeriesStores.STATE).get(KEY)).isEqualTo(state);
  }

  @Test
  void shouldGiveTheSameBytesInEveryRun() {
    sendEvents(0, 40);
    List<Forecast> first = forecasts();
    byte[] state = requireNonNull(task.store(SeriesStores.STATE).get(KEY));
    task = MockTask.start(processor(config));
    nextOffset = 0;

    sendEvents(0, 40);

    assertThat(forecasts()).isEqualTo(first);
    assertThat(task.store(SeriesStores.STATE).get(KEY)).isEqualTo(state);
  }

  @Test
  void shouldTakeEventsThatWereReadNowhere() {
    task.processUnread(new Record<>(KEY, "1".getBytes(UTF_8), 1_000L));
    task.processUnread(new Record<>(KEY, "2".getBytes(UTF_8), 2_000L));
    task.processUnread(new Record<>(KEY, "?".getBytes(UTF_8), 3_000L));

    assertThat(forecasts()).extracting(Forecast::getSteps).containsExactly(1L, 2L);
    assertThat(forecasts().getFirst().getInputOffset()).isEqualTo(-1);
    assertThat(records(ForecastProcessor.DEAD_LETTERS, DeadLetter.class)).hasSize(1);
  }

  @Test
  void shouldLeaveTheInputsHeadersBehind() {
    var record = new Record<>(KEY, "1".getBytes(UTF_8), 1_000L);
    record.headers().add("__value_schema_id", new byte[] {1});

    task.process("measurements", 0, record);

    assertThat(task.forwarded().getFirst().record().headers()).isEmpty();
  }

  @Test
  void shouldCheckObservationsThatTheUserMade() {
    var typed =
        MockTask.start(
            ForecastProcessor.ofObservations(
                config,
                new ModelRegistry<>(new ForecasterFormat(config.forecasterSpec()), "test"),
                progress));

    typed.process(
        "measurements", 0, new Record<>(KEY, observation(Instant.ofEpochMilli(500), 3.0), 1_000L));
    typed.process(
        "measurements",
        1,
        new Record<>(KEY, observation(Instant.ofEpochMilli(600), Double.NaN), 1_000L));

    assertThat(typed.forwarded())
        .extracting(forward -> forward.childName().orElseThrow())
        .containsExactly(ForecastProcessor.FORECASTS, ForecastProcessor.DEAD_LETTERS);
    assertThat(((DeadLetter) typed.forwarded().getLast().record().value()).getReason())
        .isEqualTo(Reason.NOT_FINITE);
  }

  private ForecastProcessor<byte[]> processor(ProcessorsConfig with) {
    return ForecastProcessor.ofBytes(
        with,
        SchemaRegistry.from(with.kafkaProperties()),
        new ModelRegistry<>(new ForecasterFormat(with.forecasterSpec()), "test"),
        progress);
  }

  private void sendEvents(int from, int to) {
    for (int event = from; event < to; event++) {
      send(time(event), value(event));
    }
  }

  private static long time(int event) {
    return 60_000L * (event + 1);
  }

  private static double value(int event) {
    return 20 + 5 * Math.sin(event) + 0.1 * event;
  }

  private void send(long time, double value) {
    process(KEY, Double.toString(value).getBytes(UTF_8), time);
  }

  @SuppressWarnings("NullAway") // Keys and values of Kafka's records may be null.
  private void process(byte @Nullable [] key, byte @Nullable [] value, long time) {
    task.process("measurements", nextOffset++, new Record<>(key, value, time));
  }

  private List<Forecast> forecasts() {
    return records(ForecastProcessor.FORECASTS, Forecast.class);
  }

  private List<HistoryWindow> windows() {
    return records(ForecastProcessor.HISTORY, HistoryWindow.class);
  }

  private <T> List<T> records(String child, Class<T> type) {
    return task.forwarded(child).stream().map(Record::value).map(type::cast).toList();
  }

  private SeriesState anchor(HistoryWindow window) {
    byte[] bytes = new byte[window.getAnchor().remaining()];
    window.getAnchor().duplicate().get(bytes);
    return codec.decode(bytes);
  }

  private static Observation observation(Instant time, double value) {
    return Observation.newBuilder().setTime(time).setValue(value).build();
  }
}
