package io.eddy.model.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.cell.CellType;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.text.Vocabulary;
import io.eddy.model.training.UpdateSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceTaggerTest {

  private static final UpdateSettings DESCENT = UpdateSettings.of(OptimizerSettings.Sgd.defaults());

  /// A model with its weights.
  private static final class Example {
    final SequenceTagger tagger;
    final Parameters spelling;
    final Parameters tagging;

    Example(List<TaggedMessage> messages, int tags, int labels, float dropout) {
      var words = new Vocabulary.Counts();
      var characters = new Vocabulary.Counts();
      for (TaggedMessage message : messages) {
        for (String token : message.tokens()) {
          words.add(token.toLowerCase(Locale.ROOT));
          token.codePoints().forEach(point -> characters.add(Character.toString(point)));
        }
      }
      tagger =
          new SequenceTagger(
              new SequenceTaggerSpec(5, 4, 6, 3, CellType.LSTM, 8, 1, dropout, tags, labels, 9, 8),
              words.vocabulary(1, 1000),
              characters.vocabulary(1, 1000, SequenceTagger.WORD_START, SequenceTagger.WORD_END));
      spelling = Parameters.initial(tagger.spellingParameters(), 3);
      tagging = Parameters.initial(tagger.taggingParameters(), 4);
    }

    SequenceTaggerTrainer trainer(UpdateSettings settings, int firstRare, int batch, Team team) {
      return new SequenceTaggerTrainer(
          tagger, spelling, tagging, firstRare, batch, settings, Kernels.best(), team);
    }

    MessageTagger reader(TagRules rules, int batch) {
      return new MessageTagger(tagger, spelling, tagging, rules, batch, Kernels.best());
    }

    void learn(List<TaggedMessage> messages, int updates, int firstRare) {
      SequenceTaggerTrainer trainer =
          trainer(
              UpdateSettings.of(OptimizerSettings.Adam.defaults()).withClipNorm(5),
              firstRare,
              16,
              new Team(1));
      var random = new SplittableRandom(5);
      for (int update = 0; update < updates; update++) {
        List<TaggedMessage> batch = new ArrayList<>();
        for (int b = 0; b < 16; b++) {
          batch.add(messages.get(random.nextInt(messages.size())));
        }
        trainer.update(batch, 0.02);
      }
    }
  }

  private static final List<TaggedMessage> MIXED =
      List.of(
          new TaggedMessage(List.of("Ab", "ba", "ab", "cccccccccccccc"), List.of(0, 2, 1, 1), 1),
          new TaggedMessage(List.of("ba"), List.of(2), 0),
          new TaggedMessage(List.of("c", "Ab"), List.of(1, 0), 2));

  /// A step of plain descent with rate 1 takes the gradient from each weight: so what was taken is
  /// compared with the loss's differences, through the words back into their characters.
  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void shouldSendGradientsBackThroughBoth(int labels) {
    var example = new Example(MIXED, 3, labels, 0);
    Parameters spellingBefore = example.spelling.copy();
    Parameters taggingBefore = example.tagging.copy();

    example.trainer(DESCENT, 1000, 3, new Team(1)).update(MIXED, 1);

    Parameters spellingAfter = example.spelling.copy();
    Parameters taggingAfter = example.tagging.copy();
    example.spelling.set(spellingBefore);
    example.tagging.set(taggingBefore);
    double size = compare(example, example.spelling, spellingAfter);
    compare(example, example.tagging, taggingAfter);
    assertThat(size).as("the largest gradient of characters").isGreaterThan(2e-3);
  }

  private static double compare(Example example, Parameters weights, Parameters after) {
    SequenceTaggerTrainer trainer = example.trainer(DESCENT, 1000, 3, new Team(1));
    double largest = 0;
    float shift = 1f / 512;
    for (int p = 0; p < weights.count(); p++) {
      float[] values = weights.values(p);
      for (int i = 0; i < values.length; i++) {
        float kept = values[i];
        values[i] = kept + shift;
        double above = trainer.evaluate(MIXED);
        values[i] = kept - shift;
        double below = trainer.evaluate(MIXED);
        values[i] = kept;
        double gradient = (double) kept - after.values(p)[i];
        largest = Math.max(largest, Math.abs(gradient));
        assertThat(gradient)
            .as("%s[%d]", weights.specs().get(p).name(), i)
            .isCloseTo((above - below) / (2 * shift), within(1e-3));
      }
    }
    return largest;
  }

  @Test
  void shouldKeepPaddingOut() {
    var example = new Example(MIXED, 3, 3, 0);

    double together = example.trainer(DESCENT, 1000, 3, new Team(1)).evaluate(MIXED);

    double sum = 0;
    for (TaggedMessage message : MIXED) {
      sum += example.trainer(DESCENT, 1000, 1, new Team(1)).evaluate(List.of(message));
    }
    assertThat(together).isCloseTo(sum / MIXED.size(), within(1e-5));
  }

  @Test
  void shouldLearnTheSameOnSeveralThreads() {
    var alone = new Example(MIXED, 3, 3, 0.3f);
    var shared = new Example(MIXED, 3, 3, 0.3f);

    try (var team = new Team(3)) {
      SequenceTaggerTrainer one = alone.trainer(DESCENT, 1, 3, new Team(1));
      SequenceTaggerTrainer three = shared.trainer(DESCENT, 1, 3, team);
      for (int update = 0; update < 3; update++) {
        assertThat(three.update(MIXED, 0.1)).isEqualTo(one.update(MIXED, 0.1));
      }
    }

    for (int p = 0; p < alone.tagging.count(); p++) {
      assertThat(shared.tagging.values(p)).isEqualTo(alone.tagging.values(p));
    }
    for (int p = 0; p < alone.spelling.count(); p++) {
      assertThat(shared.spelling.values(p)).isEqualTo(alone.spelling.values(p));
    }
  }

  private static String word(SplittableRandom random, String end) {
    var word = new StringBuilder();
    for (int i = 2 + random.nextInt(3); i > 0; i--) {
      word.append((char) ('a' + random.nextInt(12)));
    }
    return word.append(end).toString();
  }

  /// Words that nobody has seen before are told apart by how they end.
  @Test
  void shouldTagWordsNeverSeenByTheirCharacters() {
    List<TaggedMessage> all = new ArrayList<>();
    var random = new SplittableRandom(6);
    for (int i = 0; i < 400; i++) {
      List<String> tokens = new ArrayList<>();
      List<Integer> tags = new ArrayList<>();
      for (int t = 1 + random.nextInt(5); t > 0; t--) {
        int tag = random.nextInt(3);
        tokens.add(word(random, List.of("xy", "yx", "").get(tag)));
        tags.add(tag);
      }
      all.add(new TaggedMessage(tokens, tags, 0));
    }
    var example = new Example(all.subList(0, 300), 3, 0, 0);
    example.learn(all.subList(0, 300), 250, 1);

    assertThat(share(example.reader(TagRules.none(3), 4), all.subList(300, 400)))
        .isGreaterThan(0.97);
  }

  /// The tag depends on the word and on the one that follows; the label on whether there is a `d`
  /// somewhere.
  @Test
  void shouldTagByWhatFollowsAndLabelByTheWhole() {
    List<TaggedMessage> all = new ArrayList<>();
    var random = new SplittableRandom(7);
    for (int i = 0; i < 500; i++) {
      List<String> tokens = new ArrayList<>();
      int length = 1 + random.nextInt(7);
      for (int t = 0; t < length; t++) {
        tokens.add(List.of("a", "b", "c", "e", "f", "g", "d").get(random.nextInt(7)));
      }
      List<Integer> tags = new ArrayList<>();
      for (int t = 0; t < length; t++) {
        tags.add(t + 1 < length && tokens.get(t + 1).equals("b") ? 1 : 0);
      }
      all.add(new TaggedMessage(tokens, tags, tokens.contains("d") ? 1 : 0));
    }
    var example = new Example(all.subList(0, 400), 2, 2, 0);
    example.learn(all.subList(0, 400), 200, 1000);
    List<TaggedMessage> rest = all.subList(400, 500);
    MessageTagger reader = example.reader(TagRules.none(2), 8);

    assertThat(share(reader, rest)).isGreaterThan(0.97);
    long right =
        rest.stream()
            .filter(message -> reader.tag(message.tokens()).label() == message.label())
            .count();
    assertThat(right).isGreaterThan(95);
  }

  private static double share(MessageTagger reader, List<TaggedMessage> messages) {
    List<TaggedMessage> answers =
        reader.tagAll(messages.stream().map(TaggedMessage::tokens).toList());
    double right = 0;
    int tokens = 0;
    for (int i = 0; i < messages.size(); i++) {
      for (int t = 0; t < messages.get(i).tags().size(); t++) {
        right += messages.get(i).tags().get(t).equals(answers.get(i).tags().get(t)) ? 1 : 0;
        tokens++;
      }
    }
    return right / tokens;
  }

  @Test
  void shouldNeverAnswerWhatTheRulesForbid() {
    TagRules rules = TagRules.spans(List.of("O", "B-a", "I-a"));
    for (long seed = 0; seed < 20; seed++) {
      var example = new Example(MIXED, 3, 0, 0);
      example.tagging.set(Parameters.initial(example.tagger.taggingParameters(), seed));
      for (TaggedMessage answer :
          example.reader(rules, 2).tagAll(MIXED.stream().map(TaggedMessage::tokens).toList())) {
        List<Integer> tags = answer.tags();
        assertThat(rules.mayBegin(tags.getFirst())).as("seed %d", seed).isTrue();
        for (int t = 1; t < tags.size(); t++) {
          assertThat(rules.mayFollow(tags.get(t), tags.get(t - 1))).as("seed %d", seed).isTrue();
        }
      }
    }
  }

  @Test
  void shouldAnswerAloneAsInABatch() {
    var example = new Example(MIXED, 3, 3, 0);
    example.learn(MIXED, 20, 1000);

    List<TaggedMessage> together =
        example
            .reader(TagRules.none(3), 3)
            .tagAll(MIXED.stream().map(TaggedMessage::tokens).toList());

    MessageTagger alone = example.reader(TagRules.none(3), 1);
    for (int i = 0; i < MIXED.size(); i++) {
      assertThat(alone.tag(MIXED.get(i).tokens())).isEqualTo(together.get(i));
    }
  }

  @Test
  void shouldSpellLongWordsByTheirTwoEnds() {
    var example =
        new Example(List.of(new TaggedMessage(List.of("abcdefghij"), List.of(0), 0)), 1, 0, 0);
    Vocabulary.Counts none = new Vocabulary.Counts();
    assertThat(example.tagger.spell("abcdefghij")).hasSize(10).doesNotContain(0);
    assertThat(example.tagger.spell("abcdzzghij")).isEqualTo(example.tagger.spell("abcdefghij"));
    assertThat(example.tagger.spell("?")).hasSize(3).contains(0);
    assertThatThrownBy(
            () ->
                new SequenceTagger(
                    example.tagger.spec(), none.vocabulary(1, 1), none.vocabulary(1, 1)))
        .hasMessage("the vocabulary of characters lacks <word> and </word>");
  }
}
