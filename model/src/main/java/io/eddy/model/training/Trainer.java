package io.eddy.model.training;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.GlobalNorm;
import io.eddy.model.optimizer.Gradients;
import io.eddy.model.optimizer.Optimizer;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;

/// Updates the weights of any program that ends in a loss: forward, backward, clip, step.
///
/// The caller writes a chunk's inputs into the [#unroller]'s rows, calls [#update], and says by
/// [Unroller#carry()] or [Unroller#reset] where the next chunk begins. Truncated back-propagation
/// through time with k1 steps between updates and k2 that gradients flow back (Williams and Peng
/// 1990) is: chunks of k2 steps, whose loss counts the last k1, and `carry(k1)` after each.
///
/// Deterministic: equal data, weights, settings and calls give equal weights, to the bit, whatever
/// the team's size. One caller at a time.
public final class Trainer {

  private final Parameters parameters;
  private final Value loss;
  private final int rowCount;
  private final UpdateSettings settings;
  private final Kernels kernels;
  private final Team team;
  private final Unroller unroller;
  private Optimizer optimizer;
  private final GlobalNorm norm;

  /// On the caller's thread alone.
  ///
  /// @param parameters that updates change
  /// @param loss a value of width 1; its sum over all rows, scaled, is minimised
  /// @param maxSteps greatest number of steps of one chunk
  /// @param rowCount batch entries
  public Trainer(
      Program program,
      Parameters parameters,
      Value loss,
      int maxSteps,
      int rowCount,
      UpdateSettings settings) {
    this(program, parameters, loss, maxSteps, rowCount, settings, Kernels.best(), new Team(1));
  }

  /// As above, on the threads of a team, which the caller closes.
  public Trainer(
      Program program,
      Parameters parameters,
      Value loss,
      int maxSteps,
      int rowCount,
      UpdateSettings settings,
      Kernels kernels,
      Team team) {
    if (loss.width() != 1 || loss.isMemory()) {
      throw new IllegalArgumentException(loss + " is no loss: expected one number for every step");
    }
    this.parameters = parameters;
    this.loss = loss;
    this.rowCount = rowCount;
    this.settings = settings;
    this.kernels = kernels;
    this.team = team;
    unroller = new Unroller(program, parameters, maxSteps, rowCount, kernels, team);
    optimizer = newOptimizer();
    norm = new GlobalNorm(unroller.gradients(), kernels);
  }

  private Optimizer newOptimizer() {
    return new Optimizer(settings.optimizer(), parameters, settings.frozen(), kernels);
  }

  /// Where inputs are written and outputs read.
  public Unroller unroller() {
    return unroller;
  }

  /// What changes the weights; its moments are part of a training that goes on later.
  public Optimizer optimizer() {
    return optimizer;
  }

  /// Forgets the optimiser's moments, for weights that were set back.
  public void resetOptimizer() {
    optimizer = newOptimizer();
  }

  /// One update from the chunk that stands in the unroller's inputs.
  ///
  /// @param steps of the chunk
  /// @param scale what the sum of all losses is multiplied by, such as 1 / their number
  /// @param learningRate of this update
  /// @return the sum of all losses, unscaled, without the penalty
  public double update(int steps, float scale, double learningRate) {
    Parameters gradients = unroller.gradients();
    Gradients.clear(gradients);
    unroller.forward(steps, settings.seed() + 31 * optimizer.stepCount());
    unroller.backward(loss, scale);
    settings.penalty().addGradient(parameters, gradients, kernels);
    optimizer.clearFrozen(gradients);
    if (settings.clipValue() < Double.POSITIVE_INFINITY) {
      Gradients.clipByValue(gradients, settings.clipValue());
    }
    if (settings.clipNorm() < Double.POSITIVE_INFINITY) {
      team.run(part -> norm.measure(part, team.size()));
      team.run(part -> norm.clip(settings.clipNorm(), part, team.size()));
    }
    optimizer.begin(learningRate);
    team.run(part -> optimizer.step(gradients, part, team.size()));
    return lossSum(steps);
  }

  /// The sum of all losses of a chunk as the stream would answer it; nothing is learned.
  ///
  /// @param steps of the chunk
  public double evaluate(int steps) {
    unroller.forward(steps);
    return lossSum(steps);
  }

  private double lossSum(int steps) {
    Rows rows = unroller.rows(loss);
    double sum = 0;
    for (int row = 0; row < steps * rowCount; row++) {
      sum += rows.values()[rows.at(row)];
    }
    return sum;
  }
}
