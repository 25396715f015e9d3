package io.eddy.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.Examples;
import io.eddy.model.cell.CellType;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.distribution.NegativeBinomialDistribution;
import io.eddy.model.distribution.NormalDistribution;
import io.eddy.model.distribution.StudentTDistribution;
import io.eddy.model.exchange.onnx.OnnxException;
import io.eddy.model.exchange.onnx.OnnxForecaster;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import io.eddy.model.series.CountAnchor;
import io.eddy.model.series.Series;
import io.eddy.model.series.SeriesSpec;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HeadProgramTest {

  private static final int HORIZON = 4;
  private static final int STEPS = 8;

  private static ForecasterSpec spec(Head head, int members) {
    SeriesSpec series = SeriesSpec.naive(0).withNonNegative(true);
    return new ForecasterSpec(
            CellType.GRU,
            5,
            1,
            HORIZON,
            series,
            4,
            List.of(0.9, 0.5, 0.998),
            ForecastValue.MEAN,
            10)
        .withHead(head)
        .withEnsemble(members);
  }

  /// An anchor of counts, and inputs of a network.
  private static void fill(
      ForecasterProgram program, Rows inputs, Rows anchor, int row, SplittableRandom random) {
    for (int i = 0; i < program.inputs().width(); i++) {
      inputs.values()[inputs.at(row) + i] = (float) (4 * random.nextDouble() - 2);
    }
    if (program.anchor().isPresent()) {
      var series = new Series(SeriesSpec.naive(0), 10, HORIZON);
      for (int t = 0; t < 9; t++) {
        series.append(t, random.nextInt(1, 1 + (1 << random.nextInt(11))));
      }
      CountAnchor.write(series, HORIZON, anchor.values(), anchor.at(row));
    }
  }

  private static Rows anchor(Stepper stepper, ForecasterProgram program) {
    return program.anchor().map(stepper::rows).orElse(Rows.empty());
  }

  @ParameterizedTest
  @CsvSource({
    "GAUSSIAN,1",
    "GAUSSIAN,3",
    "STUDENT_T,1",
    "STUDENT_T,2",
    "NEGATIVE_BINOMIAL,1",
    "NEGATIVE_BINOMIAL,3"
  })
  void shouldGiveTheQuantilesOfItsDistribution(Head head, int members) {
    ForecasterSpec spec = spec(head, members);
    ForecasterProgram program = ForecasterProgram.of(spec);
    Parameters parameters = Examples.randomForecaster(spec, 3).parameters();
    var stepper = new Stepper(program.program(), parameters, 1, Kernels.best());
    var random = new SplittableRandom(1);
    double[] levels = spec.quantileLevels();

    for (int t = 0; t < STEPS; t++) {
      fill(program, stepper.rows(program.inputs()), anchor(stepper, program), 0, random);
      stepper.step();

      for (int h = 0; h < HORIZON; h++) {
        double one = value(stepper, program.distribution().get(0), h);
        double two = value(stepper, program.distribution().get(1), h);
        for (int q = 0; q < levels.length; q++) {
          double actual = value(stepper, program.quantiles(), q * HORIZON + h);
          double expected =
              switch (head) {
                case GAUSSIAN -> one + two * NormalDistribution.quantile(levels[q]);
                case STUDENT_T -> {
                  double degrees = value(stepper, program.distribution().get(2), h);
                  yield one + two * StudentTDistribution.quantile(levels[q], degrees);
                }
                case NEGATIVE_BINOMIAL ->
                    (NegativeBinomialDistribution.quantile(levels[q], one, two)
                            - value(stepper, program.anchor().orElseThrow(), HORIZON + h))
                        / value(stepper, program.anchor().orElseThrow(), 2 * HORIZON + h);
                case QUANTILES -> throw new AssertionError("quantiles have no distribution");
              };
          assertThat(actual)
              .as("step %d, quantile %d", t, q)
              .isCloseTo(expected, within(2e-6 * (1 + Math.abs(expected))));
        }
      }
    }
  }

  private static double value(Stepper stepper, Value value, int column) {
    Rows rows = stepper.rows(value);
    return rows.values()[rows.at(0) + column];
  }

  @ParameterizedTest
  @EnumSource(Head.class)
  void shouldStartFromTheBaseForecast(Head head) {
    ForecasterSpec spec = spec(head, 2);
    ForecasterProgram program = ForecasterProgram.of(spec);
    Parameters parameters = Forecaster.initial(spec, 1).parameters();
    var stepper = new Stepper(program.program(), parameters, 1, Kernels.best());
    fill(
        program,
        stepper.rows(program.inputs()),
        anchor(stepper, program),
        0,
        new SplittableRandom(2));

    stepper.step();

    for (int h = 0; h < HORIZON; h++) {
      // The mean of a count is positive, at least a tenth of the unit.
      double least = 0;
      if (head == Head.NEGATIVE_BINOMIAL) {
        Value anchor = program.anchor().orElseThrow();
        double level =
            value(stepper, anchor, HORIZON + h) / value(stepper, anchor, 2 * HORIZON + h);
        least = Math.max(0, 0.1 - level);
      }
      assertThat(value(stepper, program.center(), h)).isCloseTo(least, within(1e-5));
      assertThat(value(stepper, program.means().orElseThrow(), h)).isCloseTo(least, within(1e-5));
    }
  }

  /// The likelihood's gradients by central differences, through head, ensemble and cells.
  @ParameterizedTest
  @EnumSource(value = Head.class, mode = EnumSource.Mode.EXCLUDE, names = "QUANTILES")
  void shouldHaveTheGradientOfItsLoss(Head head) {
    ForecasterSpec spec = spec(head, 2);
    ForecasterProgram program = ForecasterProgram.withLoss(spec);
    Parameters parameters = Examples.randomForecaster(spec, 8).parameters().copy();
    Unroller unroller = unroller(program, parameters);
    unroller.backward(program.objective().loss(), 1);

    for (String name :
        List.of("path.weight", "members.0.head.bias", "members.1.rnn.weight_hh_l0")) {
      float[] values = parameters.values(name);
      for (int i = 0; i < values.length; i += 1 + values.length / 7) {
        float before = values[i];
        values[i] = before + 0.01f;
        double up = loss(unroller(program, parameters), program);
        values[i] = before - 0.01f;
        double down = loss(unroller(program, parameters), program);
        values[i] = before;
        double slope = (up - down) / 0.02;
        assertThat((double) unroller.gradients().values(name)[i])
            .as("%s %d", name, i)
            .isCloseTo(slope, within(0.01 + 0.03 * Math.abs(slope)));
      }
    }
  }

  private static double loss(Unroller unroller, ForecasterProgram program) {
    Rows loss = unroller.rows(program.objective().loss());
    double sum = 0;
    for (int t = 0; t < STEPS; t++) {
      sum += loss.values()[loss.at(t)];
    }
    return sum;
  }

  private static Unroller unroller(ForecasterProgram program, Parameters parameters) {
    var unroller = new Unroller(program.program(), parameters, STEPS, 1, Kernels.best());
    var random = new SplittableRandom(5);
    Rows anchor = program.anchor().map(unroller::rows).orElse(Rows.empty());
    Rows target = unroller.rows(program.objective().target());
    Rows weight = unroller.rows(program.objective().weight());
    for (int t = 0; t < STEPS; t++) {
      fill(program, unroller.rows(program.inputs()), anchor, t, random);
      for (int h = 0; h < HORIZON; h++) {
        target.values()[target.at(t) + h] = (float) (2 * random.nextDouble() - 0.5);
        weight.values()[weight.at(t) + h] = random.nextInt(3) > 0 ? 1 : 0;
      }
    }
    unroller.forward(STEPS);
    return unroller;
  }

  @Test
  void shouldLeaveQuantilesOutOfTheMetadata() {
    ForecasterSpec quantiles = spec(Head.QUANTILES, 1);
    ForecasterSpec counts = spec(Head.NEGATIVE_BINOMIAL, 1);

    assertThat(quantiles.toMetadata()).doesNotContainKey("eddy.head");
    assertThat(ForecasterSpec.fromMetadata(quantiles.toMetadata())).isEqualTo(quantiles);
    assertThat(counts.toMetadata()).containsEntry("eddy.head", "negative-binomial");
    assertThat(ForecasterSpec.fromMetadata(counts.toMetadata())).isEqualTo(counts);
  }

  @Test
  void shouldRefuseCountsThatAreNone() {
    SeriesSpec free = SeriesSpec.naive(0);
    ForecasterSpec spec = spec(Head.QUANTILES, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> with(spec, free).withHead(Head.NEGATIVE_BINOMIAL))
        .withMessageContaining("eddy.nonnegative is false")
        .withMessageContaining("set it to true, or use another head");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                with(spec, free.withNonNegative(true).withPower(0.5))
                    .withHead(Head.NEGATIVE_BINOMIAL))
        .withMessageContaining("eddy.power is 0.5")
        .withMessageContaining("set it to 1, or use another head");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Head.named("poisson"))
        .withMessageContaining("eddy.head is poisson, expected one of [quantiles, gaussian");
  }

  private static ForecasterSpec with(ForecasterSpec spec, SeriesSpec series) {
    return new ForecasterSpec(
        spec.cell(),
        spec.hiddenSize(),
        spec.layerCount(),
        spec.horizon(),
        series,
        spec.lagCount(),
        spec.confidences(),
        spec.value(),
        spec.windowSize());
  }

  @Test
  void shouldGoToOnnxWhereThatHasTheOperations() {
    Forecaster gaussian = Examples.randomForecaster(spec(Head.GAUSSIAN, 2), 4);

    assertThat(ForecasterCheckpoint.write(OnnxForecaster.read(OnnxForecaster.write(gaussian))))
        .isEqualTo(ForecasterCheckpoint.write(gaussian));
    for (Head head : List.of(Head.STUDENT_T, Head.NEGATIVE_BINOMIAL)) {
      Forecaster other = Examples.randomForecaster(spec(head, 1), 4);
      assertThatExceptionOfType(OnnxException.class)
          .isThrownBy(() -> OnnxForecaster.write(other))
          .withMessageContaining(head.written())
          .withMessageContaining("safetensors");
    }
  }
}
