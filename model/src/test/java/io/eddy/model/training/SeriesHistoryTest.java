package io.eddy.model.training;

import static io.eddy.model.Examples.HOUR;
import static io.eddy.model.Examples.present;
import static io.eddy.model.Examples.walk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eddy.model.series.Absence;
import io.eddy.model.series.BaseForecast;
import io.eddy.model.series.CovariateSpec;
import io.eddy.model.series.Preparation;
import io.eddy.model.series.Series;
import io.eddy.model.series.SeriesSpec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeriesHistoryTest {

  private static final int RING = 16;
  private static final int HORIZON = 12;
  private static final double[] NOTHING = {}; // covariates

  /// Invariant 1 of the design begins here: what the trainer feeds the network of a step is, to the
  /// bit, what the stream fed it.
  @ParameterizedTest
  @CsvSource({"0,0", "0,1", "0,9", "0,16", "0,50", "5,0", "5,4", "5,16", "5,50"})
  void shouldShowEveryStepAsTheStreamSawIt(int season, int eventsBefore) {
    double[] values = walk(eventsBefore + 40, 5);
    var preparation = new Preparation(SeriesSpec.naive(season), 7);
    var stream = new Series(SeriesSpec.naive(season), RING, HORIZON);
    for (int t = 0; t < eventsBefore; t++) {
      stream.append(t * HOUR, values[t]);
    }
    var history =
        new SeriesHistory("load", stream, times(eventsBefore, 40), tail(values, eventsBefore));
    int context = stream.size();
    var cursor = history.new Cursor();
    float[] streamInputs = new float[preparation.inputSize()];
    float[] inputs = new float[preparation.inputSize()];

    for (int t = 0; t < 40; t++) {
      stream.append((eventsBefore + t) * HOUR, values[eventsBefore + t]);
      preparation.inputs(stream, streamInputs, 0);
      Series seen = cursor.at(context + t);
      preparation.inputs(seen, inputs, 0);

      assertThat(inputs).as("step %d", t).isEqualTo(streamInputs);
      assertThat(seen.divisor(0)).isEqualTo(stream.divisor(0));
      for (int ahead = 1; ahead <= 12; ahead++) {
        assertThat(seen.base(ahead)).isEqualTo(stream.base(ahead));
      }
    }
    assertThat(history.size()).isEqualTo(context + 40);
    assertThat(history.runSize()).isEqualTo(40);
    assertThat(history.name()).isEqualTo("load");
  }

  @ParameterizedTest
  @CsvSource({"0,0", "0,9", "5,4", "5,50"})
  void shouldShowCovariatesAsTheStreamSawThem(int season, int eventsBefore) {
    SeriesSpec spec =
        SeriesSpec.naive(season).withCovariates(CovariateSpec.observed("load", "price"));
    double[] values = walk(eventsBefore + 40, 5);
    double[] rows = walk(2 * values.length, 6);
    for (int i = 0; i < rows.length; i += 7) {
      rows[i] = Double.NaN;
    }
    var preparation = new Preparation(spec, 7, HORIZON);
    var stream = new Series(spec, RING, HORIZON);
    for (int t = 0; t < eventsBefore; t++) {
      stream.append(t * HOUR, values[t], Arrays.copyOfRange(rows, 2 * t, 2 * t + 2));
    }
    var history =
        new SeriesHistory(
            "load",
            stream,
            times(eventsBefore, 40),
            tail(values, eventsBefore),
            present(40),
            tail(rows, 2 * eventsBefore));
    int context = stream.size();
    var cursor = history.new Cursor();
    float[] streamInputs = new float[preparation.inputSize()];
    float[] inputs = new float[preparation.inputSize()];

    for (int t = eventsBefore; t < values.length; t++) {
      stream.append(t * HOUR, values[t], Arrays.copyOfRange(rows, 2 * t, 2 * t + 2));
      preparation.inputs(stream, streamInputs, 0);
      preparation.inputs(cursor.at(context + t - eventsBefore), inputs, 0);

      assertThat(inputs).as("step %d", t).isEqualTo(streamInputs);
    }
  }

  @Test
  void shouldRefuseCovariatesThatAreNotThereForEachValue() {
    SeriesSpec spec = SeriesSpec.naive(0).withCovariates(CovariateSpec.observed("load"));

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new SeriesHistory(
                    "a",
                    new Series(spec, RING, HORIZON),
                    times(0, 3),
                    new double[3],
                    present(3),
                    new double[2]))
        .withMessageContaining("2 numbers of covariates, expected 1 for each of 3 values");
  }

  @Test
  void shouldTakeMissingStepsAsTheStreamDid() {
    double[] values = walk(60, 5);
    Absence[] absences = new Absence[40];
    var stream = new Series(SeriesSpec.of(List.of(5), BaseForecast.MIX), RING, HORIZON);
    for (int t = 0; t < 20; t++) {
      stream.append(t * HOUR, values[t]);
    }
    var start = stream.copy();
    for (int t = 0; t < 40; t++) {
      absences[t] = t % 7 == 3 ? Absence.GAP : t % 11 == 5 ? Absence.NULL : Absence.NONE;
      if (absences[t] == Absence.NONE) {
        stream.append((20 + t) * HOUR, values[20 + t]);
      } else {
        stream.impute((20 + t) * HOUR, values[20 + t], absences[t], NOTHING);
      }
    }
    var history =
        new SeriesHistory("load", start, times(20, 40), tail(values, 20), absences, NOTHING);

    Series replayed = history.new Cursor().at(start.size() + 39);

    assertThat(bytes(replayed)).isEqualTo(bytes(stream));
    assertThat(history.isMissing(start.size() + 3)).isTrue();
    assertThat(history.isMissing(start.size() + 4)).isFalse();
  }

  private static byte[] bytes(Series series) {
    ByteBuffer buffer = ByteBuffer.allocate(series.byteSize());
    series.write(buffer);
    return buffer.array();
  }

  @Test
  void shouldKnowTheTimesThatItSpans() {
    var start = new Series(SeriesSpec.naive(0), RING, HORIZON);
    var fresh = new SeriesHistory("load", start, times(5, 3), new double[3]);
    for (int t = 0; t < 20; t++) {
      start.append(t * HOUR, t);
    }
    var continued = new SeriesHistory("load", start, times(20, 3), new double[3]);

    assertThat(fresh.firstTime()).isEqualTo(5 * HOUR);
    assertThat(fresh.lastTime()).isEqualTo(7 * HOUR);
    assertThat(continued.firstTime()).isEqualTo(4 * HOUR);
    assertThat(continued.lastTime()).isEqualTo(22 * HOUR);
  }

  @Test
  void shouldChangeNothingThatItIsGiven() {
    var start = new Series(SeriesSpec.naive(0), RING, HORIZON);
    start.append(0, 7);
    double[] run = {1, 2, 3};
    var history = new SeriesHistory("load", start, times(1, 3), run);

    run[0] = 99;

    assertThat(start.steps()).isEqualTo(1);
    assertThat(start.value(0)).isEqualTo(7);
    assertThat(history.image(0)).isEqualTo(7);
    assertThat(history.image(1)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "2,3", "3,2"})
  void shouldRefuseARunWithoutATimeForEachValue(int times, int values) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new SeriesHistory(
                    "load",
                    new Series(SeriesSpec.naive(0), RING, HORIZON),
                    new long[times],
                    new double[values]))
        .withMessageContaining("history of load")
        .withMessageContaining(times + " times, " + values + " values")
        .withMessageContaining("at least one");
  }

  private static long[] times(int first, int count) {
    long[] times = new long[count];
    for (int t = 0; t < count; t++) {
      times[t] = (first + t) * HOUR;
    }
    return times;
  }

  private static double[] tail(double[] values, int from) {
    return Arrays.copyOfRange(values, from, values.length);
  }
}
