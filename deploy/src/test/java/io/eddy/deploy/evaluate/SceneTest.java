package io.eddy.deploy.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.evaluate.Scene.Colour;
import io.eddy.deploy.evaluate.Scene.Item;
import io.eddy.deploy.evaluate.Scene.Kind;
import io.eddy.deploy.evaluate.Scene.Word;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SceneTest {

  private static final Scene SCENE =
      new Scene(
          List.of(
              new Item(Colour.RED, Kind.CIRCLE, 4),
              new Item(Colour.BLUE, Kind.SQUARE, 6),
              new Item(Colour.GREEN, Kind.STAR, 9)));

  @Test
  void shouldTellOfItemsInReadingOrder() {
    assertThat(SCENE.sentence().stream().map(Word::text).collect(Collectors.joining(" ")))
        .isEqualTo("a red circle left of a blue square above a green star");
  }

  @Test
  void shouldSayWhichCellAShapeWordNames() {
    assertThat(SCENE.sentence().stream().filter(word -> word.cell() >= 0))
        .containsExactly(new Word("circle", 4), new Word("square", 6), new Word("star", 9));
  }

  @Test
  void shouldShowEachCellWithItsPlace() {
    float[][] features = SCENE.features();

    assertThat(features).hasDimensions(Scene.CELLS, Scene.FEATURES);
    assertThat(features[4]).containsExactly(1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0);
    assertThat(features[15]).containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1);
  }

  @Test
  void shouldHoldOutPairsAndRelations() {
    Item circle = new Item(Colour.RED, Kind.CIRCLE, 0);

    assertThat(new Scene(List.of(circle)).isHeldOut()).isFalse();
    assertThat(new Scene(List.of(new Item(Colour.RED, Kind.SQUARE, 0))).isHeldOut()).isTrue();
    assertThat(new Scene(List.of(circle, new Item(Colour.RED, Kind.TRIANGLE, 1))).isHeldOut())
        .isTrue();
    assertThat(new Scene(List.of(circle, new Item(Colour.RED, Kind.TRIANGLE, 4))).isHeldOut())
        .isFalse();
    assertThat(new Scene(List.of(circle, new Item(Colour.RED, Kind.STAR, 4))).isHeldOut()).isTrue();
  }

  @Test
  void shouldLearnEveryWordWithoutWhatIsHeldOut() {
    var random = new SplittableRandom(1);
    Set<String> words = new TreeSet<>();
    for (int scene = 0; scene < 1000; scene++) {
      Scene learned = Scene.any(random, false);
      assertThat(learned.isHeldOut()).isFalse();
      learned.sentence().forEach(word -> words.add(word.text()));
    }

    assertThat(words).containsExactlyInAnyOrderElementsOf(Scene.words());
  }
}
