package io.eddy.model.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.List;
import org.junit.jupiter.api.Test;

class EarlyStoppingTest {

  private static Parameters weights(float value) {
    Parameters weights =
        Parameters.zeros(List.of(ParameterSpec.vector("w", 1, new Initializer.Zero())));
    weights.values(0)[0] = value;
    return weights;
  }

  @Test
  void shouldEndAfterPatienceAndKeepTheBestWeights() {
    var stopping = new EarlyStopping(2, 0, weights(0));

    assertThat(stopping.validated(5, weights(1))).isTrue();
    assertThat(stopping.validated(6, weights(2))).isFalse();
    assertThat(stopping.validated(4, weights(3))).isTrue();
    assertThat(stopping.validated(4, weights(4))).isFalse();
    assertThat(stopping.isOver()).isFalse();
    assertThat(stopping.validated(7, weights(5))).isFalse();

    assertThat(stopping.isOver()).isTrue();
    assertThat(stopping.best().values(0)).containsExactly(3);
    assertThat(stopping.bestLoss()).isEqualTo(4);
  }

  @Test
  void shouldCountOnlyAnImprovementOfTheMinimum() {
    var stopping = new EarlyStopping(2, 0.5, weights(0));

    assertThat(stopping.validated(5, weights(1))).isTrue();
    assertThat(stopping.validated(4.6, weights(2))).isFalse();
    assertThat(stopping.validated(4.4, weights(3))).isTrue();

    assertThat(stopping.best().values(0)).containsExactly(3);
  }

  @Test
  void shouldTakeALossThatIsNoNumberForNoImprovement() {
    var stopping = new EarlyStopping(1, 0, weights(9));

    assertThat(stopping.validated(Double.NaN, weights(1))).isFalse();

    assertThat(stopping.isOver()).isTrue();
    assertThat(stopping.best().values(0)).containsExactly(9);
  }

  @Test
  void shouldKeepItsOwnCopyOfTheBestWeights() {
    Parameters weights = weights(1);
    var stopping = new EarlyStopping(1, 0, weights);
    stopping.validated(1, weights);

    weights.values(0)[0] = 2;

    assertThat(stopping.best().values(0)).containsExactly(1);
  }

  @Test
  void shouldRefuseNoPatience() {
    assertThatThrownBy(() -> new EarlyStopping(0, 0, weights(0)))
        .hasMessageContaining("patience 0");
  }
}
