package io.eddy.model.sequence;

import io.eddy.model.cell.CellType;
import io.eddy.model.program.ProgramBuilder;

/// The shape of a [SequenceTagger].
///
/// @param wordSize floats per word
/// @param characterSize floats per character
/// @param filterCount floats that a word's characters become
/// @param filterWidth characters that each filter sees
/// @param cell of both directions
/// @param hiddenSize units per layer and direction
/// @param layerCount layers
/// @param dropout share of the words' vectors, of what passes between layers, and of the last
///   layer's output, that training drops
/// @param tagCount tags of a token
/// @param labelCount labels of a whole message; 0 for none
/// @param maxLength tokens of a message at most
/// @param maxWordLength characters of a word at most; of longer ones the middle is left out
public record SequenceTaggerSpec(
    int wordSize,
    int characterSize,
    int filterCount,
    int filterWidth,
    CellType cell,
    int hiddenSize,
    int layerCount,
    float dropout,
    int tagCount,
    int labelCount,
    int maxLength,
    int maxWordLength) {

  public SequenceTaggerSpec {
    ProgramBuilder.require(
        tagCount >= 1 && labelCount >= 0,
        tagCount + " tags and " + labelCount + " labels, expected at least 1 and 0");
    ProgramBuilder.require(
        maxLength >= 1 && maxWordLength >= 2,
        "messages of " + maxLength + " words of " + maxWordLength + " characters, expected 1 of 2");
  }
}
