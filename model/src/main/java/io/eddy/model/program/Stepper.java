package io.eddy.model.program;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;

/// Runs a program one step at a time, for a fixed number of rows (one key each), on buffers made
/// once: the stream's half of the program.
///
/// A step is: write the inputs, [#load] each row's state, [#step()], read the outputs, [#store] the
/// state. Nothing is allocated after construction. One thread at a time.
public final class Stepper {

  private static final float[] NONE = new float[0];

  private final Program program;
  private final Parameters parameters;
  private final int rowCount;
  private final Rows[] rows;
  private final Op[] ops;
  private final Frame[] frames;
  private final DelayLine[] delays;

  /// One delay's memory: `steps` slots of `width` floats per row, oldest first.
  private record DelayLine(Rows memory, Rows source, int width, int steps, int initialParameter) {}

  /// @param parameters weights for the program's parameters, shared and only read
  /// @param rowCount rows per step
  public Stepper(Program program, Parameters parameters, int rowCount, Kernels kernels) {
    checkParameters(program, parameters);
    this.program = program;
    this.parameters = parameters;
    this.rowCount = rowCount;
    rows = new Rows[program.values.size()];
    for (int value = 0; value < rows.length; value++) {
      bind(value);
    }
    ops = new Op[program.nodes.size()];
    frames = new Frame[ops.length];
    for (int i = 0; i < ops.length; i++) {
      Program.Node node = program.nodes.get(i);
      float[][] weights = new float[node.parameters().length][];
      for (int p = 0; p < weights.length; p++) {
        weights[p] = parameters.values(node.parameters()[p]);
      }
      ops[i] = node.op();
      frames[i] =
          new Frame(
              kernels,
              select(node.inputs()),
              select(node.outputs()),
              weights,
              new float[0][],
              new float[0][]);
    }
    delays = delayLines();
  }

  static void checkParameters(Program program, Parameters parameters) {
    if (!program.parameters().equals(parameters.specs())) {
      throw new IllegalArgumentException(
          "the program's parameters are "
              + program.parameters()
              + ", but the weights are for "
              + parameters.specs());
    }
  }

  private Rows bind(int value) {
    if (rows[value] == null) {
      int width = program.values.get(value).width();
      rows[value] =
          switch (program.origins.get(value)) {
            case Program.Origin.Input() -> Rows.withoutGradient(rowCount, width);
            case Program.Origin.Computed(int node) -> Rows.withoutGradient(rowCount, width);
            case Program.Origin.InPlace(int node, int other) -> bind(other);
            case Program.Origin.Columns(int other, int start) -> bind(other).shifted(start);
            case Program.Origin.Delayed(int other, int steps, int initial) ->
                new Rows(new float[rowCount * steps * width], NONE, 0, steps * width);
          };
    }
    return rows[value];
  }

  private DelayLine[] delayLines() {
    java.util.List<DelayLine> lines = new java.util.ArrayList<>();
    for (int value = 0; value < rows.length; value++) {
      if (program.origins.get(value)
          instanceof Program.Origin.Delayed(int source, int steps, int initial)) {
        int width = program.values.get(value).width();
        lines.add(new DelayLine(rows[value], rows[source], width, steps, initial));
      }
    }
    return lines.toArray(DelayLine[]::new);
  }

  private Rows[] select(int[] indices) {
    Rows[] selected = new Rows[indices.length];
    for (int i = 0; i < indices.length; i++) {
      selected[i] = rows[indices[i]];
    }
    return selected;
  }

  /// Where a value's rows lie; inputs are written there, outputs read.
  public Rows rows(Value value) {
    return rows[value.index()];
  }

  /// Writes the state that a row starts from: the learned initial state, else zeros.
  ///
  /// @param state overwritten from `offset` on, [Program#stateSize()] floats
  public void initialState(float[] state, int offset) {
    int at = offset;
    for (DelayLine delay : delays) {
      for (int slot = 0; slot < delay.steps; slot++) {
        if (delay.initialParameter < 0) {
          java.util.Arrays.fill(state, at, at + delay.width, 0);
        } else {
          System.arraycopy(parameters.values(delay.initialParameter), 0, state, at, delay.width);
        }
        at += delay.width;
      }
    }
  }

  /// Takes a row's state from a flat array.
  public void load(int row, float[] state, int offset) {
    int at = offset;
    for (DelayLine delay : delays) {
      int size = delay.steps * delay.width;
      System.arraycopy(state, at, delay.memory.values, delay.memory.at(row), size);
      at += size;
    }
  }

  /// Puts a row's state into a flat array.
  public void store(int row, float[] state, int offset) {
    int at = offset;
    for (DelayLine delay : delays) {
      int size = delay.steps * delay.width;
      System.arraycopy(delay.memory.values, delay.memory.at(row), state, at, size);
      at += size;
    }
  }

  /// One step of all rows.
  public void step() {
    for (int i = 0; i < ops.length; i++) {
      ops[i].forward(frames[i], 0, rowCount);
    }
    for (DelayLine delay : delays) {
      float[] memory = delay.memory.values;
      int kept = (delay.steps - 1) * delay.width;
      for (int row = 0; row < rowCount; row++) {
        int at = delay.memory.at(row);
        if (kept > 0) {
          System.arraycopy(memory, at + delay.width, memory, at, kept);
        }
        System.arraycopy(delay.source.values, delay.source.at(row), memory, at + kept, delay.width);
      }
    }
  }
}
