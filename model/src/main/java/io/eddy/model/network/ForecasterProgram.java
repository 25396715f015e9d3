package io.eddy.model.network;

import io.eddy.model.cell.Cells;
import io.eddy.model.loss.PinballLoss;
import io.eddy.model.loss.SquaredLoss;
import io.eddy.model.op.Add;
import io.eddy.model.op.Affine;
import io.eddy.model.op.Linear;
import io.eddy.model.op.QuantileFan;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import io.eddy.model.series.Preparation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The equations of the forecaster, for the stream and, with a loss at their end, for training.
///
/// ```
/// h         = stacked cells over the recurrence's inputs
/// path      = lags, and what the linear path sees of covariates
/// raw       = W_head h + b + W_path path          (Q · T, and T means), zero at the start
/// quantiles = fan of raw                          in units of the running scale, around the base
/// means     = the rest of raw, if means are forecast
/// ```
///
/// Head and path start at zero, so that a fresh network answers the naive forecast and training can
/// only correct it.
///
/// An ensemble has cells and head several times over, from starts of their own, and averages what
/// they answer: quantile by quantile (Vincent 1912; Ratcliff 1979), so that an average of fans that
/// do not cross does not cross. Each member learns from the loss of its own answer, as networks
/// trained one by one would (Lakshminarayanan et al. 2017), but they share the linear path, which
/// is most of the work and where starts make no difference.
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
  /// @param loss (1), what training minimises: the weighted pinball loss of all quantiles and the
  ///   squared error of the means, averaged over the members
  /// @param score (1), the same of the averaged answer: what a version is judged by
  public record Objective(Value target, Value weight, Value loss, Value score) {}

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
    return trace(spec, false, false);
  }

  /// Traces the network alone, with gradients that reach its inputs.
  static ForecasterProgram withInputGradient(ForecasterSpec spec) {
    return trace(spec, false, true);
  }

  /// Traces the network and its pinball loss.
  public static ForecasterProgram withLoss(ForecasterSpec spec) {
    return trace(spec, true, false);
  }

  private static ForecasterProgram trace(
      ForecasterSpec spec, boolean withLoss, boolean withInputGradient) {
    var builder = new ProgramBuilder();
    Preparation preparation = spec.preparation();
    Value inputs =
        withInputGradient
            ? builder.differentiableInput("inputs", preparation.inputSize())
            : builder.input("inputs", preparation.inputSize());
    List<Outlook> members = new ArrayList<>();
    for (Value raw : raw(builder, spec, preparation, inputs)) {
      members.add(Outlook.of(builder, spec, raw));
    }
    Outlook outlook = members.size() == 1 ? members.getFirst() : Outlook.mean(builder, members);
    Objective objective = null;
    if (withLoss) {
      Value target = builder.input("target", spec.horizon());
      Value weight = builder.input("weight", spec.horizon());
      List<Value> losses = new ArrayList<>();
      for (Outlook member : members) {
        losses.add(member.loss(builder, spec, target, weight));
      }
      boolean one = losses.size() == 1;
      objective =
          new Objective(
              target,
              weight,
              one ? losses.getFirst() : mean(builder, losses),
              one ? losses.getFirst() : outlook.loss(builder, spec, target, weight));
    }
    return new ForecasterProgram(
        builder.build(), inputs, outlook.quantiles(), outlook.means(), objective);
  }

  /// What each member's head and the path they share add up to.
  private static List<Value> raw(
      ProgramBuilder builder, ForecasterSpec spec, Preparation preparation, Value inputs) {
    int recurrentSize = preparation.recurrentSize();
    int pathSize = preparation.pathSize();
    Value recurrent = builder.columns(inputs, 0, recurrentSize);
    Value direct = builder.columns(inputs, recurrentSize, pathSize);
    var path =
        ParameterSpec.matrix("path.weight", spec.outlookSize(), pathSize, new Initializer.Zero());
    if (spec.ensemble() == 1) {
      return List.of(Linear.onto(builder, head(builder, spec, "", recurrent), direct, path));
    }
    Value shared = Linear.of(builder, direct, path);
    List<Value> raw = new ArrayList<>();
    for (int member = 0; member < spec.ensemble(); member++) {
      Value own = head(builder, spec, spec.memberPrefix(member), recurrent);
      raw.add(Add.of(builder, own, shared));
    }
    return raw;
  }

  private static Value head(
      ProgramBuilder builder, ForecasterSpec spec, String prefix, Value recurrent) {
    var zero = new Initializer.Zero();
    Value hidden =
        Cells.stack(
            builder, spec.cell(), prefix + "rnn.", recurrent, spec.hiddenSize(), spec.layerCount());
    return Linear.of(
        builder,
        hidden,
        ParameterSpec.matrix(prefix + "head.weight", spec.outlookSize(), spec.hiddenSize(), zero),
        ParameterSpec.vector(prefix + "head.bias", spec.outlookSize(), zero));
  }

  private static Value mean(ProgramBuilder builder, List<Value> values) {
    Value sum = values.getFirst();
    for (Value value : values.subList(1, values.size())) {
      sum = Add.of(builder, sum, value);
    }
    return Affine.of(builder, 1f / values.size(), sum, 0);
  }

  /// What one member answers, or all together.
  private record Outlook(Value quantiles, @Nullable Value means) {

    static Outlook of(ProgramBuilder builder, ForecasterSpec spec, Value raw) {
      int quantileSize = spec.quantileCount() * spec.horizon();
      return new Outlook(
          QuantileFan.of(builder, builder.columns(raw, 0, quantileSize), spec.quantileCount()),
          spec.value() == ForecastValue.MEAN
              ? builder.columns(raw, quantileSize, spec.horizon())
              : null);
    }

    static Outlook mean(ProgramBuilder builder, List<Outlook> members) {
      List<Value> means = members.stream().map(Outlook::means).filter(Objects::nonNull).toList();
      return new Outlook(
          ForecasterProgram.mean(builder, members.stream().map(Outlook::quantiles).toList()),
          means.isEmpty() ? null : ForecasterProgram.mean(builder, means));
    }

    Value loss(ProgramBuilder builder, ForecasterSpec spec, Value target, Value weight) {
      Value loss = PinballLoss.of(builder, quantiles, target, weight, levels(spec));
      return means == null
          ? loss
          : Add.of(builder, loss, SquaredLoss.of(builder, means, target, weight));
    }
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
