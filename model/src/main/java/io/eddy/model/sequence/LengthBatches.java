package io.eddy.model.sequence;

import io.eddy.model.program.ProgramBuilder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/// Puts sequences of different lengths into batches of similar ones, so that few steps are spent
/// behind a sequence's end.
public final class LengthBatches {

  private LengthBatches() {}

  /// One epoch: every sequence in a batch, batches in random order. The last batch is filled up
  /// with sequences that lie in others, too.
  ///
  /// @param lengths of the sequences
  /// @param batchSize sequences of a batch
  /// @param random that decides; the same one gives the same batches
  /// @return numbers of sequences, `batchSize` in each
  public static List<int[]> shuffled(int[] lengths, int batchSize, SplittableRandom random) {
    ProgramBuilder.require(
        lengths.length >= 1 && batchSize >= 1,
        lengths.length + " sequences in batches of " + batchSize + ", expected at least 1");
    List<Integer> order = new ArrayList<>();
    for (int sequence = 0; sequence < lengths.length; sequence++) {
      order.add(sequence);
    }
    var shuffling = new Random(random.nextLong());
    Collections.shuffle(order, shuffling);
    while (order.size() % batchSize != 0) {
      order.add(shuffling.nextInt(lengths.length));
    }
    // Stable: among equal lengths the shuffled order stays.
    order.sort(Comparator.comparingInt(sequence -> lengths[sequence]));
    List<int[]> batches = new ArrayList<>();
    for (int from = 0; from < order.size(); from += batchSize) {
      batches.add(
          order.subList(from, from + batchSize).stream().mapToInt(Integer::intValue).toArray());
    }
    Collections.shuffle(batches, shuffling);
    return batches;
  }
}
