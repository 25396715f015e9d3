package io.eddy.model.sequence;

import io.eddy.model.cell.CellType;
import io.eddy.model.program.ProgramBuilder;

/// The shape of a [SequenceClassifier].
///
/// @param symbols V, symbols of messages, from 0
/// @param pairs P, pairs of neighbouring symbols that have a number, from 1; 0 is any other
/// @param classes C
/// @param embeddingSize floats per symbol
/// @param cell of both directions
/// @param hiddenSize H, units per direction; 0 for the linear path alone
/// @param dropout share of embeddings and of what the message is summed up in that training drops
/// @param maxLength symbols of a message at most
public record SequenceClassifierSpec(
    int symbols,
    int pairs,
    int classes,
    int embeddingSize,
    CellType cell,
    int hiddenSize,
    float dropout,
    int maxLength) {

  public SequenceClassifierSpec {
    ProgramBuilder.require(
        symbols >= 1 && pairs >= 1 && embeddingSize >= 1 && hiddenSize >= 0 && maxLength >= 1,
        symbols
            + " symbols, "
            + pairs
            + " pairs, embeddings of "
            + embeddingSize
            + ", "
            + hiddenSize
            + " units and messages of up to "
            + maxLength
            + ", expected at least 1 of each, 0 units for the linear path alone");
    ProgramBuilder.require(classes >= 2, classes + " classes, expected at least 2");
  }
}
