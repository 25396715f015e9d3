package io.eddy.model.cell;

import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// Layers of one cell on top of each other; [Stack] has more ways to put them together.
public final class Cells {

  private Cells() {}

  /// A stack of layers of one cell.
  ///
  /// @param prefix of the parameters' names, such as `rnn.`
  /// @param x (I)
  /// @return the last layer's output (H)
  public static Value stack(
      ProgramBuilder builder,
      CellType cell,
      String prefix,
      Value x,
      int hiddenSize,
      int layerCount) {
    return Stack.of(cell.cell(), hiddenSize, layerCount).trace(builder, prefix, x);
  }
}
