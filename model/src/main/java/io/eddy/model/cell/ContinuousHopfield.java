package io.eddy.model.cell;

import io.eddy.model.op.Attend;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// A Hopfield network of continuous states, whose update is attention over the stored patterns
/// (Ramsauer et al. 2021, equations 2 and 3):
///
/// ```
/// ξ = X softmax(β Xᵀ ξ)
/// E = -1/β log Σ_i e^(β x_i · ξ) + ½ ξ · ξ         falls with every update
/// ```
///
/// The patterns x_i are a memory: an encoder's states, a parameter's rows, or what the caller
/// writes. It keeps exponentially many in the width, and one update comes near the pattern.
///
/// @param beta β: how sharply one pattern is told from another; small ones give means of patterns
/// @param updates how often the state is updated, 1 as a rule
public record ContinuousHopfield(float beta, int updates) {

  public ContinuousHopfield {
    ProgramBuilder.require(
        beta > 0 && updates >= 1,
        updates + " updates with a beta of " + beta + ", expected at least 1, above 0");
  }

  /// Traces the updates.
  ///
  /// @param state ξ (D)
  /// @param patterns X, a memory or a past of width D
  /// @return ξ after them, (D)
  public Value retrieve(ProgramBuilder builder, Value state, Value patterns) {
    Value retrieved = state;
    for (int update = 0; update < updates; update++) {
      retrieved = Attend.of(builder, retrieved, patterns, patterns, 1, beta).context();
    }
    return retrieved;
  }
}
