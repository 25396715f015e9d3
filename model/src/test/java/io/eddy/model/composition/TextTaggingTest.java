package io.eddy.model.composition;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.cell.Layer;
import io.eddy.model.cell.Lstm;
import io.eddy.model.loss.CrossEntropyLoss;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Lookup;
import io.eddy.model.op.Relu;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import io.eddy.model.training.Trainer;
import io.eddy.model.training.UpdateSettings;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// A convolution, then an LSTM in both directions, over text: each character gets a tag.
///
/// The text is words of two to six letters. A word's first letter is tagged by whether the word
/// ends with a vowel, which only what comes later tells; every other character is tagged 0. The
/// vowels are two of six letters, so "ends with a consonant" is right for two thirds of the first
/// letters: that is what a network that sees no later character can reach.
class TextTaggingTest {

  private static final String ALPHABET = " aebcdf";
  private static final int OTHER = 0;
  private static final int ENDS_WITH_VOWEL = 1;
  private static final int ENDS_WITH_CONSONANT = 2;
  private static final int TAGS = 3;
  private static final int LONGEST = 30;
  private static final int BATCH = 16;
  private static final long SEED = 17;

  @SuppressWarnings("ArrayRecordComponent") // nobody compares messages
  private record Message(int[] characters, int[] tags) {

    static Message draw(SplittableRandom random) {
      int length = random.nextInt(LONGEST / 2, LONGEST + 1);
      int[] characters = new int[length];
      int[] tags = new int[length];
      int at = 0;
      while (at < length) {
        int end = Math.min(length, at + random.nextInt(2, 7));
        for (int i = at; i < end; i++) {
          characters[i] = 1 + random.nextInt(ALPHABET.length() - 1);
        }
        boolean vowel = "ae".indexOf(ALPHABET.charAt(characters[end - 1])) >= 0;
        tags[at] = vowel ? ENDS_WITH_VOWEL : ENDS_WITH_CONSONANT;
        at = end + 1; // a space between, which is character 0
      }
      return new Message(characters, tags);
    }
  }

  private static final class Tagger {
    final Value characters;
    final Value tags;
    final Value mask;
    final Value logits;
    final Trainer trainer;
    final Batch batch;

    Tagger(boolean bothDirections) {
      var builder = new ProgramBuilder();
      characters = builder.input("characters", 1);
      tags = builder.input("tags", 1);
      mask = builder.input("mask", 1);
      Value embedded =
          Lookup.of(
              builder,
              characters,
              ParameterSpec.table(
                  "embedding.weight", ALPHABET.length(), 8, new Initializer.Normal(1)));
      Value hidden =
          bothDirections
              ? Bidirectional.of(new Lstm(), 16, 1)
                  .trace(
                      builder,
                      "rnn.",
                      Relu.of(
                          builder,
                          Convolution.same(16, 3, 1).trace(builder, "conv.", embedded, mask)),
                      mask)
              : new Lstm()
                  .step(
                      builder,
                      Layer.of("rnn.", 32),
                      Relu.of(
                          builder,
                          Convolution.causal(16, 3, 1).trace(builder, "conv.", embedded, mask)));
      logits =
          Linear.of(
              builder,
              hidden,
              ParameterSpec.matrix("head.weight", TAGS, 32, new Initializer.Xavier(1)),
              ParameterSpec.vector("head.bias", TAGS, new Initializer.Zero()));
      Value loss = CrossEntropyLoss.of(builder, logits, tags, mask, 0);
      var program = builder.build();
      trainer =
          new Trainer(
              program,
              Parameters.initial(program.parameters(), SEED),
              loss,
              LONGEST,
              BATCH,
              UpdateSettings.of(OptimizerSettings.Adam.defaults()).withClipNorm(1));
      batch = new Batch(trainer.unroller(), BATCH);
    }

    /// @return characters in all
    int write(Message[] messages) {
      int count = 0;
      batch.resetAll();
      for (int b = 0; b < BATCH; b++) {
        int length = messages[b].characters.length;
        count += length;
        for (int t = 0; t < LONGEST; t++) {
          batch.set(characters, t, b, 0, t < length ? messages[b].characters[t] : 0);
          batch.set(tags, t, b, 0, t < length ? messages[b].tags[t] : OTHER);
          batch.set(mask, t, b, 0, t < length ? 1 : 0);
        }
      }
      return count;
    }

    void train(int updates) {
      var random = new SplittableRandom(SEED);
      for (int update = 0; update < updates; update++) {
        int count = write(messages(random));
        trainer.update(LONGEST, 1f / count, 0.01);
      }
    }

    /// Share of held-out words whose first letter gets its tag; NaN where another character than a
    /// first letter was tagged as one.
    double accuracy() {
      var random = new SplittableRandom(SEED + 1);
      int words = 0;
      int right = 0;
      int wrongElsewhere = 0;
      for (int round = 0; round < 10; round++) {
        Message[] messages = messages(random);
        write(messages);
        trainer.evaluate(LONGEST);
        for (int b = 0; b < BATCH; b++) {
          for (int t = 0; t < messages[b].characters.length; t++) {
            boolean hit = batch.greatest(logits, t, b) == messages[b].tags[t];
            words += messages[b].tags[t] == OTHER ? 0 : 1;
            right += messages[b].tags[t] != OTHER && hit ? 1 : 0;
            wrongElsewhere += messages[b].tags[t] == OTHER && !hit ? 1 : 0;
          }
        }
      }
      return wrongElsewhere > words / 100 ? Double.NaN : (double) right / words;
    }
  }

  private static Message[] messages(SplittableRandom random) {
    Message[] messages = new Message[BATCH];
    for (int b = 0; b < BATCH; b++) {
      messages[b] = Message.draw(random);
    }
    return messages;
  }

  @Test
  void shouldTagByWhatComesLaterWhereOneDirectionCannot() {
    var both = new Tagger(true);
    var forward = new Tagger(false);

    both.train(400);
    forward.train(400);

    assertThat(both.accuracy()).as("seed %d", SEED).isGreaterThan(0.98);
    assertThat(forward.accuracy()).as("one direction, seed %d", SEED).isLessThan(0.75);
  }
}
