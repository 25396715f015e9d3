package io.eddy.benchmarks.race;

/// One way to do a piece of work.
abstract class Contender implements AutoCloseable {

  private final String name;

  Contender(String name) {
    this.name = name;
  }

  /// As in the table's head.
  final String name() {
    return name;
  }

  /// The result of doing the work from a fresh start, for comparison with the other contenders.
  abstract float[] result();

  /// How far the result may lie from what is expected.
  float tolerance() {
    return 1e-5f;
  }

  /// Does the work again and again.
  abstract void run(int repetitions);

  @Override
  public void close() {}
}
