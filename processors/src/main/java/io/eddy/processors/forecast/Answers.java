package io.eddy.processors.forecast;

import io.eddy.model.Answer;
import io.eddy.model.SeriesState;
import io.eddy.model.network.Influence;
import io.eddy.model.series.Absence;
import io.eddy.model.series.Series;
import io.eddy.processors.observation.Decoded;
import io.eddy.processors.observation.Origin;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.ForecastInterval;
import io.eddy.schemas.avro.ForecastStep;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.ShadowScore;
import io.eddy.schemas.avro.WindowScore;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the model says, as records for the topics. No clock and no host in any of them: under the
/// same decisions, the same events give the same bytes.
final class Answers {
  private Answers() {}

  /// How an event stands to its key's state.
  enum Standing {
    /// Newer than the key's newest: it stepped the state.
    STEPPED,
    /// Not newer than the key's newest, and put in its place: the state is as if it had come in
    /// time.
    REPAIRED,
    /// Not newer than the key's newest, and too late to be put in its place: the state stays as it
    /// is.
    LATE,
    /// Read a second time after a failure: the state has stepped already.
    REDELIVERED
  }

  /// The answer to an event.
  ///
  /// @param missing whether the event had no value
  /// @param state after the event
  /// @param confidences of the answer's intervals
  static Forecast forecast(
      Answer answer,
      long timeMillis,
      boolean missing,
      SeriesState state,
      List<Double> confidences,
      Standing standing,
      Origin origin) {
    int horizon = answer.horizon();
    List<ForecastStep> steps = new ArrayList<>(horizon);
    for (int ahead = 1; ahead <= horizon; ahead++) {
      steps.add(
          new ForecastStep(ahead, answer.value(ahead), answer.lower(ahead), answer.upper(ahead)));
    }
    var forecast = new Forecast();
    forecast.setEventTime(Instant.ofEpochMilli(timeMillis));
    forecast.setActualValue(answer.actual());
    forecast.setExpectedValue(nullIfNaN(answer.expected()));
    forecast.setExpectedLowerBound(nullIfNaN(answer.expectedLower()));
    forecast.setExpectedUpperBound(nullIfNaN(answer.expectedUpper()));
    forecast.setIsAnomaly(answer.anomaly());
    forecast.setAnomalyScore(answer.verdict().score());
    forecast.setAnomalyKind(answer.verdict().kind().name());
    forecast.setAnomalySeverity(answer.verdict().severity());
    forecast.setAnomalyEvidence(answer.verdict().evidence().name());
    forecast.setAnomalyInput(answer.influence().map(Influence::input).orElse(null));
    forecast.setAnomalyInputShare(answer.influence().map(Influence::share).orElse(0.0));
    forecast.setForecastValue(answer.value(1));
    forecast.setLowerBound(answer.lower(1));
    forecast.setUpperBound(answer.upper(1));
    forecast.setHorizon(steps);
    forecast.setConfidence(confidences.getFirst());
    forecast.setIntervals(furtherIntervals(answer, confidences));
    forecast.setModelVersion(state.version());
    forecast.setDecision(state.decision());
    forecast.setSteps(answer.steps());
    forecast.setRedelivered(standing == Standing.REDELIVERED);
    forecast.setLate(standing == Standing.LATE || standing == Standing.REPAIRED);
    forecast.setRepaired(standing == Standing.REPAIRED);
    forecast.setMissing(missing);
    forecast.setInputPartition(origin.partition());
    forecast.setInputOffset(origin.offset());
    return forecast;
  }

  /// The intervals beyond the first, which stands in the forecast itself.
  private static List<ForecastInterval> furtherIntervals(Answer answer, List<Double> confidences) {
    List<ForecastInterval> intervals = new ArrayList<>(confidences.size() - 1);
    for (int interval = 1; interval < confidences.size(); interval++) {
      List<Double> lower = new ArrayList<>(answer.horizon());
      List<Double> upper = new ArrayList<>(answer.horizon());
      for (int ahead = 1; ahead <= answer.horizon(); ahead++) {
        lower.add(answer.lower(interval, ahead));
        upper.add(answer.upper(interval, ahead));
      }
      intervals.add(new ForecastInterval(confidences.get(interval), lower, upper));
    }
    return intervals;
  }

  private static @Nullable Double nullIfNaN(double value) {
    return Double.isNaN(value) ? null : value;
  }

  /// The newest `length` events of a key as a window of history.
  ///
  /// @param anchor encoded state as it stood before the first of them
  static HistoryWindow window(Series series, int length, byte[] anchor, int slot, int partition) {
    List<Long> times = new ArrayList<>(length);
    List<Double> values = new ArrayList<>(length);
    for (int back = length - 1; back >= 0; back--) {
      times.add(series.time(back));
      values.add(series.value(back));
    }
    var window = new HistoryWindow();
    window.setWindow(series.steps() / length - 1);
    window.setSlot(slot);
    window.setFirstStep(series.steps() - length);
    window.setTimes(times);
    window.setValues(values);
    window.setAnchor(ByteBuffer.wrap(anchor));
    window.setPartition(partition);
    window.setAbsences(absences(series, length));
    window.setCovariates(covariates(series, length));
    window.setTrigger("");
    return window;
  }

  private static List<Integer> absences(Series series, int length) {
    List<Integer> absences = new ArrayList<>(length);
    boolean any = false;
    for (int back = length - 1; back >= 0; back--) {
      Absence absence = series.absence(back);
      absences.add(absence.code());
      any |= absence != Absence.NONE;
    }
    return any ? absences : List.of();
  }

  private static ByteBuffer bytes(double[] row) {
    var bytes = ByteBuffer.allocate(row.length * Double.BYTES);
    bytes.asDoubleBuffer().put(row);
    return bytes;
  }

  private static ByteBuffer covariates(Series series, int length) {
    double[] row = new double[series.covariateRowSize()];
    var rows = ByteBuffer.allocate(length * row.length * Double.BYTES);
    for (int back = length - 1; back >= 0; back--) {
      series.covariates(back, row, 0);
      for (double number : row) {
        rows.putDouble(number);
      }
    }
    return rows.flip();
  }

  /// The same window for another slot; shares its content.
  static HistoryWindow inSlot(HistoryWindow window, int slot) {
    return new HistoryWindow(
        window.getWindow(),
        slot,
        window.getFirstStep(),
        window.getTimes(),
        window.getValues(),
        window.getAnchor(),
        window.getPartition(),
        window.getAbsences(),
        window.getCorrection(),
        window.getCovariates(),
        window.getTrigger(),
        window.getRound());
  }

  /// A value that has come too late for its window, which was sent before.
  ///
  /// @param window number of that window
  /// @param step of the value, from 0
  static HistoryWindow correction(
      long window, int slot, long step, Decoded.Observation late, int partition) {
    var correction = new HistoryWindow();
    correction.setWindow(window);
    correction.setSlot(slot);
    correction.setFirstStep(step);
    correction.setTimes(List.of(late.timeMillis()));
    correction.setValues(List.of(late.value()));
    correction.setAnchor(ByteBuffer.allocate(0));
    correction.setPartition(partition);
    correction.setAbsences(List.of());
    correction.setCorrection(true);
    correction.setCovariates(bytes(late.covariates()));
    correction.setTrigger("");
    return correction;
  }

  /// One version's errors on a window of a key, or the part of it that it answered.
  ///
  /// @param state whose newest event is the last of them
  /// @param sums its scores
  /// @param shadow the version beside it on the same events, or null
  static WindowScore score(
      byte[] series,
      SeriesState state,
      long window,
      io.eddy.model.WindowScore sums,
      @Nullable ShadowScore shadow) {
    Series past = state.series();
    int back = Math.clamp(sums.events() - 1, 0, past.size() - 1);
    var score = new WindowScore();
    score.setSeries(ByteBuffer.wrap(series));
    score.setVersion(state.version());
    score.setWindow(window);
    score.setEvents(sums.events());
    score.setAbsoluteError(sums.absoluteError());
    score.setNaiveAbsoluteError(sums.naiveAbsoluteError());
    score.setPinball(sums.pinball());
    score.setScaleSum(sums.scaleSum());
    score.setCovered(sums.covered());
    score.setMatured(sums.matured());
    score.setMaturedPinball(sums.maturedPinball());
    score.setStartedAt(Instant.ofEpochMilli(past.time(back)));
    score.setEndedAt(Instant.ofEpochMilli(past.time(0)));
    score.setShadow(shadow);
    return score;
  }
}
