package io.eddy.model.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.model.cell.CellType;
import io.eddy.model.checkpoint.CaptionerCheckpoint;
import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.model.checkpoint.TextCheckpoint;
import io.eddy.model.checkpoint.TranslatorCheckpoint;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.training.DivergedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CaptionerTrainingTest {

  private static final List<String> THINGS = List.of("dog", "cat", "bird");
  private static final int CELLS = 4;
  private static final int FEATURES = 3 + CELLS;

  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void shouldNameWhatLiesInTheGridAndLookAtIt() {
    TrainedCaptioner model = captioner(600, 16);

    assertThat(CaptionerTraining.exact(model, 1, examples(60))).isGreaterThan(0.95);
    assertThat(CaptionerTraining.exact(model, 3, examples(60))).isGreaterThan(0.95);
    Caption caption = model.reader(1, Kernels.best()).caption(scene(2, 1));
    assertThat(caption.words()).containsExactly("a", "cat", "here");
    assertThat(caption.logProbability()).isNegative();
    assertThat(caption.attention()).hasNumberOfRows(3);
    assertThat(caption.attention()[1]).hasSize(CELLS);
    assertThat(caption.attention()[1][2]).isGreaterThan(0.5f);
  }

  @Test
  void shouldReadFewerVectorsAndSentencesWithOddWords() {
    List<CaptionedVectors> examples = new ArrayList<>(examples(60));
    examples.add(new CaptionedVectors(new float[][] {new float[FEATURES]}, "</s> <s> 😀 שלום"));
    examples.add(new CaptionedVectors(new float[][] {new float[FEATURES]}, " "));
    examples.add(new CaptionedVectors(scene(0, 0), "long ".repeat(100)));
    TrainedCaptioner model = train(examples, List.of(), 2, 1);

    Caption caption = model.reader(2, Kernels.best()).caption(new float[][] {new float[FEATURES]});

    assertThat(caption.words()).hasSizeLessThanOrEqualTo(model.lengthMax());
    assertThat(model.words().tokens()).contains("😀", "שלום");
    assertThat(CaptionerTraining.loss(model, examples)).isFinite();
  }

  @Test
  void shouldBringBackACaptionerThatAnswersTheSame() {
    TrainedCaptioner model = captioner(60, 2).withProvenance(Map.of("a", "b"));

    byte[] file = CaptionerCheckpoint.write(model);
    TrainedCaptioner read = CaptionerCheckpoint.read(file);

    assertThat(CaptionerCheckpoint.write(read)).isEqualTo(file);
    assertThat(read.provenance()).isEqualTo(model.provenance());
    assertThat(read.reader(2, Kernels.best()).caption(scene(1, 2)).attention())
        .isDeepEqualTo(model.reader(2, Kernels.best()).caption(scene(1, 2)).attention());
    assertThat(TextCheckpoint.of(file).orElseThrow().network()).isEqualTo("captioner");
    assertThatThrownBy(() -> TranslatorCheckpoint.read(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("eddy.network is captioner, expected translator");
  }

  @Test
  void shouldLearnToTheSameBitsOnOneThreadAndOnTwo() {
    List<CaptionedVectors> examples = examples(64);

    assertThat(CaptionerCheckpoint.write(train(examples, List.of(), 2, 2)))
        .isEqualTo(CaptionerCheckpoint.write(train(examples, List.of(), 2, 1)));
  }

  @Test
  void shouldSayThatALossIsNoNumberAnyMore() {
    float[][] broken = scene(0, 0);
    broken[0][0] = Float.NaN;
    List<CaptionedVectors> examples =
        Collections.nCopies(20, new CaptionedVectors(broken, "a dog here"));

    assertThatThrownBy(() -> train(examples, examples, 2, 1))
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("lower the learning rate");
  }

  @Test
  void shouldRefuseToLearnFromNothing() {
    assertThatThrownBy(() -> train(List.of(), List.of(), 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected at least one");
  }

  private TrainedCaptioner captioner(int examples, int epochs) {
    return train(examples(examples), examples(20), epochs, 1);
  }

  private static TrainedCaptioner train(
      List<CaptionedVectors> examples, List<CaptionedVectors> heldOut, int epochs, int threads) {
    try (var team = new Team(threads)) {
      return new CaptionerTraining(
              new CaptionerSettings(
                  FEATURES,
                  CELLS,
                  8,
                  CellType.LSTM,
                  24,
                  1,
                  0.1f,
                  100,
                  6,
                  16,
                  1e-2,
                  10,
                  epochs,
                  1,
                  1),
              team)
          .train(examples, heldOut, new LearningListener() {});
    }
  }

  private List<CaptionedVectors> examples(int count) {
    List<CaptionedVectors> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int thing = random.nextInt(THINGS.size());
      examples.add(
          new CaptionedVectors(
              scene(random.nextInt(CELLS), thing), "a " + THINGS.get(thing) + " here"));
    }
    return examples;
  }

  /// A grid with one thing in it.
  private static float[][] scene(int cell, int thing) {
    float[][] scene = new float[CELLS][FEATURES];
    for (int i = 0; i < CELLS; i++) {
      scene[i][THINGS.size() + i] = 1;
    }
    scene[cell][thing] = 1;
    return scene;
  }
}
