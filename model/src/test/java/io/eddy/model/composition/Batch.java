package io.eddy.model.composition;

import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;

/// Writes and reads single numbers of an unroller by step and batch entry.
final class Batch {

  private final Unroller unroller;
  private final int size;

  Batch(Unroller unroller, int size) {
    this.unroller = unroller;
    this.size = size;
  }

  void set(Value value, int step, int entry, int column, double number) {
    Rows rows = unroller.rows(value);
    rows.values()[rows.at(step * size + entry) + column] = (float) number;
  }

  float get(Value value, int step, int entry, int column) {
    Rows rows = unroller.rows(value);
    return rows.values()[rows.at(step * size + entry) + column];
  }

  /// The column with the greatest number.
  int greatest(Value value, int step, int entry) {
    int best = 0;
    for (int column = 1; column < value.width(); column++) {
      best = get(value, step, entry, column) > get(value, step, entry, best) ? column : best;
    }
    return best;
  }

  void resetAll() {
    for (int entry = 0; entry < size; entry++) {
      unroller.reset(entry);
    }
  }
}
