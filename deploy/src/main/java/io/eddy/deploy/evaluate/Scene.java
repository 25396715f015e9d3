package io.eddy.deploy.evaluate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/// One to three coloured shapes on a grid, and the one sentence that tells of them: each in reading
/// order, and how it lies to the next, "left of" it in the same row, else "above".
///
/// Some pairs of a colour and a shape, and some of two shapes and how they lie, are held out: they
/// occur in no scene that is learned from.
record Scene(List<Item> items) {

  /// Rows and columns of the grid.
  static final int SIDE = 4;

  /// Cells of the grid, row by row.
  static final int CELLS = SIDE * SIDE;

  /// Numbers that tell of a cell: a colour, a shape, a row and a column, one 1 for each; neither
  /// colour nor shape where nothing lies.
  static final int FEATURES = Colour.values().length + Kind.values().length + 2 * SIDE;

  private static final int MOST_ITEMS = 3;

  /// What an item's colour word says.
  enum Colour {
    RED(0),
    GREEN(1),
    BLUE(2),
    YELLOW(3);

    private final int number; // from 0

    Colour(int number) {
      this.number = number;
    }
  }

  /// What an item's shape word says.
  enum Kind {
    SQUARE(0),
    CIRCLE(1),
    TRIANGLE(2),
    STAR(3);

    private final int number; // from 0

    Kind(int number) {
      this.number = number;
    }
  }

  /// A coloured shape in a cell.
  record Item(Colour colour, Kind kind, int cell) {

    /// A shape in each colour but one is learned.
    boolean isHeldOut() {
      return colour.number == kind.number;
    }

    boolean isLeftOf(Item next) {
      return cell / SIDE == next.cell / SIDE;
    }

    /// Of each shape, one that it never lies left of, and another that it never lies above.
    boolean isHeldOutBefore(Item next) {
      int distance = Math.floorMod(next.kind.number - kind.number, Kind.values().length);
      return distance == (isLeftOf(next) ? 1 : 2);
    }
  }

  /// Any scene.
  static Scene any(SplittableRandom random) {
    List<Integer> cells = new ArrayList<>();
    int count = 1 + random.nextInt(MOST_ITEMS);
    while (cells.size() < count) {
      int cell = random.nextInt(CELLS);
      if (!cells.contains(cell)) {
        cells.add(cell);
      }
    }
    cells.sort(Comparator.naturalOrder());
    return new Scene(
        cells.stream()
            .map(
                cell ->
                    new Item(
                        Colour.values()[random.nextInt(Colour.values().length)],
                        Kind.values()[random.nextInt(Kind.values().length)],
                        cell))
            .toList());
  }

  /// A scene that holds something held out, or one that does not.
  static Scene any(SplittableRandom random, boolean heldOut) {
    Scene scene = any(random);
    while (scene.isHeldOut() != heldOut) {
      scene = any(random);
    }
    return scene;
  }

  boolean isHeldOut() {
    boolean heldOut = false;
    for (int i = 0; i < items.size(); i++) {
      heldOut |= items.get(i).isHeldOut();
      heldOut |= i + 1 < items.size() && items.get(i).isHeldOutBefore(items.get(i + 1));
    }
    return heldOut;
  }

  /// A word of the sentence.
  ///
  /// @param cell of the item whose shape it names; -1 for other words
  record Word(String text, int cell) {}

  /// "a red square left of a blue circle above a green star".
  List<Word> sentence() {
    List<Word> words = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      words.add(new Word("a", -1));
      words.add(new Word(lowerCase(item.colour), -1));
      words.add(new Word(lowerCase(item.kind), item.cell));
      if (i + 1 < items.size()) {
        List<String> relation =
            item.isLeftOf(items.get(i + 1)) ? List.of("left", "of") : List.of("above");
        relation.forEach(word -> words.add(new Word(word, -1)));
      }
    }
    return words;
  }

  /// All words of all sentences.
  static List<String> words() {
    List<String> words = new ArrayList<>(List.of("a", "left", "of", "above"));
    for (Colour colour : Colour.values()) {
      words.add(lowerCase(colour));
    }
    for (Kind kind : Kind.values()) {
      words.add(lowerCase(kind));
    }
    return words;
  }

  private static String lowerCase(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /// The grid as a network sees it: ([#CELLS], [#FEATURES]).
  float[][] features() {
    float[][] features = new float[CELLS][FEATURES];
    int kinds = Colour.values().length;
    int rows = kinds + Kind.values().length;
    for (int cell = 0; cell < CELLS; cell++) {
      features[cell][rows + cell / SIDE] = 1;
      features[cell][rows + SIDE + cell % SIDE] = 1;
    }
    for (Item item : items) {
      features[item.cell][item.colour.number] = 1;
      features[item.cell][kinds + item.kind.number] = 1;
    }
    return features;
  }
}
