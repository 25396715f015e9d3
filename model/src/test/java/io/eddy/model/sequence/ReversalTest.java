package io.eddy.model.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.attention.Attention.Score;
import io.eddy.model.cell.Gru;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.sequence.EncoderDecoderSpec.Reading;
import io.eddy.model.sequence.EncoderDecoderSpec.Source;
import io.eddy.model.training.UpdateSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// An encoder-decoder with attention learns to write strings backward, and shows how: while it
/// writes symbol i it looks at the source's mirror position.
///
/// The encoder reads in both directions, as that of Bahdanau et al. 2015. One that reads forward
/// alone learns the task as well, but tends to look one position behind, where its state still
/// holds the symbol.
class ReversalTest {

  private static final int SYMBOLS = 10;
  private static final int SHORTEST = 4;
  private static final int LONGEST = 12;
  private static final int BATCH = 32;
  private static final int UPDATES = 800;
  private static final int TESTED = 200;

  @Test
  void shouldLearnToReverseAndLookAtTheMirrorPosition() {
    long seed = 3;
    var model =
        new EncoderDecoder(
            new EncoderDecoderSpec(
                new Source.Symbols(SYMBOLS, true),
                LONGEST,
                SYMBOLS + 2,
                SYMBOLS,
                SYMBOLS + 1,
                16,
                Gru.pyTorch(),
                48,
                1,
                Reading.BEFORE_CELL,
                Score.ADDITIVE,
                0,
                0));
    Parameters encoder = Parameters.initial(model.encoderParameters(), seed);
    Parameters decoder = Parameters.initial(model.decoderParameters(), seed + 1);
    var trainer =
        new EncoderDecoderTrainer(
            model,
            encoder,
            decoder,
            false,
            LONGEST,
            BATCH,
            UpdateSettings.of(OptimizerSettings.Adam.defaults()).withClipNorm(1),
            Kernels.best(),
            new Team(1));
    var random = new SplittableRandom(seed);

    for (int update = 0; update < UPDATES; update++) {
      List<SourceSequence> sources = new ArrayList<>();
      List<int[]> targets = new ArrayList<>();
      while (sources.size() < BATCH) {
        int[] source = string(random);
        if (!isHeldOut(source)) {
          sources.add(SourceSequence.ofSymbols(source));
          targets.add(reversed(source));
        }
      }
      double rate = 0.003 * Math.min(1, 2.0 * (UPDATES - update) / UPDATES);
      trainer.update(sources, targets, rate);
    }

    var transducer = new Transducer(model, encoder, decoder, 1, Kernels.best());
    int symbols = 0;
    int right = 0;
    int mirrored = 0;
    for (int test = 0; test < TESTED; test++) {
      int[] source = string(random);
      while (!isHeldOut(source)) {
        source = string(random);
      }
      int[] target = reversed(source);
      List<Integer> answer = transducer.greedy(SourceSequence.ofSymbols(source), LONGEST).symbols();
      float[][] attention = transducer.attention(SourceSequence.ofSymbols(source), target);
      for (int i = 0; i < target.length; i++) {
        symbols++;
        right += i < answer.size() && answer.get(i) == target[i] ? 1 : 0;
        mirrored += greatest(attention[i]) == target.length - 1 - i ? 1 : 0;
      }
    }
    assertThat(right / (double) symbols).as("right symbols, seed %d", seed).isGreaterThan(0.99);
    assertThat(mirrored / (double) symbols)
        .as("steps that look at the mirror position, seed %d", seed)
        .isGreaterThan(0.95);
  }

  private static int[] string(SplittableRandom random) {
    int length = SHORTEST + random.nextInt(LONGEST - SHORTEST + 1);
    return random.ints(length, 0, SYMBOLS).toArray();
  }

  /// A fifth of all strings, by their hash, is never trained on.
  private static boolean isHeldOut(int[] string) {
    return ((Arrays.hashCode(string) * 0x9E3779B9) >>> 8) % 5 == 0;
  }

  private static int[] reversed(int[] string) {
    int[] reversed = new int[string.length];
    for (int i = 0; i < string.length; i++) {
      reversed[i] = string[string.length - 1 - i];
    }
    return reversed;
  }

  private static int greatest(float[] row) {
    int best = 0;
    for (int i = 1; i < row.length; i++) {
      best = row[i] > row[best] ? i : best;
    }
    return best;
  }
}
