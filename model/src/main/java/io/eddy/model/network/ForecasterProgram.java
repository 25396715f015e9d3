package io.eddy.model.network;

import io.eddy.model.cell.Cells;
import io.eddy.model.op.Add;
import io.eddy.model.op.Affine;
import io.eddy.model.op.Concatenation;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Lookup;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import io.eddy.model.series.CountAnchor;
import io.eddy.model.series.EmbeddingSpec;
import io.eddy.model.series.Preparation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The equations of the forecaster, for the stream and, with a loss at their end, for training.
///
/// ```
/// e         = table[row of the category]          zero at the start, if there is a category
/// h         = stacked cells over the recurrence's inputs and e
/// path      = lags, what the linear path sees of covariates, and e
/// raw       = W_head h + b + W_path path          zero at the start
/// answer    = what the head makes of raw          quantiles, or a distribution's parameters
/// quantiles = of the answer                       in units of the running scale, around the base
/// means     = of the answer, if means are forecast
/// ```
///
/// What a category is embedded in reaches the forecast both ways: it changes how the recurrence
/// reads a series, and by the path it is a constant of its own for each quantile and step ahead.
/// Its row of zeros, which is never learned, is that of unknown ones ([EmbeddingSpec]).
///
/// Head and path start at zero, so that a fresh network answers the base forecast and training can
/// only correct it.
///
/// An ensemble has cells and head several times over, from starts of their own, and averages what
/// they answer: quantile by quantile (Vincent 1912; Ratcliff 1979), so that an average of fans that
/// do not cross does not cross; of a distribution the parameters, which for a location and a scale
/// is the same. Each member learns from the loss of its own answer, as networks trained one by one
/// would (Lakshminarayanan et al. 2017), but they share the linear path, which is most of the work
/// and where starts make no difference.
public final class ForecasterProgram {

  private final Program program;
  private final Value inputs;
  private final @Nullable Value anchor;
  private final List<Value> distribution;
  private final HeadEquations.Outlook outlook;
  private final @Nullable Objective objective;

  /// What training adds to the network.
  ///
  /// @param target (horizon), what came, in the unit of the quantiles
  /// @param weight (horizon), 1 where the target is known and counts, else 0
  /// @param loss (1), what training minimises, averaged over the members: the weighted pinball loss
  ///   of all quantiles and the squared error of the means, or a distribution's negative
  ///   log-likelihood
  /// @param terms that the loss adds up for every target: quantiles, or 1
  /// @param score (1), the pinball loss of the averaged answer's quantiles and the squared error of
  ///   its means: what a version is judged by, whatever its head
  public record Objective(Value target, Value weight, Value loss, int terms, Value score) {}

  private ForecasterProgram(
      Program program,
      Value inputs,
      @Nullable Value anchor,
      List<Value> distribution,
      HeadEquations.Outlook outlook,
      @Nullable Objective objective) {
    this.program = program;
    this.inputs = inputs;
    this.anchor = anchor;
    this.distribution = List.copyOf(distribution);
    this.outlook = outlook;
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

  /// Traces the network and its loss.
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
    Value anchor =
        spec.head() == Head.NEGATIVE_BINOMIAL
            ? builder.input("anchor", CountAnchor.size(spec.horizon()))
            : null;
    HeadEquations head = HeadEquations.of(spec, anchor);
    List<List<Value>> members = new ArrayList<>();
    for (Value raw : raw(builder, spec, preparation, inputs)) {
      members.add(head.answer(builder, raw));
    }
    List<Value> answer = mean(builder, members);
    HeadEquations.Outlook outlook = head.outlook(builder, answer);
    Objective objective = null;
    if (withLoss) {
      Value target = builder.input("target", spec.horizon());
      Value weight = builder.input("weight", spec.horizon());
      List<List<Value>> losses = new ArrayList<>();
      for (List<Value> member : members) {
        losses.add(List.of(head.loss(builder, member, target, weight)));
      }
      Value loss = mean(builder, losses).getFirst();
      boolean judgedByLoss = members.size() == 1 && !spec.head().isLikelihood();
      objective =
          new Objective(
              target,
              weight,
              loss,
              spec.head().isLikelihood() ? 1 : spec.quantileCount(),
              judgedByLoss ? loss : HeadEquations.pinball(builder, spec, outlook, target, weight));
    }
    return new ForecasterProgram(
        builder.build(),
        inputs,
        anchor,
        spec.head().isLikelihood() ? answer : List.of(),
        outlook,
        objective);
  }

  /// What each member's head and the path they share add up to.
  private static List<Value> raw(
      ProgramBuilder builder, ForecasterSpec spec, Preparation preparation, Value inputs) {
    int recurrentSize = preparation.recurrentSize();
    int numbers = recurrentSize - preparation.categorySize();
    Value recurrent = builder.columns(inputs, 0, numbers);
    Value direct = builder.columns(inputs, recurrentSize, preparation.pathSize());
    EmbeddingSpec embedding = spec.series().covariates().embedding();
    if (embedding != null) {
      Value row = builder.columns(inputs, numbers, preparation.categorySize());
      Value embedded = embedded(builder, row, embedding);
      recurrent = Concatenation.of(builder, recurrent, embedded);
      direct = Concatenation.of(builder, direct, embedded);
    }
    var path =
        ParameterSpec.matrix(
            "path.weight", spec.headSize(), direct.width(), new Initializer.Zero());
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

  private static Value embedded(ProgramBuilder builder, Value row, EmbeddingSpec embedding) {
    var table =
        ParameterSpec.table(
            "embedding.weight", embedding.rows(), embedding.size(), new Initializer.Zero());
    return Lookup.of(builder, row, table, EmbeddingSpec.UNKNOWN);
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
        ParameterSpec.matrix(prefix + "head.weight", spec.headSize(), spec.hiddenSize(), zero),
        ParameterSpec.vector(prefix + "head.bias", spec.headSize(), zero));
  }

  /// The average over the members of each of the values that they have.
  private static List<Value> mean(ProgramBuilder builder, List<List<Value>> members) {
    if (members.size() == 1) {
      return members.getFirst();
    }
    List<Value> means = new ArrayList<>();
    for (int i = 0; i < members.getFirst().size(); i++) {
      Value sum = members.getFirst().get(i);
      for (List<Value> member : members.subList(1, members.size())) {
        sum = Add.of(builder, sum, member.get(i));
      }
      means.add(Affine.of(builder, 1f / members.size(), sum, 0));
    }
    return means;
  }

  public Program program() {
    return program;
  }

  /// What [Preparation#inputs] writes.
  public Value inputs() {
    return inputs;
  }

  /// What [CountAnchor] writes; nothing for heads that need no anchor.
  public Optional<Value> anchor() {
    return Optional.ofNullable(anchor);
  }

  /// (quantiles · horizon), quantile-major, in units of the running scale, relative to the base.
  public Value quantiles() {
    return outlook.quantiles();
  }

  /// (horizon), in the same units; nothing if no means are forecast.
  public Optional<Value> means() {
    return Optional.ofNullable(outlook.means());
  }

  /// (horizon), in the same units: what the base forecast is corrected to, the median, or a
  /// distribution's location, or the mean of a count.
  public Value center() {
    return outlook.center();
  }

  /// The parameters of the distribution of every step ahead, (horizon) each, in the order of the
  /// head's documentation; nothing if the head answers quantiles.
  ///
  /// ```
  /// gaussian            mean, deviation                  in units of the scale, around the base
  /// student-t           location, scale, ν               the first two in those units
  /// negative-binomial   μ, α                             of the counts themselves
  /// ```
  public List<Value> distribution() {
    return distribution;
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
