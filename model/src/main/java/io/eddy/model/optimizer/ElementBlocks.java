package io.eddy.model.optimizer;

import io.eddy.model.parameter.Parameters;

/// All elements of a list of parameters, cut at places that depend on the shapes alone, and dealt
/// out to parts of about equal size. So what is summed per block has the same bits whatever the
/// number of parts.
final class ElementBlocks {

  private final int[] parameter; // of each block
  private final int[] from;
  private final int[] length;
  private final long[] before; // elements of all blocks before; one more, the sum, at the end

  /// @param included which parameters take part
  /// @param size greatest number of elements of a block
  ElementBlocks(Parameters parameters, boolean[] included, int size) {
    int count = 0;
    for (int p = 0; p < parameters.count(); p++) {
      count += included[p] ? Math.ceilDiv(parameters.values(p).length, size) : 0;
    }
    parameter = new int[count];
    from = new int[count];
    length = new int[count];
    before = new long[count + 1];
    int block = 0;
    for (int p = 0; p < parameters.count(); p++) {
      int elements = included[p] ? parameters.values(p).length : 0;
      for (int start = 0; start < elements; start += size) {
        parameter[block] = p;
        from[block] = start;
        length[block] = Math.min(size, elements - start);
        before[block + 1] = before[block] + length[block];
        block++;
      }
    }
  }

  int count() {
    return parameter.length;
  }

  /// The parameter that the block is a piece of.
  int parameter(int block) {
    return parameter[block];
  }

  /// Its first element in the parameter's array.
  int from(int block) {
    return from[block];
  }

  int length(int block) {
    return length[block];
  }

  /// The first block of a part; the part ends where the next one begins.
  ///
  /// @param part from 0 to parts
  int first(int part, int parts) {
    if (part < 0 || part > parts) {
      throw new IllegalArgumentException(
          "part " + part + " of " + parts + ", expected 0 to " + (parts - 1));
    }
    long start = before[count()] * part / parts;
    int block = 0;
    while (block < count() && before[block] < start) {
      block++;
    }
    return block;
  }
}
