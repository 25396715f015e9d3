package io.eddy.model.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.attention.Attention.Score;
import io.eddy.model.cell.Cell;
import io.eddy.model.cell.Gru;
import io.eddy.model.cell.Lstm;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.sequence.EncoderDecoderSpec.Reading;
import io.eddy.model.sequence.EncoderDecoderSpec.Source;
import io.eddy.model.training.UpdateSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EncoderDecoderTest {

  private static final List<SourceSequence> SYMBOLS =
      List.of(
          SourceSequence.ofSymbols(1, 0, 2, 4),
          SourceSequence.ofSymbols(3),
          SourceSequence.ofSymbols(2, 2, 1));
  private static final List<SourceSequence> VECTORS =
      List.of(
          SourceSequence.ofVectors(new float[][] {{1, 0}, {0.5f, -1}}),
          SourceSequence.ofVectors(new float[][] {{-1, 2}}),
          SourceSequence.ofVectors(new float[][] {{0, 1}, {1, 1}, {0.5f, 0}}));
  private static final List<int[]> TARGETS =
      List.of(new int[] {3, 1}, new int[] {0, 2, 2, 1}, new int[] {});

  private static final UpdateSettings PLAIN = UpdateSettings.of(OptimizerSettings.Sgd.defaults());

  static Stream<Named<EncoderDecoderSpec>> specs() {
    List<EncoderDecoderSpec> specs = new ArrayList<>();
    for (Cell cell : List.of(Gru.pyTorch(), new Lstm())) {
      specs.add(spec(cell, 2, false, Reading.NEVER, Score.DOT));
      specs.add(spec(cell, 2, false, Reading.BEFORE_CELL, Score.ADDITIVE));
      specs.add(spec(cell, 1, false, Reading.AFTER_CELL, Score.DOT));
      specs.add(spec(cell, 1, true, Reading.BEFORE_CELL, Score.GENERAL));
      specs.add(spec(cell, 2, true, Reading.AFTER_CELL, Score.ADDITIVE));
      specs.add(spec(new Source.Vectors(2), cell, 1, Reading.BEFORE_CELL, Score.ADDITIVE));
    }
    return specs.stream()
        .map(
            spec ->
                Named.of(
                    String.format(
                        "%s, %d layers, %s, reads %s by %s",
                        spec.cell().getClass().getSimpleName(),
                        spec.layerCount(),
                        spec.source(),
                        spec.reading(),
                        spec.score()),
                    spec));
  }

  private static EncoderDecoderSpec spec(
      Cell cell, int layers, boolean bidirectional, Reading reading, Score score) {
    return spec(new Source.Symbols(5, bidirectional), cell, layers, reading, score);
  }

  private static EncoderDecoderSpec spec(
      Source source, Cell cell, int layers, Reading reading, Score score) {
    return new EncoderDecoderSpec(source, 6, 6, 4, 5, 3, cell, 4, layers, reading, score, 0, 0);
  }

  private static List<SourceSequence> sources(EncoderDecoderSpec spec) {
    return spec.source() instanceof Source.Vectors ? VECTORS : SYMBOLS;
  }

  /// A model with its weights.
  private static final class Example {
    final EncoderDecoder model;
    final Parameters encoder;
    final Parameters decoder;

    Example(EncoderDecoderSpec spec, long seed) {
      model = new EncoderDecoder(spec);
      encoder = Parameters.initial(model.encoderParameters(), seed);
      decoder = Parameters.initial(model.decoderParameters(), seed + 1);
    }

    EncoderDecoderTrainer trainer(boolean scheduled, int batch, Kernels kernels, Team team) {
      return new EncoderDecoderTrainer(
          model, encoder, decoder, scheduled, 5, batch, PLAIN, kernels, team);
    }

    EncoderDecoderTrainer trainer(int batch) {
      return trainer(false, batch, Kernels.best(), new Team(1));
    }
  }

  /// A step of plain descent with rate 1 takes the gradient from each weight: so what was taken is
  /// compared with the loss's differences, through the decoder back into the encoder.
  @ParameterizedTest
  @MethodSource("specs")
  void shouldSendGradientsBackThroughBoth(EncoderDecoderSpec spec) {
    var example = new Example(spec, 5);
    Parameters encoderBefore = example.encoder.copy();
    Parameters decoderBefore = example.decoder.copy();

    example.trainer(3).update(sources(spec), TARGETS, 1);

    Parameters encoderAfter = example.encoder.copy();
    Parameters decoderAfter = example.decoder.copy();
    example.encoder.set(encoderBefore);
    example.decoder.set(decoderBefore);
    double size = compare(example, example.encoder, encoderAfter);
    compare(example, example.decoder, decoderAfter);
    assertThat(size).as("the largest gradient in the encoder").isGreaterThan(2e-3);
  }

  private static double compare(Example example, Parameters weights, Parameters after) {
    EncoderDecoderTrainer trainer = example.trainer(3);
    double largest = 0;
    float shift = 1f / 128;
    for (int p = 0; p < weights.count(); p++) {
      float[] values = weights.values(p);
      for (int i = 0; i < values.length; i++) {
        float kept = values[i];
        values[i] = kept + shift;
        double above = trainer.evaluate(sources(example.model.spec()), TARGETS);
        values[i] = kept - shift;
        double below = trainer.evaluate(sources(example.model.spec()), TARGETS);
        values[i] = kept;
        double gradient = (double) kept - after.values(p)[i];
        largest = Math.max(largest, Math.abs(gradient));
        assertThat(gradient)
            .as("%s[%d]", weights.specs().get(p).name(), i)
            .isCloseTo((above - below) / (2 * shift), within(1e-4));
      }
    }
    return largest;
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldKeepPaddingOut(EncoderDecoderSpec spec) {
    var example = new Example(spec, 6);
    double sum = 0;
    int symbols = 0;

    double together = example.trainer(3).evaluate(sources(spec), TARGETS);

    for (int b = 0; b < 3; b++) {
      int count = TARGETS.get(b).length + 1;
      sum +=
          count
              * example
                  .trainer(1)
                  .evaluate(sources(spec).subList(b, b + 1), TARGETS.subList(b, b + 1));
      symbols += count;
    }
    assertThat(together).isCloseTo(sum / symbols, within(1e-7));
  }

  /// What the stream answers has the probability that training gives it, at any width of the beam.
  @ParameterizedTest
  @MethodSource("specs")
  void shouldAnswerAsItLearned(EncoderDecoderSpec spec) {
    var example = new Example(spec, 7);
    var narrow = new Transducer(example.model, example.encoder, example.decoder, 1, Kernels.best());
    var wide = new Transducer(example.model, example.encoder, example.decoder, 4, Kernels.best());
    EncoderDecoderTrainer trainer = example.trainer(1);
    for (SourceSequence source : sources(spec)) {
      List<Hypothesis> answers = new ArrayList<>(wide.search(source, 5, 0));
      answers.add(narrow.greedy(source, 5));
      answers.add(wide.greedy(source, 5));

      assertThat(answers.get(5)).isEqualTo(answers.get(4));
      assertThat(answers).hasSize(6);
      for (Hypothesis answer : answers) {
        int[] target = answer.symbols().stream().mapToInt(symbol -> symbol).toArray();
        assertThat(answer.logProbability())
            .isCloseTo(
                -(target.length + 1) * trainer.evaluate(List.of(source), List.of(target)),
                within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldLearnTheSameBitsOnTwoThreadsAndWithPlainLoops(EncoderDecoderSpec spec) {
    var one = new Example(spec, 8);
    var two = new Example(spec, 8);
    var plain = new Example(spec, 8);

    try (var team = new Team(2)) {
      learn(spec, one.trainer(true, 3, Kernels.best(), new Team(1)), 0.5);
      learn(spec, two.trainer(true, 3, Kernels.best(), team), 0.5);
      learn(spec, plain.trainer(true, 3, Kernels.scalar(), new Team(1)), 0.5);
    }

    assertSame(two, one);
    assertSame(plain, one);
  }

  private static void learn(
      EncoderDecoderSpec spec, EncoderDecoderTrainer trainer, double teacherShare) {
    for (int update = 0; update < 4; update++) {
      trainer.update(sources(spec), TARGETS, 0.5, teacherShare);
    }
  }

  private static void assertSame(Example actual, Example expected) {
    for (int p = 0; p < expected.encoder.count(); p++) {
      assertThat(actual.encoder.values(p)).isEqualTo(expected.encoder.values(p));
    }
    for (int p = 0; p < expected.decoder.count(); p++) {
      assertThat(actual.decoder.values(p)).isEqualTo(expected.decoder.values(p));
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void shouldReadItsOwnSymbolsAsOftenAsTheScheduleSays(EncoderDecoderSpec spec) {
    var teacher = new Example(spec, 9);
    var scheduled = new Example(spec, 9);
    var mixed = new Example(spec, 9);
    var own = new Example(spec, 9);

    learn(spec, teacher.trainer(3), 1);
    learn(spec, scheduled.trainer(true, 3, Kernels.best(), new Team(1)), 1);
    learn(spec, mixed.trainer(true, 3, Kernels.best(), new Team(1)), 0.5);
    learn(spec, own.trainer(true, 3, Kernels.best(), new Team(1)), 0);

    // Gradients that meet in one row are added in the order of the schedule, which differs.
    for (int p = 0; p < teacher.decoder.count(); p++) {
      assertThat(scheduled.decoder.values(p))
          .usingComparatorWithPrecision(1e-5f)
          .containsExactly(teacher.decoder.values(p));
    }
    String table = "decoder.embedding.weight";
    assertThat(mixed.decoder.values(table)).isNotEqualTo(teacher.decoder.values(table));
    assertThat(own.decoder.values(table)).isNotEqualTo(mixed.decoder.values(table));
  }

  @Test
  void shouldSayWhatDoesNotFit() {
    var example = new Example(spec(new Lstm(), 1, false, Reading.NEVER, Score.DOT), 1);
    EncoderDecoderTrainer trainer = example.trainer(1);
    var transducer =
        new Transducer(example.model, example.encoder, example.decoder, 1, Kernels.best());
    List<SourceSequence> one = List.of(SourceSequence.ofSymbols(1));
    List<SourceSequence> none = List.of(SourceSequence.ofSymbols());
    List<int[]> answer = List.of(new int[] {1});

    assertThatThrownBy(() -> trainer.update(one, answer, 1, 0.5))
        .hasMessageContaining("made for scheduled sampling");
    assertThatThrownBy(() -> trainer.update(SYMBOLS, TARGETS, 1))
        .hasMessageContaining("3 sources and 3 targets, expected 1");
    assertThatThrownBy(
            () -> trainer.update(List.of(SourceSequence.ofSymbols(new int[7])), answer, 1))
        .hasMessageContaining("sources of up to 7");
    assertThatThrownBy(() -> trainer.update(none, answer, 1)).hasMessageContaining("sources of up");
    assertThatThrownBy(() -> trainer.update(VECTORS.subList(1, 2), answer, 1))
        .hasMessageContaining("elements of 2 numbers, expected 1");
    assertThatThrownBy(() -> transducer.greedy(none.getFirst(), 3))
        .hasMessageContaining("a source of 0 elements");
    assertThatThrownBy(() -> transducer.attention(one.getFirst(), new int[0]))
        .hasMessageContaining("has no attention");
    assertThatThrownBy(() -> spec(new Lstm(), 1, true, Reading.NEVER, Score.DOT))
        .hasMessageContaining("use one direction");
  }
}
