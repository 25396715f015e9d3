package io.eddy.benchmarks.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import io.eddy.benchmarks.peer.Torch;
import io.eddy.model.cell.CellType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Eddy, ONNX Runtime, libtorch and a plain loop in double: four independent sources.
class ContenderTest {

  private static Torch torch;

  @BeforeAll
  static void openTorch() {
    torch = Torch.open();
  }

  @AfterAll
  static void closeTorch() {
    torch.close();
  }

  @ParameterizedTest
  @CsvSource({"LSTM, 5, 7, 1", "LSTM, 8, 64, 3", "GRU, 5, 7, 1", "GRU, 8, 64, 3"})
  void shouldStepAsAPlainLoopDoes(CellType cell, int inputs, int hidden, int keys)
      throws OrtException {
    var work = new CellWork(cell, inputs, hidden, keys);
    List<Contender> contenders = Race.cells(work, torch);

    Map<Contender, float[]> results = results(contenders);

    assertThat(results)
        .allSatisfy(
            (contender, result) ->
                assertThat(result)
                    .as(contender.name())
                    .containsExactly(work.expected(), within(contender.tolerance())));
    contenders.forEach(Contender::close);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldTrainARegressionAsLibtorchDoes(int threads) {
    shouldTrainAlike(TrainingWork.regression(3, 12), threads);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void shouldTrainALanguageModelAsLibtorchDoes(int threads) {
    shouldTrainAlike(TrainingWork.characters(11, 6, 12), threads);
  }

  private static void shouldTrainAlike(TrainingWork work, int threads) {
    try (var script = new TorchTraining.Script(work, torch, threads);
        var eddy = new EddyTraining(work, threads)) {
      float[] expected = script.result();

      float[] losses = eddy.result();

      assertThat(losses).containsExactly(expected, within(eddy.tolerance()));
    }
  }

  @Test
  void shouldMultiplyAsAPlainLoopDoes() {
    var work = new ProductWork(130);
    List<Contender> contenders = Race.products(work, torch);

    Map<Contender, float[]> results = results(contenders);

    assertThat(results)
        .allSatisfy(
            (contender, result) ->
                assertThat(result)
                    .as(contender.name())
                    .containsExactly(work.expected(), within(contender.tolerance())));
    contenders.forEach(Contender::close);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 100})
  void shouldAttendAsAPlainLoopDoes(int entries) throws OrtException {
    var work = new AttentionWork(entries);
    List<Contender> contenders = Race.attentions(work, torch);

    Map<Contender, float[]> results = results(contenders);

    assertThat(results)
        .allSatisfy(
            (contender, result) ->
                assertThat(result)
                    .as(contender.name())
                    .containsExactly(work.expected(), within(contender.tolerance())));
    contenders.forEach(Contender::close);
  }

  private static Map<Contender, float[]> results(List<Contender> contenders) {
    Map<Contender, float[]> results = new LinkedHashMap<>();
    contenders.forEach(contender -> results.put(contender, contender.result()));
    return results;
  }
}
