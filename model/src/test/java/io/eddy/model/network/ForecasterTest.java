package io.eddy.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eddy.model.Examples;
import io.eddy.model.cell.CellType;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ForecasterTest {

  private static final ForecasterSpec SPEC = Examples.spec(CellType.LSTM, 3, 4);

  @Test
  void shouldStartFromItsSeed() {
    byte[] bytes = ForecasterCheckpoint.write(Forecaster.initial(SPEC, 1));

    assertThat(ForecasterCheckpoint.write(Forecaster.initial(SPEC, 1))).isEqualTo(bytes);
    assertThat(Forecaster.initial(SPEC, 2).parameters().values("rnn.weight_ih_l0"))
        .isNotEqualTo(Forecaster.initial(SPEC, 1).parameters().values("rnn.weight_ih_l0"));
  }

  @Test
  void shouldStartWithACorrectionOfNothing() {
    Forecaster initial = Forecaster.initial(SPEC, 1);

    assertThat(initial.parameters().values("head.weight")).containsOnly(0);
    assertThat(initial.parameters().values("head.bias")).containsOnly(0);
    assertThat(initial.parameters().values("path.weight")).containsOnly(0);
    assertThat(initial.calibration()).containsOnly(1).hasSize(6);
  }

  @Test
  void shouldOpenTheForgetGateAtFirst() {
    float[] bias = Forecaster.initial(SPEC, 1).parameters().values("rnn.bias_ih_l1");

    for (int i = 0; i < bias.length; i++) {
      boolean forget = i / SPEC.hiddenSize() == 1;
      assertThat(bias[i]).as("bias %d", i).isEqualTo(forget ? 1 : 0);
    }
  }

  @Test
  void shouldTellTheWidthsBelowFromThoseAbove() {
    var forecaster =
        new Forecaster(
            SPEC,
            Forecaster.initial(SPEC, 1).parameters(),
            new float[] {1, 2, 3, 4, 5, 6},
            Map.of());

    assertThat(forecaster.width(0, 1)).isEqualTo(1);
    assertThat(forecaster.width(0, 3)).isEqualTo(3);
    assertThat(forecaster.width(2, 1)).isEqualTo(4);
    assertThat(forecaster.width(2, 3)).isEqualTo(6);
  }

  @Test
  void shouldNotChangeWithWhatItWasMadeFrom() {
    float[] widths = {1, 2, 3, 4, 5, 6};
    Map<String, String> provenance = new HashMap<>(Map.of("by", "hand"));
    var forecaster =
        new Forecaster(SPEC, Forecaster.initial(SPEC, 1).parameters(), widths, provenance);

    widths[0] = 9;
    provenance.put("by", "foot");
    forecaster.calibration()[0] = 9;

    assertThat(forecaster.width(0, 1)).isEqualTo(1);
    assertThat(forecaster.provenance()).containsExactly(Map.entry("by", "hand"));
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> forecaster.provenance().put("by", "foot"));
  }

  @Test
  void shouldRefuseTheWeightsOfAnotherNetwork() {
    Forecaster other = Forecaster.initial(Examples.spec(CellType.GRU, 3, 4), 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Forecaster(SPEC, other.parameters(), new float[6], Map.of()))
        .withMessageContaining("not the network of");
  }

  @Test
  void shouldRefuseWidthsOfAnotherHorizon() {
    Forecaster initial = Forecaster.initial(SPEC, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Forecaster(SPEC, initial.parameters(), new float[3], Map.of()))
        .withMessageContaining("3 factors")
        .withMessageContaining("horizon of 3");
  }
}
