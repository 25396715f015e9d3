package io.eddy.model.op;

import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// `out = x + position`, a vector for each place in the sequence, as attention alone does not know
/// the order of its entries: sines and cosines (Vaswani et al. 2017, section 3.5), or learned ones.
///
/// ```
/// position(2i) = sin(n / 10000^(2i/E))     position(2i + 1) = cos(n / 10000^(2i/E))
/// ```
///
/// n is the value of an input; for a memory it is the slot. Learned vectors end with their table:
/// places behind its last row take that one.
public final class AttendPositions implements Op {

  /// Sines and cosines up to this place are kept; those behind it are computed every time.
  private static final int KEPT = 1024;

  private final int width;
  private final int slots;
  private final int learned; // rows of the table, 0 for sines
  private final float[] sines; // (KEPT, width)

  private AttendPositions(Value x, int learned) {
    width = x.width();
    slots = x.slots();
    this.learned = learned;
    sines = new float[learned > 0 ? 0 : Math.max(KEPT, slots) * width];
    for (int i = 0; i < sines.length; i++) {
      sines[i] = sine(i / width, i % width, width);
    }
  }

  private static float sine(long n, int element, int width) {
    double angle = n / StrictMath.pow(10000, (element - element % 2) / (double) width);
    return (float) (element % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle));
  }

  /// Adds sines and cosines.
  ///
  /// @param x (E), of every step
  /// @param place n (1)
  public static Value sinusoidal(ProgramBuilder builder, Value x, Value place) {
    checkPlace(place);
    return builder.node(new AttendPositions(x, 0)).reads(x, place).writes("positioned", x.width());
  }

  /// Adds sines and cosines to a memory, n its slot.
  public static Value sinusoidal(ProgramBuilder builder, Value memory) {
    checkMemory(memory);
    return builder
        .node(new AttendPositions(memory, 0))
        .reads(memory)
        .writes("positioned", memory.width());
  }

  /// Adds learned vectors.
  ///
  /// @param x (E), of every step
  /// @param place n (1)
  /// @param table (most places, E)
  public static Value learned(ProgramBuilder builder, Value x, Value place, ParameterSpec table) {
    checkPlace(place);
    checkTable(x, table);
    return builder
        .node(new AttendPositions(x, table.outputs()))
        .reads(x, place)
        .parameters(table)
        .writes("positioned", x.width());
  }

  /// Adds learned vectors to a memory, n its slot.
  public static Value learned(ProgramBuilder builder, Value memory, ParameterSpec table) {
    checkMemory(memory);
    checkTable(memory, table);
    return builder
        .node(new AttendPositions(memory, table.outputs()))
        .reads(memory)
        .parameters(table)
        .writes("positioned", memory.width());
  }

  private static void checkPlace(Value place) {
    ProgramBuilder.require(
        place.width() == 1, place + " is no place in a sequence, expected a width of 1");
  }

  private static void checkMemory(Value memory) {
    ProgramBuilder.require(
        memory.isMemory(), memory + " is no memory: give its places as a value of their own");
  }

  private static void checkTable(Value x, ParameterSpec table) {
    ProgramBuilder.require(
        table.kind() == ParameterSpec.Kind.TABLE && table.inputs() == x.width(),
        table.name() + " must be a table of rows as wide as " + x);
  }

  private int place(Frame frame, int row) {
    if (slots > 0) {
      return row % slots;
    }
    Rows place = frame.input(1);
    return (int) place.values()[place.at(row)];
  }

  private int learnedRow(Frame frame, int row) {
    return Math.clamp(place(frame, row), 0, learned - 1);
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    for (int row = from; row < to; row++) {
      int at = out.at(row);
      System.arraycopy(x.values(), x.at(row), out.values(), at, width);
      if (learned > 0) {
        frame
            .kernels()
            .add(frame.weights(0), learnedRow(frame, row) * width, out.values(), at, width);
        continue;
      }
      int place = place(frame, row);
      if (place >= 0 && place < sines.length / width) {
        frame.kernels().add(sines, place * width, out.values(), at, width);
      } else {
        for (int i = 0; i < width; i++) {
          out.values()[at + i] += sine(place, i, width);
        }
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    if (x.hasGradient()) {
      for (int row = from; row < to; row++) {
        frame.kernels().add(out.gradients(), out.at(row), x.gradients(), x.at(row), width);
      }
    }
  }

  @Override
  public void backwardParameters(Frame frame, int from, int to, int part, int parts) {
    if (learned == 0) {
      return;
    }
    Rows out = frame.output(0);
    int left = Team.begin(width, part, parts);
    int columns = Team.begin(width, part + 1, parts) - left;
    for (int row = from; row < to; row++) {
      frame
          .kernels()
          .add(
              out.gradients(),
              out.at(row) + left,
              frame.weightGradients(0),
              learnedRow(frame, row) * width + left,
              columns);
    }
  }
}
