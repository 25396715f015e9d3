package io.eddy.model.cell;

import io.eddy.model.op.Relu;
import io.eddy.model.op.Sigmoid;
import io.eddy.model.op.Softsign;
import io.eddy.model.op.Tanh;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// What a unit makes of the sum of its inputs.
public enum Transfer {
  /// The sum itself.
  IDENTITY,
  /// The logistic function, `1 / (1 + e^-x)`.
  LOGISTIC,
  /// `max(x, 0)`.
  RELU,
  /// `x / (1 + |x|)`.
  SOFTSIGN,
  /// The hyperbolic tangent.
  TANH;

  /// Traces it.
  Value of(ProgramBuilder builder, Value x) {
    return switch (this) {
      case IDENTITY -> x;
      case LOGISTIC -> Sigmoid.of(builder, x);
      case RELU -> Relu.of(builder, x);
      case SOFTSIGN -> Softsign.of(builder, x);
      case TANH -> Tanh.of(builder, x);
    };
  }
}
