package io.eddy.model.cell;

import io.eddy.model.op.Select;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import org.jspecify.annotations.Nullable;

/// A layer that a [Cell] traces: how its parameters are named, how wide it is, and how it keeps its
/// state.
///
/// @param prefix of the parameters' names, such as `rnn.`
/// @param index of the layer in its stack, from 0; ends the parameters' names
/// @param hiddenSize H, width of the output
/// @param learnedInitialState whether the state starts from parameters (`initial_…`), else from
///   zeros
/// @param mask (1), 0 at steps that leave the state, and so the output, as it was; null where there
///   are none
/// @param reversed whether it runs backward in time: then its parameters' names end with `_reverse`
public record Layer(
    String prefix,
    int index,
    int hiddenSize,
    boolean learnedInitialState,
    @Nullable Value mask,
    boolean reversed) {

  public Layer {
    ProgramBuilder.require(
        index >= 0 && hiddenSize >= 1,
        "layer " + index + " of " + hiddenSize + " units, expected at least 0 and 1");
    ProgramBuilder.require(
        mask == null || mask.width() == 1, mask + " must be of width 1: whether the step counts");
  }

  /// A layer that runs forward in time.
  public Layer(
      String prefix, int index, int hiddenSize, boolean learnedInitialState, @Nullable Value mask) {
    this(prefix, index, hiddenSize, learnedInitialState, mask, false);
  }

  /// The first layer, of zeros at first and without a mask.
  public static Layer of(String prefix, int hiddenSize) {
    return new Layer(prefix, 0, hiddenSize, false, null);
  }

  /// A matrix (gates · H, inputs), each gate by Glorot and Bengio.
  ParameterSpec inputWeight(String name, int gates, int inputs) {
    return ParameterSpec.matrix(
        name(name), gates * hiddenSize, inputs, new Initializer.Xavier(gates));
  }

  /// A matrix (gates · H, H), each gate orthogonal.
  ParameterSpec hiddenWeight(String name, int gates) {
    return ParameterSpec.matrix(
        name(name), gates * hiddenSize, hiddenSize, new Initializer.Orthogonal(gates));
  }

  /// A vector (gates · H) of zeros.
  ParameterSpec bias(String name, int gates) {
    return bias(name, gates, new Initializer.Zero());
  }

  /// A vector (gates · H).
  ParameterSpec bias(String name, int gates, Initializer initializer) {
    return ParameterSpec.vector(name(name), gates * hiddenSize, initializer);
  }

  /// A parameter's name in this layer.
  String name(String parameter) {
    return prefix + parameter + "_l" + index + (reversed ? "_reverse" : "");
  }

  /// The state of the step before, to be closed by [#keep].
  ProgramBuilder.Feedback state(ProgramBuilder builder, String name, int width) {
    return state(builder, name, width, new Initializer.Zero());
  }

  /// The state of the step before, to be closed by [#keep].
  ///
  /// @param initial what a learned initial state starts from
  ProgramBuilder.Feedback state(
      ProgramBuilder builder, String name, int width, Initializer initial) {
    return learnedInitialState
        ? builder.feedback(name, ParameterSpec.vector(name("initial_" + name), width, initial), 1)
        : builder.feedback(name, width, 1);
  }

  /// Names the state after the step.
  ///
  /// @return `after`, or what was before at steps that the mask leaves out
  Value keep(ProgramBuilder builder, ProgramBuilder.Feedback state, Value after) {
    Value kept = mask == null ? after : Select.of(builder, mask, after, state.value());
    state.close(kept);
    return kept;
  }
}
