package io.eddy.model.baseline;

/// Which step of the known ones lies at the same place in the season.
final class Seasons {

  private Seasons() {}

  static void check(int season) {
    if (season < 1) {
      throw new IllegalArgumentException(
          "a season of %d steps, expected at least 1 (1 for none)".formatted(season));
    }
  }

  /// How many seasons back the newest known step at the place of the one to forecast lies.
  static int count(int ahead, int season) {
    return (ahead - 1) / season + 1;
  }

  /// The newest known step at the place of the one to forecast; of at least one season.
  static int sameStep(int origin, int ahead, int season) {
    return origin - 1 + ahead - season * count(ahead, season);
  }
}
