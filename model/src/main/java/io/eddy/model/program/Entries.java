package io.eddy.model.program;

/// What an attention reads for one row: the entries of a memory, oldest first, in one or two runs
/// (a ring that has gone round has two).
///
/// Entry e of a run begins at `at(row, run) + e * entryStride()`; its elements lie
/// `elementStride()` apart.
public interface Entries {

  /// Entries that a row may read.
  int count(int row);

  /// How many of them lie in the first run; the rest is the second.
  int firstRun(int row);

  /// Index of the first element of a run's first entry.
  ///
  /// @param run 0 or 1
  int at(int row, int run);

  int entryStride();

  int elementStride();

  float[] values();

  /// The gradients, laid out as the values; empty where nothing is learned through them.
  float[] gradients();

  default boolean hasGradient() {
    return gradients().length > 0;
  }
}
