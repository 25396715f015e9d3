package io.eddy.processors.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Finds the key that a misspelt one was meant to be.
public final class Spelling {
  private Spelling() {}

  /// The candidate with the fewest edits to `word`, if that is near enough to be meant: at most a
  /// third of the word's letters.
  public static Optional<String> nearest(String word, Collection<String> candidates) {
    return candidates.stream()
        .min(Comparator.<String>comparingInt(c -> edits(word, c)).thenComparing(c -> c))
        .filter(best -> edits(word, best) <= Math.max(2, word.length() / 3));
  }

  /// Letters to insert, delete, replace or swap with their neighbour so that `a` becomes `b`: the
  /// optimal string alignment distance.
  static int edits(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int replace = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(replace, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
