package io.eddy.model.program;

/// A past as an unroller reads it: the source's own rows of earlier steps.
final class PastOfChunk implements Entries {

  private final Rows source; // row t * batch + b, a delay's shift included
  private final int window;
  private final int delay;
  private final int[] ages; // by batch entry: steps since it started, before this chunk

  PastOfChunk(Rows source, int window, int delay, int[] ages) {
    this.source = source;
    this.window = window;
    this.delay = delay;
    this.ages = ages;
  }

  @Override
  public int count(int row) {
    int step = row / ages.length;
    return Math.min(window, Math.max(0, ages[row % ages.length] + step + 1 - delay));
  }

  @Override
  public int firstRun(int row) {
    return count(row);
  }

  @Override
  public int at(int row, int run) {
    return source.at(row) - (count(row) - 1) * entryStride();
  }

  @Override
  public int entryStride() {
    return ages.length * source.stride;
  }

  @Override
  public int elementStride() {
    return 1;
  }

  @Override
  public float[] values() {
    return source.values;
  }

  @Override
  public float[] gradients() {
    return source.gradients;
  }
}
