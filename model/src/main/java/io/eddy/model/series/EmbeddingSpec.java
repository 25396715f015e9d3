package io.eddy.model.series;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A covariate that names a category, such as a region or the key itself, of which a network learns
/// a row of numbers: what its keys have in common and their values do not show.
///
/// A category is a number; a text is one by its hash. The number, modulo the rows but the first, is
/// its row, so that no list of categories has to be kept, and categories that fall into one row
/// share it. Row 0 is for what is unknown. It is zero and stays zero, and so is every row that no
/// training has seen yet: a network is trained to do without, see
/// [io.eddy.model.training.ForecasterTrainer], and so answers a key of a new category at once.
///
/// @param category name of an observed covariate, or [#KEY]
/// @param rows of the table, the first included
/// @param size numbers in a row
public record EmbeddingSpec(String category, int rows, int size) {

  /// The category that is the record's own key, whatever fields it has.
  public static final String KEY = "key";

  /// Rows of a table at most.
  public static final int ROWS_MAX = 100_000;

  /// Numbers in a row at most.
  public static final int SIZE_MAX = 256;

  /// The row of what is unknown.
  public static final int UNKNOWN = 0;

  /// What is left of a hash, so that a double holds it.
  private static final int HASH_BITS = 53;

  public EmbeddingSpec {
    require(rows >= 2 && rows <= ROWS_MAX, "rows", rows, "2 to " + ROWS_MAX);
    require(size >= 1 && size <= SIZE_MAX, "size", size, "1 to " + SIZE_MAX);
  }

  private static void require(boolean holds, String name, int value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "embedding " + name + " is " + value + ", expected " + expected);
    }
  }

  /// The row of a category.
  ///
  /// @param number rounded down if it is not whole; NaN if the category is unknown
  int row(double number) {
    return Double.isNaN(number) ? UNKNOWN : 1 + Math.floorMod((long) Math.floor(number), rows - 1);
  }

  /// The number of a category that is a text, the same on every machine.
  public static double number(String text) {
    return number(text.getBytes(StandardCharsets.UTF_8));
  }

  /// The number of a category that is a text in UTF-8, or a key of any kind.
  public static double number(byte[] text) {
    // The finaliser of SplitMix64 (Steele et al. 2014): texts that differ in their last letter have
    // hashes that hardly differ.
    long bits = Arrays.hashCode(text) + 0x9E3779B97F4A7C15L;
    bits = (bits ^ (bits >>> 30)) * 0xBF58476D1CE4E5B9L;
    bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
    return (bits ^ (bits >>> 31)) >>> (Long.SIZE - HASH_BITS);
  }
}
