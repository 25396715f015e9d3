package io.eddy.model.cell;

import io.eddy.model.op.Concatenation;
import io.eddy.model.op.Dropout;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import org.jspecify.annotations.Nullable;

/// Layers of one cell on top of each other.
///
/// With shortcuts every layer sees the input beside the layer below, and the output is that of all
/// layers side by side, (L · H) (Graves 2013, equations 1 to 3: his network multiplies each of them
/// with a matrix of its own, which is one product with all).
///
/// @param cell of every layer
/// @param hiddenSize H, units per layer
/// @param layerCount L
/// @param shortcuts from the input to every layer and from every layer to the output
/// @param learnedInitialState whether states start from parameters, else from zeros
/// @param dropout share of what passes from layer to layer that training drops, as in PyTorch's
///   recurrent layers; not after the last
public record Stack(
    Cell cell,
    int hiddenSize,
    int layerCount,
    boolean shortcuts,
    boolean learnedInitialState,
    float dropout) {

  public Stack {
    ProgramBuilder.require(
        hiddenSize >= 1 && layerCount >= 1,
        layerCount + " layers of " + hiddenSize + " units, expected at least 1 of 1");
  }

  /// A plain stack: no shortcuts, states of zeros at first, no dropout.
  public static Stack of(Cell cell, int hiddenSize, int layerCount) {
    return new Stack(cell, hiddenSize, layerCount, false, false, 0);
  }

  /// The same with shortcuts.
  public Stack withShortcuts() {
    return new Stack(cell, hiddenSize, layerCount, true, learnedInitialState, dropout);
  }

  /// The same with learned initial states.
  public Stack withLearnedInitialState() {
    return new Stack(cell, hiddenSize, layerCount, shortcuts, true, dropout);
  }

  /// The same with dropout between layers.
  public Stack withDropout(float share) {
    return new Stack(cell, hiddenSize, layerCount, shortcuts, learnedInitialState, share);
  }

  /// Width of the output.
  public int outputSize() {
    return shortcuts ? layerCount * hiddenSize : hiddenSize;
  }

  /// Traces the stack.
  ///
  /// @param prefix of the parameters' names, such as `rnn.`
  /// @param x (I)
  /// @return ([#outputSize()])
  public Value trace(ProgramBuilder builder, String prefix, Value x) {
    return trace(builder, prefix, x, null);
  }

  /// Traces the stack, with steps that are left out.
  ///
  /// @param prefix of the parameters' names, such as `rnn.`
  /// @param x (I)
  /// @param mask (1), 0 at steps that leave all states as they were; null where there are none
  /// @return ([#outputSize()])
  public Value trace(ProgramBuilder builder, String prefix, Value x, @Nullable Value mask) {
    Value[] outputs = new Value[layerCount];
    Value below = x;
    for (int index = 0; index < layerCount; index++) {
      var layer = new Layer(prefix, index, hiddenSize, learnedInitialState, mask);
      outputs[index] = cell.step(builder, layer, below);
      below = outputs[index];
      if (index < layerCount - 1) {
        below = dropout > 0 ? Dropout.of(builder, below, dropout) : below;
        below = shortcuts ? Concatenation.of(builder, x, below) : below;
      }
    }
    return shortcuts ? Concatenation.of(builder, outputs) : below;
  }
}
