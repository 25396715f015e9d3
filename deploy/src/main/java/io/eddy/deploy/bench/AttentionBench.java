package io.eddy.deploy.bench;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Attend;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Precision;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Value;
import java.util.Locale;
import java.util.function.Consumer;

/// A step of attention: one query over a key's own past, which takes this step's key and value in.
final class AttentionBench {

  private static final int[][] HEADS = {{4, 64}, {8, 8}};

  private AttentionBench() {}

  static void run(Sampler sampler, Machine machine, Consumer<Line> lines) {
    for (int[] heads : HEADS) {
      for (int window : new int[] {64, 256, 1024}) {
        lines.accept(line(sampler, machine, heads[0], heads[1], window));
      }
    }
  }

  private static Line line(
      Sampler sampler, Machine machine, int headCount, int headWidth, int window) {
    int width = headCount * headWidth;
    var builder = new ProgramBuilder();
    Value query = builder.input("query", width);
    Value key = builder.input("key", width);
    Value value = builder.input("value", width);
    float scale = (float) (1 / Math.sqrt(headWidth));
    Value context =
        Attend.of(
                builder,
                query,
                builder.pastKeys(key, window),
                builder.past(value, window),
                headCount,
                scale)
            .context();
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    var stepper = new Stepper(program, parameters, 1, Kernels.best());
    StepBench.fill(stepper.rows(query), 1, width);
    StepBench.fill(stepper.rows(key), 1, width);
    StepBench.fill(stepper.rows(value), 1, width);
    for (int step = 0; step < window; step++) {
      stepper.step();
    }
    Sampler.Cost cost = sampler.measure(stepper::step);
    if (!Float.isFinite(stepper.rows(context).values()[0])) {
      throw new IllegalStateException("attention gave " + stepper.rows(context).values()[0]);
    }
    double operations = 4.0 * width * window;
    double bytes = 8.0 * width * window;
    return new Line(
        "attention",
        headCount + " heads of " + headWidth,
        window + " keys",
        Precision.FLOAT32.name().toLowerCase(Locale.ROOT),
        1,
        1,
        cost.nanos(),
        null,
        operations / cost.nanos(),
        bytes / cost.nanos(),
        machine.share(operations, bytes, cost.nanos(), 1),
        cost.bytes());
  }
}
