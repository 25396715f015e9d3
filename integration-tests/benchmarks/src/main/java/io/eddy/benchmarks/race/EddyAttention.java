package io.eddy.benchmarks.race;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Attend;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Value;
import java.util.Arrays;

/// Eddy's attention over a key's own past, kept in the stepper's state. Unlike its peers it pays
/// for the newest entry, which each step puts in the place of the oldest.
final class EddyAttention extends Contender {

  private final AttentionWork work;
  private final Stepper stepper;
  private final Rows keys;
  private final Rows values;
  private final Rows out;
  private int steps;

  EddyAttention(AttentionWork work) {
    super("Eddy");
    this.work = work;
    var builder = new ProgramBuilder();
    Value query = builder.input("query", AttentionWork.WIDTH);
    Value key = builder.input("key", AttentionWork.WIDTH);
    Value value = builder.input("value", AttentionWork.WIDTH);
    Value context =
        Attend.of(
                builder,
                query,
                builder.pastKeys(key, work.entries),
                builder.past(value, work.entries),
                AttentionWork.HEADS,
                0.125f)
            .context();
    Program program = builder.build();
    stepper = new Stepper(program, Parameters.zeros(program.parameters()), 1, Kernels.best());
    keys = stepper.rows(key);
    values = stepper.rows(value);
    out = stepper.rows(context);
    Rows queries = stepper.rows(query);
    System.arraycopy(work.query, 0, queries.values(), queries.at(0), AttentionWork.WIDTH);
  }

  @Override
  float[] result() {
    steps = 0;
    run(work.entries);
    return Arrays.copyOfRange(out.values(), out.at(0), out.at(0) + AttentionWork.WIDTH);
  }

  @Override
  void run(int repetitions) {
    int width = AttentionWork.WIDTH;
    for (int i = 0; i < repetitions; i++) {
      int at = steps % work.entries * width;
      System.arraycopy(work.keys, at, keys.values(), keys.at(0), width);
      System.arraycopy(work.values, at, values.values(), values.at(0), width);
      stepper.step();
      steps++;
    }
  }
}
