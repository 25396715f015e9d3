package io.eddy.deploy.bench;

import io.eddy.model.cell.CellType;
import io.eddy.model.cell.Cells;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.loss.CrossEntropyLoss;
import io.eddy.model.loss.SquaredLoss;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Lookup;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import io.eddy.model.training.Trainer;
import io.eddy.model.training.UpdateSettings;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// An update of training over 32 sequences of 64 steps: forward, backward, Adam.
final class TrainBench {

  private static final int SEQUENCES = 32;
  private static final int STEPS = 64;
  private static final int SYMBOLS = 65;
  private static final int EMBEDDING = 64;

  private TrainBench() {}

  /// A network with its loss and how many multiply-adds one row costs, forward.
  private record Example(
      Program program, Value input, Value target, Value weight, Value loss, double weights) {}

  static void run(Sampler sampler, Machine machine, Consumer<Line> lines) {
    for (int threads : new int[] {1, 2}) {
      for (int hidden : new int[] {64, 128, 256}) {
        lines.accept(line(sampler, machine, "LSTM", "8," + hidden, regression(8, hidden), threads));
      }
      for (int hidden : new int[] {128, 512}) {
        String shape = SYMBOLS + "-" + EMBEDDING + "-" + hidden + "-" + SYMBOLS;
        lines.accept(line(sampler, machine, "characters", shape, characters(hidden), threads));
      }
    }
  }

  private static Example regression(int inputs, int hidden) {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", inputs);
    Value target = builder.input("target", 1);
    Value weight = builder.input("weight", 1);
    Value h = Cells.stack(builder, CellType.LSTM, "rnn.", x, hidden, 1);
    Value loss = SquaredLoss.of(builder, head(builder, h, 1), target, weight);
    double weights = (inputs + hidden) * 4.0 * hidden + hidden;
    return new Example(builder.build(), x, target, weight, loss, weights);
  }

  private static Example characters(int hidden) {
    var builder = new ProgramBuilder();
    Value symbol = builder.input("symbol", 1);
    Value target = builder.input("target", 1);
    Value weight = builder.input("weight", 1);
    var table =
        ParameterSpec.table("embedding.weight", SYMBOLS, EMBEDDING, new Initializer.Normal(1));
    Value x = Lookup.of(builder, symbol, table);
    Value h = Cells.stack(builder, CellType.LSTM, "rnn.", x, hidden, 1);
    Value loss = CrossEntropyLoss.of(builder, head(builder, h, SYMBOLS), target, weight, 0);
    double weights = (EMBEDDING + hidden) * 4.0 * hidden + (double) hidden * SYMBOLS;
    return new Example(builder.build(), symbol, target, weight, loss, weights);
  }

  private static Value head(ProgramBuilder builder, Value h, int outputs) {
    return Linear.of(
        builder,
        h,
        ParameterSpec.matrix("head.weight", outputs, h.width(), new Initializer.Xavier(1)),
        ParameterSpec.vector("head.bias", outputs, new Initializer.Zero()));
  }

  private static Line line(
      Sampler sampler, Machine machine, String work, String shape, Example example, int threads) {
    Program program = example.program();
    Parameters parameters = Parameters.initial(program.parameters(), 1);
    try (var team = new Team(threads)) {
      var trainer =
          new Trainer(
              program,
              parameters,
              example.loss(),
              STEPS,
              SEQUENCES,
              UpdateSettings.of(OptimizerSettings.Adam.defaults()),
              Kernels.best(),
              team);
      boolean symbols = example.input().width() == 1;
      fill(trainer.unroller().rows(example.input()), example.input().width(), symbols);
      fill(trainer.unroller().rows(example.target()), 1, symbols);
      Rows counted = trainer.unroller().rows(example.weight());
      for (int row = 0; row < STEPS * SEQUENCES; row++) {
        counted.values()[counted.at(row)] = 1;
      }
      float seed = 1f / (STEPS * SEQUENCES);
      Sampler.Cost cost = sampler.measure(() -> trainer.update(STEPS, seed, 1e-3));
      double rows = (double) SEQUENCES * STEPS;
      double operations = 3 * 2 * example.weights() * rows;
      return new Line(
          "train",
          work,
          shape,
          "float32",
          SEQUENCES,
          threads,
          cost.nanos(),
          rows / (cost.nanos() * 1e-9),
          operations / cost.nanos(),
          0,
          machine.share(operations, 0, cost.nanos(), threads),
          cost.bytes());
    }
  }

  private static void fill(Rows rows, int width, boolean symbols) {
    var random = new SplittableRandom(1);
    for (int row = 0; row < STEPS * SEQUENCES; row++) {
      for (int i = 0; i < width; i++) {
        rows.values()[rows.at(row) + i] =
            symbols ? random.nextInt(SYMBOLS) : (float) (2 * random.nextDouble() - 1);
      }
    }
  }
}
