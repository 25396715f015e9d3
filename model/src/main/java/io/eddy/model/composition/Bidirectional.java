package io.eddy.model.composition;

import io.eddy.model.cell.Cell;
import io.eddy.model.cell.Layer;
import io.eddy.model.op.Concatenation;
import io.eddy.model.op.Dropout;
import io.eddy.model.op.Reverse;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import org.jspecify.annotations.Nullable;

/// Layers of one cell that see the whole message: each runs forward in time and, with weights of
/// its own, backward, and gives both outputs side by side to the next (Schuster and Paliwal 1997).
/// As PyTorch's recurrent layers with `bidirectional=True`, with their names: `weight_ih_l0` and
/// `weight_ih_l0_reverse`.
///
/// The backward direction is the same cell between two [Reverse]s, so an unroller alone can run it,
/// with a message of each batch entry, from its first step to its last, in one chunk.
///
/// @param cell of every layer and direction
/// @param hiddenSize H, units per layer and direction
/// @param layerCount layers
/// @param learnedInitialState whether states start from parameters, else from zeros
/// @param dropout share of what passes from layer to layer that training drops; not after the last
public record Bidirectional(
    Cell cell, int hiddenSize, int layerCount, boolean learnedInitialState, double dropout) {

  public Bidirectional {
    ProgramBuilder.require(
        hiddenSize >= 1 && layerCount >= 1,
        layerCount + " layers of " + hiddenSize + " units, expected at least 1 of 1");
  }

  /// States of zeros at first, no dropout.
  public static Bidirectional of(Cell cell, int hiddenSize, int layerCount) {
    return new Bidirectional(cell, hiddenSize, layerCount, false, 0);
  }

  /// The same with learned initial states.
  public Bidirectional withLearnedInitialState() {
    return new Bidirectional(cell, hiddenSize, layerCount, true, dropout);
  }

  /// The same with dropout between layers.
  public Bidirectional withDropout(double share) {
    return new Bidirectional(cell, hiddenSize, layerCount, learnedInitialState, share);
  }

  /// Width of the output, 2 H.
  public int outputSize() {
    return 2 * hiddenSize;
  }

  /// Traces the layers over messages that fill the chunk.
  ///
  /// @param prefix of the parameters' names, such as `rnn.`
  /// @param x (I)
  /// @return (2 H), forward, then backward
  public Value trace(ProgramBuilder builder, String prefix, Value x) {
    return traceMasked(builder, prefix, x, null);
  }

  /// Traces the layers over messages of different lengths.
  ///
  /// @param prefix of the parameters' names, such as `rnn.`
  /// @param x (I)
  /// @param mask (1), not 0 from a message's first step to its last
  /// @return (2 H), forward, then backward; of no meaning after the message
  public Value trace(ProgramBuilder builder, String prefix, Value x, Value mask) {
    return traceMasked(builder, prefix, x, mask);
  }

  private Value traceMasked(ProgramBuilder builder, String prefix, Value x, @Nullable Value mask) {
    Value out = x;
    for (int index = 0; index < layerCount; index++) {
      Value below = index == 0 ? out : Dropout.of(builder, out, dropout);
      Value forward = cell.step(builder, layer(prefix, index, false), below);
      Value backward =
          cell.step(builder, layer(prefix, index, true), reverse(builder, below, mask));
      out = Concatenation.of(builder, forward, reverse(builder, backward, mask));
    }
    return out;
  }

  private Layer layer(String prefix, int index, boolean reversed) {
    return new Layer(prefix, index, hiddenSize, learnedInitialState, null, reversed);
  }

  private static Value reverse(ProgramBuilder builder, Value x, @Nullable Value mask) {
    return mask == null ? Reverse.of(builder, x) : Reverse.of(builder, x, mask);
  }
}
