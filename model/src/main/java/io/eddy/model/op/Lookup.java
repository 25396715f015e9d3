package io.eddy.model.op;

import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// Rows of a table by their numbers, PyTorch's `Embedding`: `out = table[id₀], table[id₁], …`, one
/// after the other; `dtable[id] += dout`, in the order of steps, batch entries and columns.
///
/// Numbers are floats that hold integers, exact up to 2²⁴. One that is no row of the table throws
/// [IndexOutOfBoundsException].
///
/// Parameter: the table (rows, width), stored as it is.
public final class Lookup implements Op {

  private static final int NO_PADDING = -1;

  private final int columns;
  private final int tableRows;
  private final int width;
  private final int padding;
  private final String table;

  private Lookup(int columns, ParameterSpec table, int padding) {
    this.columns = columns;
    tableRows = table.outputs();
    width = table.inputs();
    this.padding = padding;
    this.table = table.name();
  }

  /// Looks up each of the ids.
  ///
  /// @param ids (n), integers from 0 to the table's rows, exclusive
  /// @param table (rows, width)
  /// @return (n · width)
  public static Value of(ProgramBuilder builder, Value ids, ParameterSpec table) {
    return trace(builder, ids, table, NO_PADDING);
  }

  /// As [#of(ProgramBuilder, Value, ParameterSpec)]; one row is for padding and is never learned:
  /// PyTorch's `padding_idx`. It keeps what it starts from.
  ///
  /// @param padding its number
  public static Value of(ProgramBuilder builder, Value ids, ParameterSpec table, int padding) {
    ProgramBuilder.require(
        padding >= 0 && padding < table.outputs(),
        "padding is row " + padding + " of " + table.name() + ", which has " + table.outputs());
    return trace(builder, ids, table, padding);
  }

  private static Value trace(ProgramBuilder builder, Value ids, ParameterSpec table, int padding) {
    ProgramBuilder.require(
        table.kind() == ParameterSpec.Kind.TABLE, table.name() + " must be a table");
    return builder
        .node(new Lookup(ids.width(), table, padding))
        .reads(ids)
        .parameters(table)
        .writes(table.name() + ".lookup", ids.width() * table.inputs());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows ids = frame.input(0);
    Rows out = frame.output(0);
    float[] rows = frame.weights(0);
    for (int row = from; row < to; row++) {
      for (int column = 0; column < columns; column++) {
        int id = id(ids, row, column);
        System.arraycopy(rows, id * width, out.values(), out.at(row) + column * width, width);
      }
    }
  }

  private int id(Rows ids, int row, int column) {
    float given = ids.values()[ids.at(row) + column];
    int id = (int) given;
    if (id != given || id < 0 || id >= tableRows) {
      throw new IndexOutOfBoundsException(
          given
              + " is no row of "
              + table
              + ", expected an integer from 0 to "
              + (tableRows - 1)
              + ": was the text encoded with another vocabulary?");
    }
    return id;
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    // Numbers have no gradient.
  }

  @Override
  public void backwardParameters(Frame frame, int from, int to, int part, int parts) {
    Rows ids = frame.input(0);
    Rows out = frame.output(0);
    int first = Team.begin(width, part, parts);
    int count = Team.begin(width, part + 1, parts) - first;
    float[] gradient = frame.weightGradients(0);
    for (int row = from; row < to; row++) {
      for (int column = 0; column < columns; column++) {
        int id = id(ids, row, column);
        if (id != padding) {
          int at = out.at(row) + column * width + first;
          frame.kernels().add(out.gradients(), at, gradient, id * width + first, count);
        }
      }
    }
  }
}
