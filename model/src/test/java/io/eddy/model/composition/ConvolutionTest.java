package io.eddy.model.composition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Golden;
import io.eddy.model.op.OpGradients;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvolutionTest {

  @Test
  void shouldGiveLibtorchsValuesAndGradients() {
    Golden golden = Golden.read("conv1d_causal");
    int batch = 3;
    int channels = 5;
    int outputs = 4;
    int steps = 9;
    var builder = new ProgramBuilder();
    Value x = builder.differentiableInput("x", channels);
    Value out = Convolution.causal(outputs, 3, 2).trace(builder, "", x);
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    golden.load(parameters);
    var unroller = new Unroller(program, parameters, steps, batch, Kernels.best());
    turn(golden.values("input.input"), unroller.rows(x), false, true, batch, channels, steps);
    unroller.forward(steps);
    unroller.clearRowGradients();
    turn(golden.values("input.cotangent"), unroller.rows(out), true, true, batch, outputs, steps);
    unroller.backward();

    float[] values = new float[batch * outputs * steps];
    float[] gradient = new float[batch * channels * steps];
    turn(values, unroller.rows(out), false, false, batch, outputs, steps);
    turn(gradient, unroller.rows(x), true, false, batch, channels, steps);
    assertClose(values, golden.values("output.output"));
    assertClose(gradient, golden.values("gradient.input"));
    for (ParameterSpec spec : program.parameters()) {
      assertClose(unroller.gradients().values(spec.name()), golden.gradient(spec));
    }
  }

  /// Between PyTorch's (B, channels, T) and rows t · B + b.
  private static void turn(
      float[] torch, Rows rows, boolean gradient, boolean in, int batch, int channels, int steps) {
    float[] array = gradient ? rows.gradients() : rows.values();
    for (int b = 0; b < batch; b++) {
      for (int c = 0; c < channels; c++) {
        for (int t = 0; t < steps; t++) {
          int at = rows.at(t * batch + b) + c;
          int place = (b * channels + c) * steps + t;
          if (in) {
            array[at] = torch[place];
          } else {
            torch[place] = array[at];
          }
        }
      }
    }
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).as("element %d", i).isCloseTo(expected[i], offset(1e-5f));
    }
  }

  static Stream<Named<OpGradients>> convolutions() {
    return Stream.of(
        Named.of(
            "causal, step by step too",
            OpGradients.of((builder, x) -> Convolution.causal(4, 3, 2).trace(builder, "", x.get(0)))
                .input(2)
                .rows(7, 2)
                .formula(given -> convolve(given, 4, 3, 2, 4, b -> given.steps()))),
        Named.of(
            "one step wide",
            OpGradients.of((builder, x) -> Convolution.causal(3, 1, 1).trace(builder, "", x.get(0)))
                .input(2)
                .formula(given -> convolve(given, 3, 1, 1, 0, b -> given.steps()))),
        Named.of(
            "same",
            OpGradients.of((builder, x) -> Convolution.same(4, 3, 1).trace(builder, "", x.get(0)))
                .input(2)
                .rows(5, 2)
                .unrolledOnly()
                .formula(given -> convolve(given, 4, 3, 1, 1, b -> given.steps()))),
        Named.of(
            "same with an even kernel",
            OpGradients.of((builder, x) -> Convolution.same(4, 4, 1).trace(builder, "", x.get(0)))
                .input(2)
                .rows(6, 2)
                .unrolledOnly()
                .formula(given -> convolve(given, 4, 4, 1, 1, b -> given.steps()))),
        Named.of(
            "same over messages of half the steps",
            OpGradients.of(
                    (builder, x) ->
                        Convolution.same(4, 3, 1).trace(builder, "", x.get(0), x.get(1)))
                .input(2)
                .constant(1, new HalfOfTheSteps(6, 2))
                .rows(6, 2)
                .unrolledOnly()
                .formula(given -> convolve(given, 4, 3, 1, 1, b -> 3))));
  }

  /// A mask, drawn row by row: 1 in the first half of the steps.
  private static final class HalfOfTheSteps implements ToDoubleFunction<SplittableRandom> {
    private final int rows;
    private int drawn;

    HalfOfTheSteps(int steps, int batch) {
      rows = steps * batch;
    }

    @Override
    public double applyAsDouble(SplittableRandom random) {
      return drawn++ % rows < rows / 2 ? 1 : 0;
    }
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void shouldFollowItsFormulaForwardAndBackward(OpGradients convolution) {
    convolution.check();
  }

  /// The sum over taps, with zeros outside a message of `length` steps.
  private static double[][] convolve(
      OpGradients.Given given,
      int outputs,
      int kernel,
      int dilation,
      int back,
      IntUnaryOperator length) {
    int channels = given.input(0, 0).length;
    double[] weight = given.parameter("weight"); // (channels · kernel, outputs)
    double[][] out = new double[given.rowCount()][];
    for (int row = 0; row < out.length; row++) {
      int t = row / given.batch();
      int b = row % given.batch();
      out[row] = given.parameter("bias");
      for (int k = 0; k < kernel; k++) {
        int source = t + k * dilation - back;
        if (source >= 0 && source < length.applyAsInt(b)) {
          double[] x = given.input(0, source * given.batch() + b);
          for (int c = 0; c < channels; c++) {
            for (int o = 0; o < outputs; o++) {
              out[row][o] += weight[(c * kernel + k) * outputs + o] * x[c];
            }
          }
        }
      }
    }
    return out;
  }

  @Test
  void shouldAddWhatWentInToWhatCameOut() {
    OpGradients.of((builder, x) -> Residual.around(builder, "block.", x.get(0), x.get(1)))
        .input(3)
        .input(3)
        .rowFormula(
            row -> {
              double[] sum = row.input(1);
              for (int i = 0; i < 3; i++) {
                sum[i] += row.input(0)[i];
              }
              return sum;
            })
        .check();
  }

  @Test
  void shouldBringWhatWentInToTheWidthOfWhatCameOut() {
    OpGradients.of((builder, x) -> Residual.around(builder, "block.", x.get(0), x.get(1)))
        .input(2)
        .input(3)
        .rowFormula(
            row -> {
              double[] sum = row.input(1);
              double[] weight = row.parameter("block.shortcut.weight");
              for (int o = 0; o < 3; o++) {
                for (int i = 0; i < 2; i++) {
                  sum[o] += weight[i * 3 + o] * row.input(0)[i];
                }
              }
              return sum;
            })
        .check();
  }

  @Test
  void shouldRefuseAKernelThatDoesNotSeeItsOwnStep() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Convolution(4, 3, 1, 3))
        .withMessageContaining("does not see its own step");
  }
}
