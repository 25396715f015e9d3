package io.eddy.model.parameter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import org.junit.jupiter.api.Test;

class ParametersTest {

  @Test
  void shouldDrawEachGateAsAnOrthogonalMatrix() {
    int size = 6;
    Parameters parameters =
        Parameters.initial(
            List.of(ParameterSpec.matrix("w", 4 * size, size, new Initializer.Orthogonal(4))), 3);
    float[] stored = parameters.values("w");
    for (int gate = 0; gate < 4; gate++) {
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          double dot = 0;
          for (int input = 0; input < size; input++) {
            dot +=
                stored[input * 4 * size + gate * size + i]
                    * stored[input * 4 * size + gate * size + j];
          }
          assertThat(dot).isCloseTo(i == j ? 1 : 0, offset(1e-6));
        }
      }
    }
  }

  @Test
  void shouldStayWithinXaviersLimitAndUseIt() {
    Parameters parameters =
        Parameters.initial(
            List.of(ParameterSpec.matrix("w", 30, 20, new Initializer.Xavier(3))), 9);
    float limit = (float) Math.sqrt(6.0 / (20 + 10));
    assertThat(parameters.values("w")).doesNotContain(0);
    float greatest = 0;
    for (float value : parameters.values("w")) {
      greatest = Math.max(greatest, Math.abs(value));
    }
    assertThat(greatest).isBetween(0.95f * limit, limit);
  }

  @Test
  void shouldOpenTheForgetGateOnly() {
    Parameters parameters =
        Parameters.initial(
            List.of(ParameterSpec.vector("b", 8, new Initializer.GateBias(4, 1, 1))), 0);
    assertThat(parameters.values("b")).containsExactly(0, 0, 1, 1, 0, 0, 0, 0);
  }

  @Test
  void shouldLeaveAParameterAsItWasWhenAnotherIsAdded() {
    ParameterSpec first = ParameterSpec.matrix("first", 3, 4, new Initializer.Xavier(1));
    ParameterSpec second = ParameterSpec.matrix("second", 3, 4, new Initializer.Xavier(1));
    assertThat(Parameters.initial(List.of(second, first), 1).values("first"))
        .isEqualTo(Parameters.initial(List.of(first), 1).values("first"));
  }

  @Test
  void shouldNameTheParametersThereAre() {
    Parameters parameters =
        Parameters.zeros(List.of(ParameterSpec.vector("bias", 2, new Initializer.Zero())));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parameters.values("biass"))
        .withMessage("no parameter is named biass, there are [bias]");
  }
}
