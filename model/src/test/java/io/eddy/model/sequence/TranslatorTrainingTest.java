package io.eddy.model.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.cell.CellType;
import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.model.checkpoint.TaggerCheckpoint;
import io.eddy.model.checkpoint.TextCheckpoint;
import io.eddy.model.checkpoint.TranslatorCheckpoint;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.Translation.AlignedWord;
import io.eddy.model.sequence.Translation.Share;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class TranslatorTrainingTest {

  private static final Map<String, String> COLOURS =
      Map.of("rotes", "red", "blaues", "blue", "grünes", "green");
  private static final Map<String, String> THINGS =
      Map.of("haus", "house", "auto", "car", "boot", "boat", "rad", "bike");

  /// Trained once for all tests, by merges.
  private static final Map<Integer, TrainedTranslator> TRANSLATORS = new ConcurrentHashMap<>();

  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void shouldTranslateAndLookAtTheWordThatItTranslates() {
    TextTranslator translator = translator(0).reader(3, Kernels.best());
    String text = "  ein\tgrünes  auto .";

    Translation translation = translator.translate(text);

    assertThat(translation.text()).isEqualTo("a green car .");
    assertThat(translation.logProbability()).isNegative();
    assertThat(translation.truncated()).isFalse();
    List<String> words = new ArrayList<>();
    for (AlignedWord word : translation.words()) {
      Share most =
          word.attention().stream().max(Comparator.comparingDouble(Share::weight)).orElseThrow();
      words.add(
          translation.text().substring(word.start(), word.end())
              + " "
              + text.substring(most.start(), most.end()));
      assertThat(word.attention()).hasSize(4);
      assertThat(word.attention().stream().mapToDouble(Share::weight).sum())
          .isCloseTo(1, within(1e-4));
    }
    assertThat(words).contains("green grünes", "car auto");
  }

  @Test
  void shouldSayPiecesOfOneWordAsOneWord() {
    TrainedTranslator model = translator(12);
    String text = "ein blaues boot .";

    Translation translation = model.reader(2, Kernels.best()).translate(text);

    assertThat(model.encoding()).isPresent();
    assertThat(model.pieces(text)).hasSizeGreaterThan(4);
    assertThat(translation.text()).isEqualTo("a blue boat .");
    assertThat(translation.words())
        .extracting(word -> translation.text().substring(word.start(), word.end()))
        .containsExactly("a", "blue", "boat", ".");
    assertThat(translation.words().getFirst().attention())
        .extracting(share -> text.substring(share.start(), share.end()))
        .containsExactly("ein", "blaues", "boot", ".");
  }

  @Test
  void shouldAnswerAnyText() {
    for (TrainedTranslator model : List.of(translator(0), translator(12))) {
      TextTranslator translator = model.reader(2, Kernels.best());
      for (String text :
          List.of(
              "\ud800 halb \udc00",
              "שלום عالم \u202e haus",
              "👩‍👩‍👧‍👦 🏳️‍🌈",
              "\0\1 auto",
              "<s> </s> <unk> haus",
              "x@@ @@ @@@@ auto@@",
              "x".repeat(5_000),
              "auto ".repeat(500))) {
        Translation translation = translator.translate(text);

        assertThat(translation.words())
            .allSatisfy(
                word ->
                    assertThat(word.attention())
                        .allMatch(
                            share -> share.start() < share.end() && share.end() <= text.length()));
        assertThat(String.join(" ", words(translation))).isEqualTo(translation.text());
      }
      assertThat(translator.translate("auto ".repeat(500)).truncated()).isTrue();
      assertThat(translator.translate(" \n\u00a0"))
          .isEqualTo(new Translation("", 0, List.of(), false));
    }
  }

  private static List<String> words(Translation translation) {
    return translation.words().stream()
        .map(word -> translation.text().substring(word.start(), word.end()))
        .toList();
  }

  @Test
  void shouldPutTheOriginalsWordWhereItKnowsNone() {
    List<TextPair> pairs = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      String name = "name" + i;
      pairs.add(new TextPair("ich bin " + name, "i am " + name));
    }
    TrainedTranslator model = train(pairs, List.of(), settings(0, 8, 3));

    assertThat(model.target().tokens())
        .containsExactly("<unk>", "<s>", "</s>", "am", "i", "name0", "name1", "name10");
    assertThat(model.reader(2, Kernels.best()).text("ich bin Zoë")).isEqualTo("i am Zoë");
  }

  @Test
  void shouldBringBackATranslatorThatAnswersTheSame() {
    for (int merges : List.of(0, 12)) {
      TrainedTranslator model = translator(merges).withProvenance(Map.of("a", "b"));

      byte[] file = TranslatorCheckpoint.write(model);
      TrainedTranslator read = TranslatorCheckpoint.read(file);

      assertThat(TranslatorCheckpoint.write(read)).isEqualTo(file);
      assertThat(read.provenance()).isEqualTo(model.provenance());
      assertThat(read.lengthPenalty()).isEqualTo(model.lengthPenalty());
      for (TextPair pair : pairs(20)) {
        assertThat(read.reader(2, Kernels.best()).translate(pair.source()))
            .isEqualTo(model.reader(2, Kernels.best()).translate(pair.source()));
      }
      assertThat(TextCheckpoint.of(file).orElseThrow().network()).isEqualTo("translator");
      assertThatThrownBy(() -> TaggerCheckpoint.read(file))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("eddy.network is translator, expected tagger");
    }
  }

  @Test
  void shouldLearnToTheSameBitsOnOneThreadAndOnTwo() {
    List<TextPair> pairs = pairs(64);
    List<TextPair> heldOut = pairs(8);

    assertThat(TranslatorCheckpoint.write(train(pairs, heldOut, settings(5, 1000, 3), 2)))
        .isEqualTo(TranslatorCheckpoint.write(train(pairs, heldOut, settings(5, 1000, 3), 1)));
  }

  @Test
  void shouldBeMoreSurprisedByAWrongTranslation() {
    TrainedTranslator model = translator(0);

    double right =
        TranslatorTraining.loss(model, List.of(new TextPair("ein rotes haus .", "a red house .")));
    double wrong =
        TranslatorTraining.loss(model, List.of(new TextPair("ein rotes haus .", "a blue car .")));
    double unknown =
        TranslatorTraining.loss(model, List.of(new TextPair("ein rotes haus .", "a red castle .")));

    assertThat(right).isLessThan(wrong).isLessThan(unknown);
    assertThat(TranslatorTraining.loss(model, List.of())).isNaN();
  }

  @Test
  void shouldRefuseToLearnFromNothing() {
    assertThatThrownBy(() -> train(List.of(new TextPair(" ", "a")), List.of(), settings(0, 100, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected at least one");
  }

  private TrainedTranslator translator(int merges) {
    return TRANSLATORS.computeIfAbsent(
        merges, _ -> train(pairs(240), pairs(20), settings(merges, 1000, 14)));
  }

  private static TranslatorSettings settings(int merges, int vocabulary, int epochs) {
    return new TranslatorSettings(
        merges,
        16,
        CellType.GRU,
        24,
        1,
        0.1f,
        0.1f,
        vocabulary,
        30,
        20,
        3,
        16,
        1e-2,
        10,
        epochs,
        1,
        1);
  }

  private static TrainedTranslator train(
      List<TextPair> pairs, List<TextPair> heldOut, TranslatorSettings settings) {
    return train(pairs, heldOut, settings, 1);
  }

  private static TrainedTranslator train(
      List<TextPair> pairs, List<TextPair> heldOut, TranslatorSettings settings, int threads) {
    try (var team = new Team(threads)) {
      return new TranslatorTraining(settings, team)
          .train(pairs, heldOut, new LearningListener() {});
    }
  }

  private List<TextPair> pairs(int count) {
    List<TextPair> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String colour = one(COLOURS);
      String thing = one(THINGS);
      pairs.add(
          new TextPair(
              "ein " + colour + " " + thing + " .",
              "a " + COLOURS.get(colour) + " " + THINGS.get(thing) + " ."));
    }
    return pairs;
  }

  private String one(Map<String, String> words) {
    return words.keySet().stream().sorted().toList().get(random.nextInt(words.size()));
  }
}
