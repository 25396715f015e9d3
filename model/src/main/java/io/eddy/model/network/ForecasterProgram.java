package io.eddy.model.network;

import io.eddy.model.cell.Cells;
import io.eddy.model.loss.PinballLoss;
import io.eddy.model.loss.SquaredLoss;
import io.eddy.model.op.Add;
import io.eddy.model.op.Linear;
import io.eddy.model.op.QuantileFan;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import io.eddy.model.series.Preparation;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The equations of the forecaster, for the stream and, with a loss at their end, for training.
///
/// ```
/// h         = stacked cells over the recurrence's inputs
/// raw       = W_head h + b + W_path lags          (Q · T, and T means), zero at the start
/// quantiles = fan of raw                          in units of the running scale, around the base
/// means     = the rest of raw, if means are forecast
/// ```
///
/// Head and path start at zero, so that a fresh network answers the naive forecast and training can
/// only correct it.
public final class ForecasterProgram {

  private final Program program;
  private final Value inputs;
  private final Value quantiles;
  private final @Nullable Value means;
  private final @Nullable Objective objective;

  /// What training adds to the network.
  ///
  /// @param target (horizon), what came, in the unit of the quantiles
  /// @param weight (horizon), 1 where the target is known and counts, else 0
  /// @param loss (1), the weighted pinball loss of all quantiles, and the squared error of the
  ///   means
  public record Objective(Value target, Value weight, Value loss) {}

  private ForecasterProgram(
      Program program,
      Value inputs,
      Value quantiles,
      @Nullable Value means,
      @Nullable Objective objective) {
    this.program = program;
    this.inputs = inputs;
    this.quantiles = quantiles;
    this.means = means;
    this.objective = objective;
  }

  /// Traces the network alone.
  public static ForecasterProgram of(ForecasterSpec spec) {
    return trace(spec, false);
  }

  /// Traces the network and its pinball loss.
  public static ForecasterProgram withLoss(ForecasterSpec spec) {
    return trace(spec, true);
  }

  private static ForecasterProgram trace(ForecasterSpec spec, boolean withLoss) {
    var builder = new ProgramBuilder();
    var preparation = new Preparation(spec.series(), spec.lagCount());
    int recurrentSize = preparation.recurrentSize();
    int outputSize = spec.outlookSize();
    var zero = new Initializer.Zero();
    Value inputs = builder.input("inputs", preparation.inputSize());
    Value hidden =
        Cells.stack(
            builder,
            spec.cell(),
            "rnn.",
            builder.columns(inputs, 0, recurrentSize),
            spec.hiddenSize(),
            spec.layerCount());
    Value corrected =
        Linear.of(
            builder,
            hidden,
            ParameterSpec.matrix("head.weight", outputSize, spec.hiddenSize(), zero),
            ParameterSpec.vector("head.bias", outputSize, zero));
    Value raw =
        Linear.onto(
            builder,
            corrected,
            builder.columns(inputs, recurrentSize, spec.lagCount()),
            ParameterSpec.matrix("path.weight", outputSize, spec.lagCount(), zero));
    int quantileSize = spec.quantileCount() * spec.horizon();
    Value quantiles =
        QuantileFan.of(builder, builder.columns(raw, 0, quantileSize), spec.quantileCount());
    Value means =
        spec.value() == ForecastValue.MEAN
            ? builder.columns(raw, quantileSize, spec.horizon())
            : null;
    Objective objective = null;
    if (withLoss) {
      Value target = builder.input("target", spec.horizon());
      Value weight = builder.input("weight", spec.horizon());
      Value loss = PinballLoss.of(builder, quantiles, target, weight, levels(spec));
      if (means != null) {
        loss = Add.of(builder, loss, SquaredLoss.of(builder, means, target, weight));
      }
      objective = new Objective(target, weight, loss);
    }
    return new ForecasterProgram(builder.build(), inputs, quantiles, means, objective);
  }

  private static float[] levels(ForecasterSpec spec) {
    double[] levels = spec.quantileLevels();
    float[] rounded = new float[levels.length];
    for (int i = 0; i < levels.length; i++) {
      rounded[i] = (float) levels[i];
    }
    return rounded;
  }

  public Program program() {
    return program;
  }

  /// What [Preparation#inputs] writes.
  public Value inputs() {
    return inputs;
  }

  /// (quantiles · horizon), quantile-major, in units of the running scale, relative to the base.
  public Value quantiles() {
    return quantiles;
  }

  /// (horizon), in the same units; nothing if no means are forecast.
  public Optional<Value> means() {
    return Optional.ofNullable(means);
  }

  /// What training adds.
  ///
  /// @throws IllegalStateException if the program was traced without a loss
  public Objective objective() {
    if (objective == null) {
      throw new IllegalStateException("this program was traced without a loss");
    }
    return objective;
  }
}
