package io.eddy.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.model.cell.CellType;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.sequence.LanguageModelSpec;
import io.eddy.model.sequence.TrainedLanguageModel;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LanguageModelCheckpointTest {

  private static final LanguageModelSpec SPEC =
      new LanguageModelSpec(11, 4, CellType.GRU, 6, 2, 0.25f);

  private final TrainedLanguageModel model =
      new TrainedLanguageModel(
          TrainedLanguageModel.initial(SPEC, 1).network(),
          TrainedLanguageModel.initial(SPEC, 1).parameters(),
          Map.of("validation.nats", "1.5"));

  @Test
  void shouldComeBackToTheBit() {
    byte[] file = LanguageModelCheckpoint.write(model);
    TrainedLanguageModel read = LanguageModelCheckpoint.read(file);

    assertThat(read.network().spec()).isEqualTo(SPEC);
    assertThat(read.provenance()).isEqualTo(model.provenance());
    for (int p = 0; p < read.parameters().count(); p++) {
      assertThat(read.parameters().values(p)).isEqualTo(model.parameters().values(p));
    }
    assertThat(LanguageModelCheckpoint.write(read)).isEqualTo(file);
  }

  @Test
  void shouldRefuseAForecaster() {
    byte[] forecaster =
        ForecasterCheckpoint.write(
            Forecaster.initial(new ForecasterSpec(CellType.GRU, 6, 2, 3, 4, 5, 0.9, 10), 1));

    assertThatThrownBy(() -> LanguageModelCheckpoint.read(forecaster))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("eddy.network is forecaster, expected language-model");
  }

  @Test
  void shouldRefuseWeightsOfAnotherShape() {
    Safetensors file = Safetensors.fromBytes(LanguageModelCheckpoint.write(model));
    Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
    metadata.put("eddy.hidden.size", "7");
    byte[] changed = new Safetensors(metadata, file.tensors()).toBytes();

    assertThatThrownBy(() -> LanguageModelCheckpoint.read(changed))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("rnn.weight_ih_l0");
  }

  @Test
  void shouldRefuseMetadataThatIsMissing() {
    Safetensors file = Safetensors.fromBytes(LanguageModelCheckpoint.write(model));
    Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
    metadata.remove("eddy.symbols");
    byte[] changed = new Safetensors(metadata, file.tensors()).toBytes();

    assertThatThrownBy(() -> LanguageModelCheckpoint.read(changed))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("eddy.symbols is missing");
  }
}
