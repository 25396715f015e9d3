package io.eddy.model.attention;

import io.eddy.model.op.Affine;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// Where in its sequence a step stands.
public final class Positions {

  private Positions() {}

  /// Steps since the state began: 0, 1, 2, …, counted in the state itself, so that a key's stream
  /// carries it along. Floats count exactly up to 2²⁴; there it stays.
  ///
  /// @return (1), to be added by [io.eddy.model.op.AttendPositions]
  public static Value counter(ProgramBuilder builder) {
    ProgramBuilder.Feedback before = builder.feedback("position", 1, 1);
    before.close(Affine.of(builder, 1, before.value(), 1));
    return before.value();
  }
}
