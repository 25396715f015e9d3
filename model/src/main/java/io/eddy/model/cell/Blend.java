package io.eddy.model.cell;

import io.eddy.model.op.Add;
import io.eddy.model.op.Affine;
import io.eddy.model.op.Multiply;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// A mean of two values whose weights a gate gives.
final class Blend {

  private Blend() {}

  /// `(1 - share) * from + share * to`.
  static Value of(ProgramBuilder builder, Value share, Value from, Value to) {
    Value rest = Affine.of(builder, -1, share, 1);
    return Add.of(builder, Multiply.of(builder, rest, from), Multiply.of(builder, share, to));
  }
}
