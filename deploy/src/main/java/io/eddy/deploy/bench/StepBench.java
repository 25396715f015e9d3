package io.eddy.deploy.bench;

import io.eddy.model.cell.CellType;
import io.eddy.model.cell.Cells;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Precision;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Value;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// A step of a cell as the stream makes it: one key, 8 and 256 keys at once.
final class StepBench {

  private static final int[][] SIZES = {{8, 32}, {8, 64}, {16, 128}, {32, 256}, {64, 512}};

  private StepBench() {}

  static void run(Sampler sampler, Machine machine, Consumer<Line> lines) {
    for (CellType cell : new CellType[] {CellType.LSTM, CellType.GRU}) {
      for (int[] size : SIZES) {
        for (Precision precision : Precision.values()) {
          lines.accept(line(sampler, machine, cell, size[0], size[1], 1, precision));
        }
      }
      for (int rows : new int[] {8, 256}) {
        lines.accept(line(sampler, machine, cell, 8, 64, rows, Precision.FLOAT32));
        lines.accept(line(sampler, machine, cell, 32, 256, rows, Precision.FLOAT32));
      }
    }
  }

  private static Line line(
      Sampler sampler,
      Machine machine,
      CellType cell,
      int inputs,
      int hidden,
      int rowCount,
      Precision precision) {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", inputs);
    Value out = Cells.stack(builder, cell, "", x, hidden, 1);
    Program program = builder.build();
    Parameters parameters = Parameters.initial(program.parameters(), 1);
    var stepper = new Stepper(program, parameters, rowCount, Kernels.best(), precision);
    fill(stepper.rows(x), rowCount, inputs);
    Sampler.Cost cost = sampler.measure(stepper::step);
    if (!Float.isFinite(stepper.rows(out).values()[0])) {
      throw new IllegalStateException("the step gave " + stepper.rows(out).values()[0]);
    }
    double weights = (double) (inputs + hidden) * hidden * (cell == CellType.LSTM ? 4 : 3);
    double operations = 2 * weights * rowCount;
    double bytes = weights * (precision == Precision.FLOAT32 ? 4 : 2);
    return new Line(
        "step",
        cell.name(),
        inputs + "," + hidden,
        precision.name().toLowerCase(Locale.ROOT),
        rowCount,
        1,
        cost.nanos(),
        null,
        operations / cost.nanos(),
        bytes / cost.nanos(),
        machine.share(operations, bytes, cost.nanos(), 1),
        cost.bytes());
  }

  static void fill(Rows rows, int rowCount, int width) {
    var random = new SplittableRandom(1);
    for (int row = 0; row < rowCount; row++) {
      for (int i = 0; i < width; i++) {
        rows.values()[rows.at(row) + i] = (float) (2 * random.nextDouble() - 1);
      }
    }
  }
}
