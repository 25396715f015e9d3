package io.eddy.model.composition;

import io.eddy.model.loss.ChainLoss;
import io.eddy.model.op.Add;
import io.eddy.model.op.LogProduct;
import io.eddy.model.op.Select;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// A linear-chain conditional random field (Lafferty, McCallum and Pereira 2001) over what a
/// network says of each step: the layer on top of a tagger (Huang et al. 2015, Lample et al. 2016).
///
/// ```
/// score(y) = Σ_t emission_t[y_t] + Σ_t T[y_t, y_t-1]
/// p(y)     = e^score(y) / Σ_y' e^score(y')
/// path_t   = emission_t + ln(e^T · e^path_t-1)            path_0 = emission_0
/// ```
///
/// The sum over all paths is a recurrent step, so it is traced with the network and learns with it;
/// the best path is found by [io.eddy.model.sequence.ViterbiSearch]. There is no score of the first
/// tag and of the last: a network in two directions says that in its emissions.
///
/// Parameter: `transitions` (n, n), row the tag that is entered, column the one that is left.
///
/// @param tags n
public record ConditionalRandomField(int tags) {

  public ConditionalRandomField {
    ProgramBuilder.require(tags >= 1, tags + " tags, expected at least 1");
  }

  /// The scores of transitions, all equal at first.
  ///
  /// @param prefix of the parameter's name, such as `crf.`
  public ParameterSpec transitions(String prefix) {
    return ParameterSpec.table(prefix + "transitions", tags, tags, new Initializer.Zero());
  }

  /// Traces `-ln p(tags)` over messages of different lengths, spread over their rows: the sum of a
  /// message's rows counts.
  ///
  /// @param prefix of the parameter's name, such as `crf.`
  /// @param emission (n)
  /// @param tag the right one; negative behind the message (1)
  /// @param before the right one of the step before; negative at the first step (1)
  /// @param first not 0 at the message's first step (1)
  /// @param last not 0 at its last (1)
  /// @return (1)
  public Value loss(
      ProgramBuilder builder,
      String prefix,
      Value emission,
      Value tag,
      Value before,
      Value first,
      Value last) {
    ParameterSpec transitions = transitions(prefix);
    ProgramBuilder.Feedback paths = builder.feedback("path", tags, 1);
    Value entered = Add.of(builder, LogProduct.of(builder, paths.value(), transitions), emission);
    // What follows a message is never read, as nothing of it reaches the last step's row.
    Value path = Select.of(builder, first, emission, entered);
    paths.close(path);
    return ChainLoss.of(builder, path, emission, tag, before, last, transitions);
  }
}
