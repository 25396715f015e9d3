package io.eddy.model.program;

/// A memory that stays the same over all steps: slots of one row lie one after the other.
final class MemorySlots implements Entries {

  private final Rows rows; // row b * slots + l
  private final int slots;
  private final int[] lengths; // by batch entry, shared with whoever sets them
  private final int readerSlots; // of the value that is computed; 0 for a value of every step

  MemorySlots(Rows rows, int slots, int[] lengths, int readerSlots) {
    this.rows = rows;
    this.slots = slots;
    this.lengths = lengths;
    this.readerSlots = readerSlots;
  }

  private int entry(int row) {
    return readerSlots > 0 ? row / readerSlots : row % lengths.length;
  }

  @Override
  public int count(int row) {
    return lengths[entry(row)];
  }

  @Override
  public int firstRun(int row) {
    return count(row);
  }

  @Override
  public int at(int row, int run) {
    return rows.at(entry(row) * slots);
  }

  @Override
  public int entryStride() {
    return rows.stride;
  }

  @Override
  public int elementStride() {
    return 1;
  }

  @Override
  public float[] values() {
    return rows.values;
  }

  @Override
  public float[] gradients() {
    return rows.gradients;
  }
}
