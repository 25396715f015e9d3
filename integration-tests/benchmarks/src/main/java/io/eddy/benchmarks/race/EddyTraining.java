package io.eddy.benchmarks.race;

import io.eddy.model.cell.CellType;
import io.eddy.model.cell.Cells;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.loss.CrossEntropyLoss;
import io.eddy.model.loss.SquaredLoss;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Lookup;
import io.eddy.model.optimizer.Gradients;
import io.eddy.model.optimizer.Optimizer;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.Arrays;

/// Eddy's update: the unroller and Adam, as the trainer runs them.
final class EddyTraining extends Contender {

  private static final int ROWS = TrainingWork.STEPS * TrainingWork.BATCH;

  private final TrainingWork work;
  private final Team team;
  private final Kernels kernels = Kernels.best();
  private final Parameters parameters;
  private final Unroller unroller;
  private final Value loss;
  private Optimizer optimizer;

  EddyTraining(TrainingWork work, int threads) {
    super("Eddy");
    this.work = work;
    team = new Team(threads);
    var builder = new ProgramBuilder();
    Value input = builder.input("input", work.isLanguageModel() ? 1 : work.inputSize);
    Value target = builder.input("target", 1);
    Value weight = builder.input("weight", 1);
    Value x = work.isLanguageModel() ? Lookup.of(builder, input, embedding(work)) : input;
    Value hidden = Cells.stack(builder, CellType.LSTM, "", x, work.hiddenSize, 1);
    Value out =
        Linear.of(
            builder,
            hidden,
            ParameterSpec.matrix(
                "head.weight", work.outputSize, work.hiddenSize, new Initializer.Zero()),
            ParameterSpec.vector("head.bias", work.outputSize, new Initializer.Zero()));
    loss =
        work.isLanguageModel()
            ? CrossEntropyLoss.of(builder, out, target, weight, 0)
            : SquaredLoss.of(builder, out, target, weight);
    Program program = builder.build();
    parameters = Parameters.zeros(program.parameters());
    optimizer = adam();
    unroller =
        new Unroller(program, parameters, TrainingWork.STEPS, TrainingWork.BATCH, kernels, team);
    write(input, work.input);
    write(target, work.target);
    float[] ones = new float[ROWS];
    Arrays.fill(ones, 1);
    write(weight, ones);
  }

  private static ParameterSpec embedding(TrainingWork work) {
    return ParameterSpec.table(
        "embedding.weight", work.vocabulary, work.inputSize, new Initializer.Zero());
  }

  private void write(Value value, float[] values) {
    Rows rows = unroller.rows(value);
    int width = values.length / ROWS;
    for (int row = 0; row < ROWS; row++) {
      System.arraycopy(values, row * width, rows.values(), rows.at(row), width);
    }
  }

  private Optimizer adam() {
    return new Optimizer(OptimizerSettings.Adam.defaults(), parameters, kernels);
  }

  /// Rounding grows with every update.
  @Override
  float tolerance() {
    return 1e-4f;
  }

  @Override
  float[] result() {
    work.weights.forEach((name, weight) -> EddyCell.set(parameters, name, weight.values()));
    optimizer = adam();
    float[] losses = new float[TrainingWork.UPDATES];
    for (int i = 0; i < losses.length; i++) {
      run(1);
      losses[i] = meanLoss();
    }
    return losses;
  }

  /// Of the last update, before its step.
  private float meanLoss() {
    Rows rows = unroller.rows(loss);
    double sum = 0;
    for (int row = 0; row < ROWS; row++) {
      sum += rows.values()[rows.at(row)];
    }
    return (float) (sum / ROWS);
  }

  @Override
  void run(int repetitions) {
    for (int i = 0; i < repetitions; i++) {
      Gradients.clear(unroller.gradients());
      for (int row = 0; row < TrainingWork.BATCH; row++) {
        unroller.reset(row);
      }
      unroller.forward(TrainingWork.STEPS);
      unroller.backward(loss, 1f / ROWS);
      optimizer.begin(TrainingWork.LEARNING_RATE);
      team.run(part -> optimizer.step(unroller.gradients(), part, team.size()));
    }
  }

  @Override
  public void close() {
    team.close();
  }
}
