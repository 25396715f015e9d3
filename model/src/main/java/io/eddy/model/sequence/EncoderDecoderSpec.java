package io.eddy.model.sequence;

import io.eddy.model.attention.Attention;
import io.eddy.model.cell.Cell;
import io.eddy.model.program.ProgramBuilder;

/// The shape of an [EncoderDecoder].
///
/// @param sourceSymbols symbols that the encoder reads, from 0
/// @param targetSymbols symbols that the decoder reads and answers, from 0, start and end among
///   them
/// @param startSymbol that the decoder reads first
/// @param endSymbol that ends an answer
/// @param embeddingSize floats per symbol
/// @param cell of encoder and decoder
/// @param hiddenSize units per layer
/// @param layerCount layers of the encoder and of the decoder
/// @param bidirectional whether the encoder reads in both directions; its states are then twice as
///   wide, and none is handed over
/// @param reading when the decoder looks at the encoder's states
/// @param score how it compares them with its own; additive scores have `hiddenSize` units
/// @param dropout share of the embeddings, and of what passes between layers, that training drops
/// @param maxSourceLength symbols that the encoder reads at most
public record EncoderDecoderSpec(
    int sourceSymbols,
    int targetSymbols,
    int startSymbol,
    int endSymbol,
    int embeddingSize,
    Cell cell,
    int hiddenSize,
    int layerCount,
    boolean bidirectional,
    Reading reading,
    Attention.Score score,
    float dropout,
    int maxSourceLength) {

  /// When a decoder looks at the encoder's states.
  public enum Reading {
    /// Never: it starts from the encoder's last state, and that is all (Sutskever et al. 2014).
    NEVER,
    /// Before its cell, which sees what was read (Bahdanau et al. 2015).
    BEFORE_CELL,
    /// After its cell, whose output is compared (Luong et al. 2015).
    AFTER_CELL
  }

  public EncoderDecoderSpec {
    ProgramBuilder.require(
        sourceSymbols >= 1 && maxSourceLength >= 1 && embeddingSize >= 1,
        sourceSymbols
            + " source symbols in messages of "
            + maxSourceLength
            + ", each embedded in "
            + embeddingSize
            + " floats, expected at least 1 of each");
    ProgramBuilder.require(
        startSymbol >= 0
            && startSymbol < targetSymbols
            && endSymbol >= 0
            && endSymbol < targetSymbols,
        "start "
            + startSymbol
            + " and end "
            + endSymbol
            + " must be among the "
            + targetSymbols
            + " target symbols");
    ProgramBuilder.require(
        !bidirectional || reading != Reading.NEVER,
        "a decoder without attention needs the encoder's last state: use one direction");
  }
}
