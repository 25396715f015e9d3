package io.eddy.model.network;

import io.eddy.model.distribution.NormalDistribution;
import io.eddy.model.loss.GaussianLoss;
import io.eddy.model.loss.NegativeBinomialLoss;
import io.eddy.model.loss.PinballLoss;
import io.eddy.model.loss.SquaredLoss;
import io.eddy.model.loss.StudentTLoss;
import io.eddy.model.op.Add;
import io.eddy.model.op.Affine;
import io.eddy.model.op.Concatenation;
import io.eddy.model.op.Multiply;
import io.eddy.model.op.NegativeBinomialQuantiles;
import io.eddy.model.op.QuantileFan;
import io.eddy.model.op.Relu;
import io.eddy.model.op.Softplus;
import io.eddy.model.op.StudentTQuantiles;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The equations of a [Head]: from the raw numbers of one member to its answer, from an answer to
/// its loss, and from an averaged answer to quantiles. All values are (T) wide, or whole blocks of
/// it, in units of the running scale around the base forecast unless said otherwise.
sealed interface HeadEquations {

  /// What all heads are read by.
  ///
  /// @param quantiles (Q · T), quantile-major
  /// @param means (T), null if none are forecast
  /// @param center (T), what the base forecast is corrected to
  record Outlook(Value quantiles, @Nullable Value means, Value center) {}

  /// What one member says, in blocks that may be averaged.
  List<Value> answer(ProgramBuilder builder, Value raw);

  /// What a member learns from (1).
  Value loss(ProgramBuilder builder, List<Value> answer, Value target, Value weight);

  Outlook outlook(ProgramBuilder builder, List<Value> answer);

  /// The equations of a spec's head.
  ///
  /// @param anchor what [io.eddy.model.series.CountAnchor] writes; null where there are no counts
  static HeadEquations of(ForecasterSpec spec, @Nullable Value anchor) {
    return switch (spec.head()) {
      case QUANTILES -> new Fan(spec);
      case GAUSSIAN -> new Gaussian(spec);
      case STUDENT_T -> new StudentT(spec);
      case NEGATIVE_BINOMIAL -> {
        if (anchor == null) {
          throw new IllegalStateException("counts need an anchor");
        }
        yield new NegativeBinomial(spec, anchor);
      }
    };
  }

  private static Value block(ProgramBuilder builder, ForecasterSpec spec, Value of, int block) {
    return builder.columns(of, block * spec.horizon(), spec.horizon());
  }

  private static @Nullable Value means(ForecasterSpec spec, Value means) {
    return spec.value() == ForecastValue.MEAN ? means : null;
  }

  /// The quantiles, and a mean that has a loss of its own.
  record Fan(ForecasterSpec spec) implements HeadEquations {

    @Override
    public List<Value> answer(ProgramBuilder builder, Value raw) {
      int count = spec.quantileCount();
      List<Value> answer = new ArrayList<>();
      answer.add(QuantileFan.of(builder, builder.columns(raw, 0, count * spec.horizon()), count));
      if (spec.value() == ForecastValue.MEAN) {
        answer.add(block(builder, spec, raw, count));
      }
      return answer;
    }

    @Override
    public Value loss(ProgramBuilder builder, List<Value> answer, Value target, Value weight) {
      return pinball(builder, spec, outlook(builder, answer), target, weight);
    }

    @Override
    public Outlook outlook(ProgramBuilder builder, List<Value> answer) {
      return new Outlook(
          answer.getFirst(),
          answer.size() > 1 ? answer.get(1) : null,
          block(builder, spec, answer.getFirst(), spec.quantileCount() / 2));
    }
  }

  /// ```
  /// mean      = raw₁
  /// deviation = softplus(raw₂)
  /// ```
  record Gaussian(ForecasterSpec spec) implements HeadEquations {

    @Override
    public List<Value> answer(ProgramBuilder builder, Value raw) {
      return List.of(
          block(builder, spec, raw, 0), Softplus.of(builder, block(builder, spec, raw, 1)));
    }

    @Override
    public Value loss(ProgramBuilder builder, List<Value> answer, Value target, Value weight) {
      return GaussianLoss.of(builder, answer.get(0), answer.get(1), target, weight);
    }

    @Override
    public Outlook outlook(ProgramBuilder builder, List<Value> answer) {
      Value mean = answer.getFirst();
      double[] levels = spec.quantileLevels();
      Value[] quantiles = new Value[levels.length];
      for (int q = 0; q < levels.length; q++) {
        float z = (float) NormalDistribution.quantile(levels[q]);
        quantiles[q] = Add.of(builder, mean, Affine.of(builder, z, answer.get(1), 0));
      }
      return new Outlook(Concatenation.of(builder, quantiles), means(spec, mean), mean);
    }
  }

  /// ```
  /// ν        = 2 + softplus(raw₃)               so that there is a variance
  /// location = raw₁
  /// scale    = softplus(raw₂)
  /// ```
  record StudentT(ForecasterSpec spec) implements HeadEquations {

    private static final float LEAST_DEGREES = 2;

    @Override
    public List<Value> answer(ProgramBuilder builder, Value raw) {
      Value tail = Softplus.of(builder, block(builder, spec, raw, 2));
      return List.of(
          block(builder, spec, raw, 0),
          Softplus.of(builder, block(builder, spec, raw, 1)),
          Affine.of(builder, 1, tail, LEAST_DEGREES));
    }

    @Override
    public Value loss(ProgramBuilder builder, List<Value> answer, Value target, Value weight) {
      return StudentTLoss.of(builder, answer.get(2), answer.get(0), answer.get(1), target, weight);
    }

    @Override
    public Outlook outlook(ProgramBuilder builder, List<Value> answer) {
      Value location = answer.getFirst();
      return new Outlook(
          StudentTQuantiles.of(
              builder, answer.get(2), location, answer.get(1), spec.quantileLevels()),
          means(spec, location),
          location);
    }
  }

  /// Mean and dispersion of the counts themselves, see [io.eddy.model.series.CountAnchor].
  record NegativeBinomial(ForecasterSpec spec, Value anchor) implements HeadEquations {

    private Value base(ProgramBuilder builder) {
      return block(builder, spec, anchor, 1);
    }

    private Value unit(ProgramBuilder builder) {
      return block(builder, spec, anchor, 2);
    }

    @Override
    public List<Value> answer(ProgramBuilder builder, Value raw) {
      Value link = Add.of(builder, block(builder, spec, raw, 0), block(builder, spec, anchor, 0));
      Value dispersion = Softplus.of(builder, block(builder, spec, raw, 1));
      return List.of(
          Multiply.of(builder, Softplus.of(builder, link), unit(builder)),
          Multiply.of(builder, dispersion, block(builder, spec, anchor, 3)));
    }

    @Override
    public Value loss(ProgramBuilder builder, List<Value> answer, Value target, Value weight) {
      // Rounding may leave a count of zero a little below it.
      Value count =
          Relu.of(
              builder, Add.of(builder, Multiply.of(builder, target, unit(builder)), base(builder)));
      return NegativeBinomialLoss.of(builder, answer.get(0), answer.get(1), count, weight);
    }

    @Override
    public Outlook outlook(ProgramBuilder builder, List<Value> answer) {
      List<Value> both =
          NegativeBinomialQuantiles.of(
              builder,
              answer.get(0),
              answer.get(1),
              base(builder),
              unit(builder),
              spec.quantileLevels());
      return new Outlook(both.get(0), means(spec, both.get(1)), both.get(1));
    }
  }

  /// What any head's quantiles and means are judged by.
  static Value pinball(
      ProgramBuilder builder, ForecasterSpec spec, Outlook outlook, Value target, Value weight) {
    double[] levels = spec.quantileLevels();
    float[] rounded = new float[levels.length];
    for (int i = 0; i < levels.length; i++) {
      rounded[i] = (float) levels[i];
    }
    Value loss = PinballLoss.of(builder, outlook.quantiles(), target, weight, rounded);
    Value means = outlook.means();
    return means == null
        ? loss
        : Add.of(builder, loss, SquaredLoss.of(builder, means, target, weight));
  }
}
