package io.eddy.model.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Ops against libtorch's values and gradients.
class GoldenOpTest {

  static Stream<Arguments> ops() {
    return Stream.of(
        op("relu", 1, Relu::of),
        op("sigmoid", 1, Sigmoid::of),
        op("tanh", 1, Tanh::of),
        op("softplus", 1, Softplus::of),
        op("softsign", 1, Softsign::of),
        op("gelu", 1, Gelu::of),
        op("gelu_tanh", 1, GeluTanh::of),
        op("softmax", 9, Softmax::of),
        op("log_softmax", 9, LogSoftmax::of),
        op("layer_norm", 8, GoldenOpTest::layerNorm),
        op("batch_norm", 5, GoldenOpTest::batchNorm));
  }

  private static Arguments op(String name, int width, BiFunction<ProgramBuilder, Value, Value> op) {
    return Arguments.of(name, width, op);
  }

  private static Value layerNorm(ProgramBuilder builder, Value x) {
    return LayerNorm.of(builder, x, vector("weight", 8), vector("bias", 8), 1e-5);
  }

  private static Value batchNorm(ProgramBuilder builder, Value x) {
    var weights =
        new BatchNorm.Weights(
            vector("weight", 5),
            vector("bias", 5),
            buffer("running_mean", 5),
            buffer("running_var", 5));
    return BatchNorm.of(builder, x, weights, 0.1, 1e-5);
  }

  private static ParameterSpec vector(String name, int size) {
    return ParameterSpec.vector(name, size, new Initializer.Zero());
  }

  private static ParameterSpec buffer(String name, int size) {
    return ParameterSpec.buffer(name, size, new Initializer.Zero());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ops")
  void shouldGiveLibtorchsValuesAndGradients(
      String name, int width, BiFunction<ProgramBuilder, Value, Value> op) {
    Golden golden = Golden.read(name);
    var run = new Run(golden, width, width, op);
    run.forwardAndBackward();

    assertClose(run.read(run.out, false), golden.values("output.output"));
    assertClose(run.read(run.x, true), golden.values("gradient.input"));
    for (ParameterSpec spec : run.program.parameters()) {
      if (spec.isLearned()) {
        assertClose(run.unroller.gradients().values(spec.name()), golden.gradient(spec));
      }
    }
  }

  @Test
  void shouldKeepLibtorchsRunningStatistics() {
    Golden golden = Golden.read("batch_norm");
    var run = new Run(golden, 5, 5, GoldenOpTest::batchNorm);
    run.unroller.forward(run.steps);
    float[] inTheStream = run.read(run.out, false);
    run.forwardAndBackward();

    assertClose(inTheStream, golden.values("output.eval"));
    assertClose(run.parameters.values("running_mean"), golden.values("output.running_mean"));
    assertClose(run.parameters.values("running_var"), golden.values("output.running_var"));
  }

  @Test
  void shouldLookUpAsLibtorch() {
    Golden golden = Golden.read("embedding");
    ParameterSpec table = ParameterSpec.table("weight", 10, 4, new Initializer.Zero());
    var run = new Run(golden, 1, 4, (builder, x) -> Lookup.of(builder, x, table));
    run.forwardAndBackward();

    assertThat(run.read(run.out, false)).isEqualTo(golden.values("output.output"));
    assertClose(run.unroller.gradients().values("weight"), golden.gradient(table));
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i])
          .as("element %d", i)
          .isCloseTo(expected[i], offset(1e-5f + 1e-5f * Math.abs(expected[i])));
    }
  }

  /// All rows of a case in one chunk.
  private static final class Run {
    final Golden golden;
    final Program program;
    final Parameters parameters;
    final Unroller unroller;
    final Value x;
    final Value out;
    final int steps;

    Run(Golden golden, int width, int outputs, BiFunction<ProgramBuilder, Value, Value> op) {
      this.golden = golden;
      var builder = new ProgramBuilder();
      x = builder.differentiableInput("x", width);
      out = op.apply(builder, x);
      assertThat(out.width()).isEqualTo(outputs);
      program = builder.build();
      parameters = Parameters.zeros(program.parameters());
      golden.load(parameters);
      for (String buffer : new String[] {"running_mean", "running_var"}) {
        if (golden.has("input." + buffer)) {
          float[] from = golden.values("input." + buffer);
          System.arraycopy(from, 0, parameters.values(buffer), 0, from.length);
        }
      }
      float[] input = golden.values("input.input");
      steps = input.length / width;
      unroller = new Unroller(program, parameters, steps, 1, Kernels.best());
      write(input, unroller.rows(x).values(), unroller.rows(x), width);
    }

    private void write(float[] from, float[] to, Rows rows, int width) {
      for (int row = 0; row < steps; row++) {
        System.arraycopy(from, row * width, to, rows.at(row), width);
      }
    }

    void forwardAndBackward() {
      unroller.forward(steps, 1);
      unroller.clearRowGradients();
      Rows rows = unroller.rows(out);
      write(golden.values("input.cotangent"), rows.gradients(), rows, out.width());
      unroller.backward();
    }

    float[] read(Value value, boolean gradients) {
      Rows rows = unroller.rows(value);
      float[] read = new float[steps * value.width()];
      for (int row = 0; row < steps; row++) {
        System.arraycopy(
            gradients ? rows.gradients() : rows.values(),
            rows.at(row),
            read,
            row * value.width(),
            value.width());
      }
      return read;
    }
  }
}
