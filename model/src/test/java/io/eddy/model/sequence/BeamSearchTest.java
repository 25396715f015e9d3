package io.eddy.model.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.cell.Lstm;
import io.eddy.model.cell.Stack;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Linear;
import io.eddy.model.op.LogSoftmax;
import io.eddy.model.op.Lookup;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A small language model of random weights, of which every answer can be written down: four
/// symbols, 3 the end, at most four of them before it.
class BeamSearchTest {

  private static final int SYMBOLS = 4;
  private static final int END = 3;
  private static final int MOST = 4;
  private static final int ANSWERS = 1 + 3 + 9 + 27 + 81;

  private static final class Model {
    final Value symbol;
    final Value logProbabilities;
    final Program program;
    final Parameters parameters;
    final float[] start;

    Model(long seed) {
      var builder = new ProgramBuilder();
      symbol = builder.input("symbol", 1);
      Value x =
          Lookup.of(
              builder, symbol, ParameterSpec.table("table", SYMBOLS, 3, new Initializer.Normal(1)));
      Value h = Stack.of(new Lstm(), 5, 1).trace(builder, "", x);
      logProbabilities =
          LogSoftmax.of(
              builder,
              Linear.of(
                  builder, h, ParameterSpec.matrix("out", SYMBOLS, 5, new Initializer.Uniform(6))));
      program = builder.build();
      parameters = Parameters.initial(program.parameters(), seed);
      start = new float[program.stateSize()];
      stepper(1).initialState(start, 0);
    }

    Stepper stepper(int rows) {
      return new Stepper(program, parameters, rows, Kernels.best());
    }

    BeamSearch search(int beams) {
      return new BeamSearch(stepper(beams), program.stateSize(), symbol, logProbabilities, beams);
    }

    /// Every answer with its score, best first: no beams, no forks, each from the start.
    List<Hypothesis> all(SearchSettings settings) {
      List<Hypothesis> all = new ArrayList<>();
      addAll(List.of(), settings, all);
      all.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
      return all;
    }

    private void addAll(List<Integer> prefix, SearchSettings settings, List<Hypothesis> all) {
      double probability = logProbability(prefix, settings);
      all.add(
          new Hypothesis(
              prefix,
              probability,
              probability / StrictMath.pow((6.0 + prefix.size()) / 6, settings.lengthPenalty())));
      if (prefix.size() < MOST) {
        for (int next = 0; next < END; next++) {
          List<Integer> longer = new ArrayList<>(prefix);
          longer.add(next);
          addAll(longer, settings, all);
        }
      }
    }

    double logProbability(List<Integer> answer, SearchSettings settings) {
      Stepper stepper = stepper(1);
      stepper.load(0, start, 0);
      Rows in = stepper.rows(symbol);
      Rows out = stepper.rows(logProbabilities);
      double sum = 0;
      for (int t = 0; t <= answer.size(); t++) {
        in.values()[in.at(0)] = t == 0 ? settings.startSymbol() : answer.get(t - 1);
        stepper.step();
        sum += out.values()[out.at(0) + (t < answer.size() ? answer.get(t) : END)];
      }
      return sum;
    }
  }

  private static SearchSettings settings(double lengthPenalty) {
    return new SearchSettings(0, END, MOST, lengthPenalty);
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "2, 0", "3, 0", "4, 0.7", "5, 1", "6, 2"})
  void shouldFindAllAnswersInOrderWhereTheBeamIsWide(long seed, double lengthPenalty) {
    var model = new Model(seed);
    List<Hypothesis> all = model.all(settings(lengthPenalty));

    List<Hypothesis> found = model.search(ANSWERS).search(model.start, settings(lengthPenalty));

    assertThat(found).as("seed %d", seed).hasSize(ANSWERS);
    for (int i = 0; i < ANSWERS; i++) {
      assertThat(found.get(i).score()).isCloseTo(all.get(i).score(), within(1e-9));
      assertThat(found.get(i).logProbability())
          .isEqualTo(model.logProbability(found.get(i).symbols(), settings(lengthPenalty)));
    }
    assertThat(found.stream().map(Hypothesis::symbols).distinct()).hasSize(ANSWERS);
  }

  /// Forked states would give other numbers than the answer run from its start.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void shouldForkStates(int beams) {
    for (long seed = 1; seed <= 10; seed++) {
      var model = new Model(seed);

      List<Hypothesis> found = model.search(beams).search(model.start, settings(0.6));

      assertThat(found).hasSize(beams);
      assertThat(found)
          .isSortedAccordingTo(Comparator.comparingDouble(Hypothesis::score).reversed());
      for (Hypothesis hypothesis : found) {
        assertThat(hypothesis.logProbability())
            .as("%s, seed %d", hypothesis.symbols(), seed)
            .isEqualTo(model.logProbability(hypothesis.symbols(), settings(0)));
      }
    }
  }

  @Test
  void shouldBeAtLeastAsGoodAsGreedyAndOftenBetter() {
    int better = 0;
    for (long seed = 1; seed <= 40; seed++) {
      var model = new Model(seed);

      Hypothesis greedy = model.search(1).greedy(model.start, settings(0));
      Hypothesis beam = model.search(6).search(model.start, settings(0)).getFirst();

      assertThat(greedy.logProbability())
          .isEqualTo(model.logProbability(greedy.symbols(), settings(0)));
      assertThat(beam.logProbability())
          .as("seed %d", seed)
          .isGreaterThanOrEqualTo(greedy.logProbability());
      better += beam.logProbability() > greedy.logProbability() ? 1 : 0;
    }
    assertThat(better).isGreaterThanOrEqualTo(5);
  }

  @Test
  void shouldTakeTheLikeliestSymbolAtEveryStepWhereItIsGreedy() {
    var model = new Model(8);

    Hypothesis greedy = model.search(3).greedy(model.start, settings(0));

    List<Integer> prefix = new ArrayList<>();
    for (int next : greedy.symbols()) {
      assertThat(likeliest(model, prefix)).isEqualTo(next);
      prefix.add(next);
    }
    assertThat(prefix.size() == MOST || likeliest(model, prefix) == END).isTrue();
  }

  private static int likeliest(Model model, List<Integer> prefix) {
    Stepper stepper = model.stepper(1);
    stepper.load(0, model.start, 0);
    Rows in = stepper.rows(model.symbol);
    Rows out = stepper.rows(model.logProbabilities);
    for (int t = 0; t <= prefix.size(); t++) {
      in.values()[in.at(0)] = t == 0 ? 0 : prefix.get(t - 1);
      stepper.step();
    }
    int best = 0;
    for (int i = 1; i < SYMBOLS; i++) {
      best = out.values()[out.at(0) + i] > out.values()[out.at(0) + best] ? i : best;
    }
    return best;
  }

  @Test
  void shouldPreferLongerAnswersTheMoreThePenaltySays() {
    double mean = 0;
    double penalised = 0;
    for (long seed = 1; seed <= 40; seed++) {
      var model = new Model(seed);
      BeamSearch search = model.search(6);

      mean += search.search(model.start, settings(0)).getFirst().symbols().size() / 40.0;
      penalised += search.search(model.start, settings(3)).getFirst().symbols().size() / 40.0;
    }
    assertThat(penalised).isGreaterThan(mean + 0.5);
  }

  @Test
  void shouldSayWhatDoesNotFit() {
    assertThatThrownBy(() -> new SearchSettings(0, 1, -1, 0))
        .hasMessageContaining("answers of -1 symbols");
    assertThatThrownBy(() -> new SearchSettings(0, 1, 1, -1))
        .hasMessageContaining("a length penalty of -1.0");
    var model = new Model(1);
    assertThatThrownBy(
            () -> new BeamSearch(model.stepper(1), 1, model.symbol, model.logProbabilities, 0))
        .hasMessageContaining("0 beams");
  }
}
