package io.eddy.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.model.cell.CellType;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.AnnotatedText;
import io.eddy.model.sequence.ClassifierSettings;
import io.eddy.model.sequence.ClassifierTraining;
import io.eddy.model.sequence.LearningListener;
import io.eddy.model.sequence.TaggerScore;
import io.eddy.model.sequence.TaggerSettings;
import io.eddy.model.sequence.TaggerTraining;
import io.eddy.model.sequence.TextClassifier;
import io.eddy.model.sequence.TrainedClassifier;
import io.eddy.model.sequence.TrainedTagger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TextCheckpointTest {

  /// Words that a file could stumble over.
  private static final List<String> ODD = List.of("a\\nb", "line\nbreak", "\\", "\"", "😀", "שלום");

  private static final List<String> GOOD = List.of("good", "fine", "great");
  private static final List<String> BAD = List.of("bad", "poor", "awful");

  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void shouldBringBackAClassifierThatAnswersTheSame() {
    List<AnnotatedText> texts = reviews(120);
    TrainedClassifier model = classifier(texts).withProvenance(Map.of("validation.loss", "0.1"));

    byte[] file = ClassifierCheckpoint.write(model);
    TrainedClassifier read = ClassifierCheckpoint.read(file);

    assertThat(read.words().tokens()).isEqualTo(model.words().tokens()).containsAll(ODD);
    assertThat(read.labels()).containsExactly("bad\nreview", "good\\review");
    assertThat(read.provenance()).isEqualTo(model.provenance());
    TextClassifier reader = read.reader(Kernels.best());
    TextClassifier original = model.reader(Kernels.best());
    for (AnnotatedText text : texts) {
      assertThat(reader.classify(text.tokens()).probabilities())
          .isEqualTo(original.classify(text.tokens()).probabilities());
    }
    assertThat(ClassifierCheckpoint.write(read)).isEqualTo(file);
  }

  @Test
  void shouldClassifyTextsThatItHasNotSeen() {
    TextClassifier reader = classifier(reviews(120)).reader(Kernels.best());

    for (AnnotatedText text : reviews(50)) {
      assertThat(reader.label(text.tokens())).isEqualTo(text.label());
    }
    assertThat(reader.classify(List.of()).probabilities()).hasSize(2);
    assertThat(reader.classify(List.of("never", "heard")).probabilities()).hasSize(2);
  }

  @Test
  void shouldBringBackATaggerThatAnswersTheSame() {
    List<AnnotatedText> orders = orders(150);
    List<AnnotatedText> unseen = orders(40);
    TrainedTagger model = tagger(orders, unseen);

    byte[] file = TaggerCheckpoint.write(model);
    TrainedTagger read = TaggerCheckpoint.read(file);

    assertThat(TaggerScore.of(model, unseen, 8).f1()).isGreaterThan(0.95);
    assertThat(TaggerScore.of(read, unseen, 8)).isEqualTo(TaggerScore.of(model, unseen, 8));
    assertThat(read.labels()).containsExactly("buy", "sell");
    assertThat(TaggerCheckpoint.write(read)).isEqualTo(file);
    assertThat(read.reader(1, Kernels.best()).tag(List.of()).tags()).isEmpty();
  }

  @Test
  void shouldLearnToTheSameBitsOnOneThreadAndOnTwo() {
    List<AnnotatedText> orders = orders(60);

    assertThat(TaggerCheckpoint.write(tagger(orders, List.of(), 2)))
        .isEqualTo(TaggerCheckpoint.write(tagger(orders, List.of(), 1)));
  }

  @Test
  void shouldRefuseTheCheckpointOfAnotherNetwork() {
    byte[] classifier = ClassifierCheckpoint.write(classifier(reviews(40)));

    assertThatThrownBy(() -> TaggerCheckpoint.read(classifier))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("eddy.network is classifier, expected tagger");
  }

  @Test
  void shouldRefuseToLearnFromOneLabelAlone() {
    List<AnnotatedText> texts = List.of(AnnotatedText.labelled(List.of("fine"), "good"));

    assertThatThrownBy(() -> classifier(texts))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected at least 2 labels");
  }

  private static TrainedClassifier classifier(List<AnnotatedText> texts) {
    try (var team = new Team(1)) {
      return new ClassifierTraining(
              new ClassifierSettings(
                  6, CellType.LSTM, 5, 0.1f, 1000, 50, 0.1, 0.2, 10, 5e-3, 4, 1, 1),
              team)
          .train(texts, List.of(), new LearningListener() {});
    }
  }

  private static TrainedTagger tagger(List<AnnotatedText> texts, List<AnnotatedText> heldOut) {
    return tagger(texts, heldOut, 1);
  }

  private static TrainedTagger tagger(
      List<AnnotatedText> texts, List<AnnotatedText> heldOut, int threads) {
    try (var team = new Team(threads)) {
      return new TaggerTraining(
              new TaggerSettings(
                  8, 6, 8, 3, CellType.LSTM, 12, 1, 0.1f, 1000, 12, 1, 8, 2e-2, 8, 5, 1),
              team)
          .train(texts, heldOut, new LearningListener() {});
    }
  }

  /// Texts with one word that tells their class, among words that tell nothing.
  private List<AnnotatedText> reviews(int count) {
    List<AnnotatedText> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean good = i % 2 == 0;
      List<String> words = new ArrayList<>(List.of("this", "film", one(ODD), "is"));
      words.add(random.nextInt(4), one(good ? GOOD : BAD));
      texts.add(AnnotatedText.labelled(words, good ? "good\\review" : "bad\nreview"));
    }
    return texts;
  }

  /// "buy 3 red apples": a number, then perhaps a colour, then a fruit, which are one span.
  private List<AnnotatedText> orders(int count) {
    List<AnnotatedText> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String verb = i % 2 == 0 ? "buy" : "sell";
      List<String> words = new ArrayList<>(List.of(verb, Integer.toString(random.nextInt(1, 10))));
      List<String> tags = new ArrayList<>(List.of("O", "B-count"));
      boolean coloured = random.nextInt(2) == 0;
      if (coloured) {
        words.add(one(List.of("red", "green")));
        tags.add("B-fruit");
      }
      words.add(one(List.of("apples", "pears", "plums")));
      tags.add(coloured ? "I-fruit" : "B-fruit");
      texts.add(new AnnotatedText(words, tags, verb));
    }
    return texts;
  }

  private String one(List<String> words) {
    return words.get(random.nextInt(words.size()));
  }
}
