package io.eddy.model.program;

import io.eddy.model.parameter.Parameters;
import java.util.Arrays;

/// One delay as a stepper keeps it: `steps` slots of `width` floats per row, oldest first.
final class DelayLine implements StatePart {

  private final Rows memory;
  private final Rows source;
  private final int width;
  private final int steps;
  private final int initialParameter;

  DelayLine(Rows memory, Rows source, int width, int steps, int initialParameter) {
    this.memory = memory;
    this.source = source;
    this.width = width;
    this.steps = steps;
    this.initialParameter = initialParameter;
  }

  @Override
  public int size() {
    return steps * width;
  }

  @Override
  public void initial(Parameters parameters, float[] state, int offset) {
    for (int slot = 0; slot < steps; slot++) {
      int at = offset + slot * width;
      if (initialParameter < 0) {
        Arrays.fill(state, at, at + width, 0);
      } else {
        System.arraycopy(parameters.values(initialParameter), 0, state, at, width);
      }
    }
  }

  @Override
  public void load(int row, float[] state, int offset) {
    System.arraycopy(state, offset, memory.values, memory.at(row), size());
  }

  @Override
  public void store(int row, float[] state, int offset) {
    System.arraycopy(memory.values, memory.at(row), state, offset, size());
  }

  /// Lets the oldest slot go and takes this step's row.
  void advance(int rowCount) {
    float[] values = memory.values;
    int kept = (steps - 1) * width;
    for (int row = 0; row < rowCount; row++) {
      int at = memory.at(row);
      if (kept > 0) {
        System.arraycopy(values, at + width, values, at, kept);
      }
      System.arraycopy(source.values, source.at(row), values, at + kept, width);
    }
  }
}
