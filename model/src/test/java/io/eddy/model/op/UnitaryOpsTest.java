package io.eddy.model.op;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The ops of cells that no other network has: those of complex vectors, and the diagonal map.
class UnitaryOpsTest {

  private static final Initializer ZERO = new Initializer.Zero();

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 7, 19})
  void shouldRotateEachElementByItsPhase(int size) {
    OpGradients.of(
            (builder, x) ->
                PhaseRotation.of(builder, x.get(0), ParameterSpec.vector("phase", size, ZERO)))
        .input(2 * size)
        .rowFormula(
            row -> {
              double[] x = row.input(0);
              double[] phase = row.parameter("phase");
              double[] y = new double[2 * size];
              for (int k = 0; k < size; k++) {
                double cos = StrictMath.cos(phase[k]);
                double sin = StrictMath.sin(phase[k]);
                y[k] = cos * x[k] - sin * x[size + k];
                y[size + k] = sin * x[k] + cos * x[size + k];
              }
              return y;
            })
        .check();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 7, 19})
  void shouldReflectAcrossItsVector(int size) {
    OpGradients.of(
            (builder, x) ->
                Reflection.of(builder, x.get(0), ParameterSpec.vector("v", 2 * size, ZERO)))
        .input(2 * size)
        .rowFormula(row -> reflect(row.input(0), row.parameter("v")))
        // 1 / |v|² of a vector of two elements is large.
        .tolerance(size == 1 ? 10 : 2)
        .check();
  }

  private static double[] reflect(double[] x, double[] v) {
    int size = x.length / 2;
    double[] y = x.clone();
    double squares = 0;
    for (double element : v) {
      squares += element * element;
    }
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < size; column++) {
        // (v v*)[row, column] = v[row] · conj(v[column])
        double real = v[row] * v[column] + v[size + row] * v[size + column];
        double imaginary = v[size + row] * v[column] - v[row] * v[size + column];
        y[row] -= 2 / squares * (real * x[column] - imaginary * x[size + column]);
        y[size + row] -= 2 / squares * (real * x[size + column] + imaginary * x[column]);
      }
    }
    return y;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 32})
  void shouldTransformByTheDefinitionOfFourier(int size) {
    OpGradients.of((builder, x) -> FourierTransform.of(builder, x.get(0)))
        .input(2 * size)
        .rowFormula(row -> transform(row.input(0), -1))
        .check();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 32})
  void shouldTransformBack(int size) {
    OpGradients.of((builder, x) -> FourierTransform.inverse(builder, x.get(0)))
        .input(2 * size)
        .rowFormula(row -> transform(row.input(0), 1))
        .check();
  }

  private static double[] transform(double[] x, int sign) {
    int size = x.length / 2;
    double[] y = new double[2 * size];
    for (int k = 0; k < size; k++) {
      for (int j = 0; j < size; j++) {
        double angle = sign * 2 * StrictMath.PI * j * k / size;
        double cos = StrictMath.cos(angle) / StrictMath.sqrt(size);
        double sin = StrictMath.sin(angle) / StrictMath.sqrt(size);
        y[k] += cos * x[j] - sin * x[size + j];
        y[size + k] += sin * x[j] + cos * x[size + j];
      }
    }
    return y;
  }

  @Test
  void shouldPutElementsInAnotherOrder() {
    OpGradients.of((builder, x) -> Permutation.of(builder, x.get(0), new int[] {2, 0, 4, 1, 3}))
        .input(5)
        .rowFormula(
            row -> {
              double[] x = row.input(0);
              return new double[] {x[2], x[0], x[4], x[1], x[3]};
            })
        .check();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 19})
  void shouldRectifyTheModulusAlone(int size) {
    OpGradients.of(
            (builder, x) -> ModRelu.of(builder, x.get(0), ParameterSpec.vector("b", size, ZERO)))
        .input(2 * size)
        .rowFormula(
            row -> {
              double[] x = row.input(0);
              double[] b = row.parameter("b");
              double[] y = new double[2 * size];
              for (int k = 0; k < size; k++) {
                double modulus = StrictMath.hypot(x[k], x[size + k]);
                double rectified = StrictMath.max(0, modulus + b[k]);
                y[k] = rectified * x[k] / modulus;
                y[size + k] = rectified * x[size + k] / modulus;
              }
              return y;
            })
        .tolerance(4)
        .check();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 37})
  void shouldMultiplyByADiagonalMatrix(int size) {
    OpGradients.of(
            (builder, x) -> Diagonal.of(builder, x.get(0), ParameterSpec.vector("w", size, ZERO)))
        .input(size)
        .rowFormula(
            row -> {
              double[] y = row.input(0);
              for (int i = 0; i < size; i++) {
                y[i] *= row.parameter("w")[i];
              }
              return y;
            })
        .check();
  }

  @Test
  void shouldRefuseWidthsThatDoNotFit() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 6);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FourierTransform.of(builder, x))
        .withMessageContaining("3.0 complex elements, expected a power of two");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Permutation.of(builder, x, new int[] {0, 1, 2, 3, 4, 4}))
        .withMessageContaining("is no order of the 6 elements");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModRelu.of(builder, x, ParameterSpec.vector("b", 6, ZERO)))
        .withMessageContaining("half as wide");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PhaseRotation.of(builder, x, ParameterSpec.vector("p", 6, ZERO)))
        .withMessageContaining("half as wide");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Reflection.of(builder, x, ParameterSpec.vector("v", 3, ZERO)))
        .withMessageContaining("as wide as");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Diagonal.of(builder, x, ParameterSpec.vector("w", 3, ZERO)))
        .withMessageContaining("as wide as");
  }
}
