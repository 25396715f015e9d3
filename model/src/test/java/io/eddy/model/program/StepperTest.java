package io.eddy.model.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.cell.CellType;
import io.eddy.model.cell.Cells;
import io.eddy.model.kernel.ForkedJvm;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Attend;
import io.eddy.model.op.Linear;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StepperTest {

  /// A cell whose output also attends over its own past.
  private static final class Example {
    final Program program;
    final Value x;
    final Value out;
    final Parameters parameters;

    Example(CellType cell, int hiddenSize) {
      var builder = new ProgramBuilder();
      x = builder.input("x", 5);
      Value h = Cells.stack(builder, cell, "rnn.", x, hiddenSize, 2);
      Value context =
          Attend.of(builder, h, builder.pastKeys(h, 6), builder.past(h, 6), 2, 0.5f).context();
      out =
          Linear.of(
              builder,
              context,
              ParameterSpec.matrix("head", 3, hiddenSize, new Initializer.Xavier(1)));
      program = builder.build();
      parameters = Parameters.initial(program.parameters(), 3);
    }

    Stepper stepper(Kernels kernels, Precision precision) {
      return new Stepper(program, parameters, 1, kernels, precision);
    }

    float[] run(Stepper stepper, int steps) {
      var random = new SplittableRandom(3);
      float[] outputs = new float[3 * steps];
      for (int step = 0; step < steps; step++) {
        for (int i = 0; i < 5; i++) {
          stepper.rows(x).values()[i] = (float) (2 * random.nextDouble() - 1);
        }
        stepper.step();
        System.arraycopy(stepper.rows(out).values(), 0, outputs, 3 * step, 3);
      }
      return outputs;
    }
  }

  /// In a JVM of its own whose compiler is waited for: a boxed vector would show here.
  @Test
  void shouldAllocateNothingPerStep() {
    ForkedJvm.Output output =
        ForkedJvm.outputOf(
            StepperAllocation.class,
            "--add-modules=jdk.incubator.vector",
            "-Xbatch",
            "-Deddy.kernels=vector");

    assertThat(output.standard().lines())
        .as(output.whole())
        .hasSize(CellType.values().length * Precision.values().length)
        .allSatisfy(line -> assertThat(line).endsWith(": 0"));
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void shouldGiveTheSameBitsWithScalarAndVectorKernels(Precision precision) {
    var example = new Example(CellType.GRU, 38);

    float[] vector = example.run(example.stepper(Kernels.best(), precision), 20);

    assertThat(vector).isEqualTo(example.run(example.stepper(Kernels.scalar(), precision), 20));
  }

  @ParameterizedTest
  @EnumSource(CellType.class)
  void shouldStayNearTheTrainedWeightsInBfloat16(CellType cell) {
    var example = new Example(cell, 32);

    float[] exact = example.run(example.stepper(Kernels.best(), Precision.FLOAT32), 50);
    float[] rounded = example.run(example.stepper(Kernels.best(), Precision.BFLOAT16), 50);

    assertThat(rounded).isNotEqualTo(exact);
    for (int i = 0; i < exact.length; i++) {
      // Weights are off by 2^-8 at most; through two layers and a head that is some hundredths.
      assertThat(rounded[i]).isCloseTo(exact[i], offset(0.03f));
    }
  }

  @Test
  void shouldGoOnFromAStoredStateWhereItStood() {
    var example = new Example(CellType.LSTM, 16);
    float[] whole = example.run(example.stepper(Kernels.best(), Precision.FLOAT32), 17);
    Stepper first = example.stepper(Kernels.best(), Precision.FLOAT32);
    var random = new SplittableRandom(3);
    float[] state = new float[example.program.stateSize()];
    first.initialState(state, 0);
    for (int step = 0; step < 17; step++) {
      // Every step by another stepper: nothing but the flat state goes from one to the next.
      Stepper fresh = example.stepper(Kernels.best(), Precision.FLOAT32);
      fresh.load(0, state, 0);
      for (int i = 0; i < 5; i++) {
        fresh.rows(example.x).values()[i] = (float) (2 * random.nextDouble() - 1);
      }
      fresh.step();
      fresh.store(0, state, 0);
      assertThat(Arrays.copyOf(fresh.rows(example.out).values(), 3))
          .isEqualTo(Arrays.copyOfRange(whole, 3 * step, 3 * step + 3));
    }
  }

  @Test
  void shouldRefuseBfloat16ForWeightsThatAreNotFinite() {
    var example = new Example(CellType.ELMAN, 4);
    example.parameters.values("head")[0] = Float.NaN;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> example.stepper(Kernels.best(), Precision.BFLOAT16))
        .withMessageContaining("must be finite");
  }
}
