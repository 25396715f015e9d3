package io.eddy.model.program;

import com.sun.management.ThreadMXBean;
import io.eddy.model.cell.CellType;
import io.eddy.model.cell.Cells;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Attend;
import io.eddy.model.parameter.Parameters;
import java.lang.management.ManagementFactory;

/// Prints what a step allocates once it is warm, state loaded and stored, for each cell with
/// attention over its own past and over a memory; for a JVM of its own.
final class StepperAllocation {

  private static final int STEPS = 1_000;
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private StepperAllocation() {}

  public static void main(String[] arguments) {
    for (CellType cell : CellType.values()) {
      for (Precision precision : Precision.values()) {
        System.out.println(cell + " " + precision + ": " + bytesOnceWarm(cell, precision));
      }
    }
  }

  private static long bytesOnceWarm(CellType cell, Precision precision) {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 5);
    Value memory = builder.memory("memory", 24, 7);
    Value h = Cells.stack(builder, cell, "rnn.", x, 24, 2);
    Attend.of(builder, h, builder.pastKeys(h, 6), builder.past(h, 6), 2, 0.5f);
    Attend.of(builder, h, memory, memory, 2, 0.5f);
    Attend.hard(builder, h, memory, memory, 2, 0.5f);
    Program program = builder.build();
    Parameters parameters = Parameters.initial(program.parameters(), 3);
    var stepper = new Stepper(program, parameters, 1, Kernels.best(), precision);
    stepper.remember();
    float[] state = new float[program.stateSize()];
    stepper.initialState(state, 0);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long start = System.nanoTime();
    long bytes;
    // C2 takes its time, so this repeats until there is nothing, or patience ends.
    do {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int step = 0; step < STEPS; step++) {
        stepper.load(0, state, 0);
        stepper.step();
        stepper.store(0, state, 0);
      }
      bytes = threads.getCurrentThreadAllocatedBytes() - before;
    } while (bytes > 0 && System.nanoTime() - start < PATIENCE_NANOS);
    return bytes;
  }
}
