package io.eddy.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.cell.CellType;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CheckpointAverageTest {
  private static byte[] file(int hiddenSize, long seed) {
    return ForecasterCheckpoint.write(
        Forecaster.initial(
            new ForecasterSpec(CellType.LSTM, hiddenSize, 1, 2, 0, 4, 0.9, 8), seed));
  }

  @Test
  void shouldBeTheMeanOfEachNumberByWeight() {
    Forecaster one = ForecasterCheckpoint.read(file(4, 1));
    Forecaster other = ForecasterCheckpoint.read(file(4, 2));

    Forecaster mean =
        ForecasterCheckpoint.read(
            CheckpointAverage.of(
                List.of(file(4, 1), file(4, 2)), new long[] {3, 1}, Map.of("round", "7")));

    for (int parameter = 0; parameter < mean.parameters().count(); parameter++) {
      float[] values = mean.parameters().values(parameter);
      for (int i = 0; i < values.length; i++) {
        assertThat(values[i])
            .isCloseTo(
                0.75f * one.parameters().values(parameter)[i]
                    + 0.25f * other.parameters().values(parameter)[i],
                within(1e-6f));
      }
    }
    assertThat(mean.provenance()).isEqualTo(Map.of("round", "7"));
  }

  @Test
  void shouldGiveBackTheWeightsOfOneFile() {
    byte[] file = file(4, 1);

    byte[] mean =
        CheckpointAverage.of(
            List.of(file), new long[] {5}, ForecasterCheckpoint.read(file).provenance());

    assertThat(mean).isEqualTo(file);
  }

  @Test
  void shouldRefuseCheckpointsOfDifferentNetworks() {
    List<byte[]> files = List.of(file(4, 1), file(5, 1));

    assertThatThrownBy(() -> CheckpointAverage.of(files, new long[] {1, 1}, Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("different networks");
  }
}
