package io.eddy.model.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.cell.CellType;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.training.UpdateSettings;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LanguageModelTest {

  private static final int SYMBOLS = 5;
  private static final int LANES = 4;
  private static final int STEPS = 16;

  private final LanguageModel model =
      new LanguageModel(new LanguageModelSpec(SYMBOLS, 8, CellType.GRU, 16, 1, 0));

  @ParameterizedTest
  @EnumSource(CellType.class)
  void shouldLearnWhatNeedsMemory(CellType cell) {
    // After 0 comes what came before it: the last symbol alone does not tell.
    int[] text = text(4_000, 1);
    var remembering = new LanguageModel(new LanguageModelSpec(SYMBOLS, 8, cell, 24, 1, 0));
    Parameters parameters = Parameters.initial(remembering.parameters(), 1);

    double last = train(remembering, parameters, text, 12, 1);

    // One symbol of three is drawn from four, the others follow: ln 4 / 3.
    assertThat(last).isLessThan(0.55);
    assertThat(surprise(remembering, parameters, text(600, 2))).isCloseTo(0.462, within(0.08));
  }

  @Test
  void shouldLearnFromMessagesWithoutMixingThem() {
    // Each message repeats its first symbol, so nothing but the first is surprising.
    var random = new SplittableRandom(3);
    Parameters parameters = Parameters.initial(model.parameters(), 2);
    double loss = Double.NaN;
    try (var team = new Team(1)) {
      var trainer = trainer(model, parameters, team);
      for (int update = 0; update < 400; update++) {
        List<int[]> messages =
            IntStream.range(0, LANES)
                .mapToObj(lane -> repeated(random.nextInt(SYMBOLS), 2 + random.nextInt(10)))
                .toList();
        loss = trainer.update(messages, made -> 0.01);
      }
    }

    assertThat(loss).isLessThan(0.01);
  }

  @Test
  void shouldGiveTheSameWeightsWithAnyNumberOfThreads() {
    int[] text = text(600, 4);
    Parameters one = Parameters.initial(model.parameters(), 5);
    Parameters two = Parameters.initial(model.parameters(), 5);

    train(model, one, text, 2, 1);
    train(model, two, text, 2, 2);

    for (int p = 0; p < one.count(); p++) {
      assertThat(two.values(p)).isEqualTo(one.values(p));
    }
  }

  @Test
  void shouldEndAPassWhenItsListenerSaysSo() {
    int[] text = text(600, 9);
    Parameters parameters = Parameters.initial(model.parameters(), 9);
    try (var team = new Team(1)) {
      LanguageModelTrainer trainer = trainer(model, parameters, team);

      double loss = trainer.readText(text, 0, made -> 0.01, (_, _) -> trainer.updates() < 3);

      assertThat(trainer.updates()).isEqualTo(3);
      // Hardly learned: as surprised as one who knows nothing.
      assertThat(loss).isCloseTo(Math.log(SYMBOLS), within(0.3));
    }
  }

  @Test
  void shouldGoOnFromAStateAsIfNothingHadHappened() {
    Parameters parameters = Parameters.initial(model.parameters(), 6);
    int[] text = text(60, 7);
    var whole = new LanguageModelReader(model, parameters, Kernels.best());
    var parts = new LanguageModelReader(model, parameters, Kernels.best());
    float[] state = parts.freshState();

    for (int at = 0; at + 1 < text.length; at++) {
      whole.read(text[at]);
      parts.load(state);
      parts.read(text[at]);
      parts.store(state);
      assertThat(parts.surprise(text[at + 1])).isEqualTo(whole.surprise(text[at + 1]));
      parts.load(parts.freshState()); // another key comes between
      parts.read(0);
    }
  }

  @Test
  void shouldGiveProbabilitiesThatAddUpToOne() {
    var reader =
        new LanguageModelReader(model, Parameters.initial(model.parameters(), 8), Kernels.best());
    reader.read(3);

    double sum =
        IntStream.range(0, SYMBOLS).mapToDouble(next -> Math.exp(-reader.surprise(next))).sum();
    int[] ranks = IntStream.range(0, SYMBOLS).map(reader::rank).sorted().toArray();

    assertThat(sum).isCloseTo(1, within(1e-5));
    assertThat(ranks).containsExactly(0, 1, 2, 3, 4);
  }

  private static double train(
      LanguageModel model, Parameters parameters, int[] text, int epochs, int threads) {
    try (var team = new Team(threads)) {
      var trainer = trainer(model, parameters, team);
      double loss = Double.NaN;
      for (int epoch = 0; epoch < epochs; epoch++) {
        loss = trainer.readText(text, epoch, made -> 0.01, (symbols, mean) -> true);
      }
      return loss;
    }
  }

  private static LanguageModelTrainer trainer(
      LanguageModel model, Parameters parameters, Team team) {
    return new LanguageModelTrainer(
        model,
        parameters,
        STEPS,
        LANES,
        UpdateSettings.of(OptimizerSettings.Adam.defaults()).withClipNorm(1),
        Kernels.best(),
        team);
  }

  private static double surprise(LanguageModel model, Parameters parameters, int[] text) {
    var reader = new LanguageModelReader(model, parameters, Kernels.best());
    double sum = 0;
    for (int at = 0; at + 1 < text.length; at++) {
      reader.read(text[at]);
      sum += reader.surprise(text[at + 1]);
    }
    return sum / (text.length - 1);
  }

  /// Groups of a symbol, 0, and the symbol again.
  private static int[] text(int length, long seed) {
    var random = new SplittableRandom(seed);
    int[] text = new int[length];
    for (int at = 0; at < length; at++) {
      text[at] =
          switch (at % 3) {
            case 0 -> 1 + random.nextInt(SYMBOLS - 1);
            case 1 -> 0;
            default -> text[at - 2];
          };
    }
    return text;
  }

  private static int[] repeated(int symbol, int length) {
    int[] message = new int[length];
    Arrays.fill(message, symbol);
    return message;
  }
}
