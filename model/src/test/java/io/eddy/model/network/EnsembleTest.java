package io.eddy.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.Examples;
import io.eddy.model.cell.CellType;
import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.exchange.ForecasterWeights;
import io.eddy.model.exchange.StateDict;
import io.eddy.model.exchange.onnx.OnnxForecaster;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import io.eddy.model.series.SeriesSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnsembleTest {

  private static final int STEPS = 12;

  private static ForecasterSpec single(CellType cell, ForecastValue value) {
    return new ForecasterSpec(cell, 5, 2, 3, SeriesSpec.naive(4), 6, List.of(0.9, 0.5), value, 10);
  }

  /// The network that a member is, alone.
  private static Parameters member(ForecasterSpec ensemble, Parameters all, int member) {
    ForecasterSpec alone = ensemble.withEnsemble(1);
    Parameters own = Parameters.zeros(ForecasterProgram.of(alone).program().parameters());
    for (ParameterSpec spec : own.specs()) {
      String name =
          spec.name().equals("path.weight")
              ? spec.name()
              : ensemble.memberPrefix(member) + spec.name();
      float[] values = all.values(name);
      System.arraycopy(values, 0, own.values(spec.name()), 0, values.length);
    }
    return own;
  }

  private static void fill(Rows rows, int row, int width, SplittableRandom random) {
    for (int i = 0; i < width; i++) {
      rows.values()[rows.at(row) + i] = (float) (4 * random.nextDouble() - 2);
    }
  }

  private static float[][] run(Parameters parameters, ForecasterProgram program, Value output) {
    var stepper = new Stepper(program.program(), parameters, 1, Kernels.best());
    var random = new SplittableRandom(3);
    float[][] outputs = new float[STEPS][output.width()];
    for (float[] out : outputs) {
      fill(stepper.rows(program.inputs()), 0, program.inputs().width(), random);
      stepper.step();
      Rows rows = stepper.rows(output);
      System.arraycopy(rows.values(), rows.at(0), out, 0, out.length);
    }
    return outputs;
  }

  @ParameterizedTest
  @CsvSource({"ELMAN,2", "GRU,3", "LSTM,5"})
  void shouldAnswerTheAverageOfItsMembers(CellType cell, int members) {
    ForecasterSpec spec = single(cell, ForecastValue.MEAN).withEnsemble(members);
    Parameters all = Examples.randomForecaster(spec, 7).parameters();
    ForecasterProgram together = ForecasterProgram.of(spec);
    ForecasterProgram alone = ForecasterProgram.of(spec.withEnsemble(1));

    float[][] quantiles = run(all, together, together.quantiles());
    float[][] means = run(all, together, together.means().orElseThrow());

    double[][] expected = new double[STEPS][quantiles[0].length];
    double[][] expectedMeans = new double[STEPS][means[0].length];
    for (int m = 0; m < members; m++) {
      Parameters own = member(spec, all, m);
      add(run(own, alone, alone.quantiles()), expected, members);
      add(run(own, alone, alone.means().orElseThrow()), expectedMeans, members);
    }
    for (int t = 0; t < STEPS; t++) {
      assertClose(quantiles[t], expected[t]);
      assertClose(means[t], expectedMeans[t]);
    }
  }

  private static void add(float[][] outputs, double[][] sums, int members) {
    for (int t = 0; t < outputs.length; t++) {
      for (int i = 0; i < outputs[t].length; i++) {
        sums[t][i] += outputs[t][i] / (double) members;
      }
    }
  }

  private static void assertClose(float[] actual, double[] expected) {
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(2e-6));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldNotLetAveragedQuantilesCross(long seed) {
    ForecasterSpec spec = single(CellType.GRU, ForecastValue.MEDIAN).withEnsemble(3);
    ForecasterProgram program = ForecasterProgram.of(spec);

    for (float[] fan :
        run(Examples.randomForecaster(spec, seed).parameters(), program, program.quantiles())) {
      for (int i = spec.horizon(); i < fan.length; i++) {
        assertThat(fan[i]).as("seed %d", seed).isGreaterThanOrEqualTo(fan[i - spec.horizon()]);
      }
    }
  }

  /// A chunk of random inputs and targets, the same for every program of one seed.
  private static Unroller unroller(ForecasterProgram program, Parameters parameters) {
    var unroller = new Unroller(program.program(), parameters, STEPS, 1, Kernels.best());
    var random = new SplittableRandom(5);
    for (int t = 0; t < STEPS; t++) {
      Value target = program.objective().target();
      fill(unroller.rows(program.inputs()), t, program.inputs().width(), random);
      fill(unroller.rows(target), t, target.width(), random);
      Rows weight = unroller.rows(program.objective().weight());
      for (int h = 0; h < target.width(); h++) {
        weight.values()[weight.at(t) + h] = random.nextInt(3) > 0 ? 1 : 0;
      }
    }
    unroller.forward(STEPS);
    return unroller;
  }

  @ParameterizedTest
  @EnumSource(CellType.class)
  void shouldTeachEachMemberAsIfItWereAlone(CellType cell) {
    ForecasterSpec spec = single(cell, ForecastValue.MEAN).withEnsemble(2);
    Parameters all = Examples.randomForecaster(spec, 11).parameters();
    ForecasterProgram program = ForecasterProgram.withLoss(spec);
    Unroller together = unroller(program, all);
    together.backward(program.objective().loss(), 2); // the loss is a mean of two

    for (int m = 0; m < 2; m++) {
      ForecasterProgram own = ForecasterProgram.withLoss(spec.withEnsemble(1));
      Unroller alone = unroller(own, member(spec, all, m));
      alone.backward(own.objective().loss(), 1);

      for (ParameterSpec parameter : alone.gradients().specs()) {
        if (!parameter.name().equals("path.weight")) {
          // The path's product is added in another order, so the last bit of what follows differs.
          float[] expected = alone.gradients().values(parameter.name());
          float[] actual = together.gradients().values(spec.memberPrefix(m) + parameter.name());
          for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i])
                .as("%s %d", parameter.name(), i)
                .isCloseTo(expected[i], within(1e-4f + 1e-4f * Math.abs(expected[i])));
          }
        }
      }
    }
  }

  @Test
  void shouldNotLetOneMembersWeightsReachAnothersGradient() {
    ForecasterSpec spec = single(CellType.LSTM, ForecastValue.MEDIAN).withEnsemble(2);
    Parameters one = Examples.randomForecaster(spec, 1).parameters().copy();
    ForecasterProgram program = ForecasterProgram.withLoss(spec);
    Unroller before = unroller(program, one);
    before.backward(program.objective().loss(), 1);
    for (ParameterSpec parameter : one.specs()) {
      if (parameter.name().startsWith("members.1.")) {
        one.values(parameter.name())[0] += 1;
      }
    }

    Unroller after = unroller(program, one);
    after.backward(program.objective().loss(), 1);

    for (ParameterSpec parameter : one.specs()) {
      float[] gradient = after.gradients().values(parameter.name());
      if (parameter.name().startsWith("members.0.")) {
        assertThat(gradient).isEqualTo(before.gradients().values(parameter.name()));
      }
    }
    assertThat(after.gradients().values("members.1.head.bias"))
        .isNotEqualTo(before.gradients().values("members.1.head.bias"));
  }

  /// The pinball loss is convex, so an average of answers is never worse than they are on average.
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 8})
  void shouldScoreNoWorseThanItsMembersOnAverage(int members) {
    ForecasterSpec spec = single(CellType.GRU, ForecastValue.MEAN).withEnsemble(members);
    ForecasterProgram program = ForecasterProgram.withLoss(spec);
    Unroller unroller = unroller(program, Examples.randomForecaster(spec, members).parameters());
    Rows loss = unroller.rows(program.objective().loss());
    Rows score = unroller.rows(program.objective().score());

    for (int t = 0; t < STEPS; t++) {
      assertThat(score.values()[score.at(t)]).isLessThan(loss.values()[loss.at(t)] + 1e-5f);
    }
    assertThat(score.values()[score.at(3)]).isLessThan(0.999f * loss.values()[loss.at(3)]);
  }

  @Test
  void shouldStartItsMembersApart() {
    ForecasterSpec spec = single(CellType.GRU, ForecastValue.MEDIAN).withEnsemble(3);

    Parameters initial = Forecaster.initial(spec, 1).parameters();

    assertThat(initial.values("members.0.rnn.weight_hh_l0"))
        .isNotEqualTo(initial.values("members.1.rnn.weight_hh_l0"));
    assertThat(initial.values("members.1.rnn.weight_hh_l0"))
        .isNotEqualTo(initial.values("members.2.rnn.weight_hh_l0"));
  }

  @Test
  void shouldLeaveASingleNetworkWhatItWas() {
    ForecasterSpec spec = single(CellType.LSTM, ForecastValue.MEDIAN);

    assertThat(spec.toMetadata()).doesNotContainKey("eddy.ensemble");
    assertThat(ForecasterSpec.fromMetadata(spec.toMetadata()).ensemble()).isEqualTo(1);
    assertThat(
            ForecasterProgram.of(spec).program().parameters().stream()
                .map(ParameterSpec::name)
                .filter(name -> !name.startsWith("rnn.")))
        .containsExactly("head.weight", "head.bias", "path.weight");
    ForecasterProgram program = ForecasterProgram.withLoss(spec);
    assertThat(program.objective().score()).isEqualTo(program.objective().loss());
  }

  @Test
  void shouldGoOutAndInAgain() {
    ForecasterSpec spec = single(CellType.GRU, ForecastValue.MEDIAN).withEnsemble(3);
    Forecaster forecaster = Examples.randomForecaster(spec, 4);

    byte[] checkpoint = ForecasterCheckpoint.write(forecaster);
    byte[] onnx = OnnxForecaster.write(forecaster);
    var weights = new HashMap<String, Safetensors.Tensor>();
    Safetensors.fromBytes(checkpoint)
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (!name.equals("calibration.width")) {
                weights.put(name, tensor);
              }
            });

    assertThat(weights).containsKeys("members.2.rnn.weight_ih_l1", "path.weight");
    assertThat(ForecasterCheckpoint.read(checkpoint).spec()).isEqualTo(spec);
    assertThat(ForecasterCheckpoint.write(ForecasterCheckpoint.read(checkpoint)))
        .isEqualTo(checkpoint);
    assertThat(ForecasterCheckpoint.write(OnnxForecaster.read(onnx))).isEqualTo(checkpoint);
    assertThat(
            ForecasterCheckpoint.write(
                ForecasterWeights.of(
                    StateDict.of(weights), ForecasterWeights.metadata(forecaster))))
        .isEqualTo(checkpoint);
  }

  @Test
  void shouldNameACalibrationThatDoesNotFitItsIntervals() {
    Forecaster forecaster =
        Examples.randomForecaster(single(CellType.GRU, ForecastValue.MEDIAN), 4);
    Map<String, String> metadata = new HashMap<>(ForecasterWeights.metadata(forecaster));
    metadata.put("calibration.width", "1,1");
    var weights = StateDict.of(Safetensors.fromBytes(ForecasterCheckpoint.write(forecaster)));

    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> ForecasterWeights.of(weights, metadata))
        .withMessageContaining("2 factors, expected 12");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 33})
  void shouldRefuseANumberOfMembersThatMakesNone(int members) {
    ForecasterSpec spec = single(CellType.GRU, ForecastValue.MEDIAN);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> spec.withEnsemble(members))
        .withMessage("ensemble is " + members + ", expected 1 to 32");
  }
}
