package io.eddy.model.sequence;

import io.eddy.model.cell.CellType;
import io.eddy.model.program.ProgramBuilder;

/// The shape of a [LanguageModel].
///
/// @param symbols V, symbols that it reads and expects, from 0
/// @param embeddingSize floats per symbol
/// @param cell of every layer
/// @param hiddenSize H, units per layer
/// @param layerCount layers
/// @param dropout share of what goes into the first layer, from layer to layer, and out of the last
///   that training drops
public record LanguageModelSpec(
    int symbols, int embeddingSize, CellType cell, int hiddenSize, int layerCount, float dropout) {

  public LanguageModelSpec {
    ProgramBuilder.require(
        symbols >= 2 && embeddingSize >= 1,
        symbols
            + " symbols, each embedded in "
            + embeddingSize
            + " floats, expected at least 2 in at least 1");
  }
}
