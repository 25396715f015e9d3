package io.eddy.model.sequence;

import io.eddy.model.attention.Attention;
import io.eddy.model.cell.Cell;
import io.eddy.model.program.ProgramBuilder;

/// The shape of an [EncoderDecoder].
///
/// @param source what the encoder reads
/// @param maxSourceLength symbols or vectors that the encoder reads at most
/// @param targetSymbols symbols that the decoder reads and answers, from 0, start and end among
///   them
/// @param startSymbol that the decoder reads first
/// @param endSymbol that ends an answer
/// @param embeddingSize floats per symbol
/// @param cell of the decoder, and of an encoder that reads symbols
/// @param hiddenSize units per layer, and width of a projected vector
/// @param layerCount layers of the decoder, and of an encoder that reads symbols
/// @param reading when the decoder looks at the encoder's states
/// @param score how it compares them with its own; additive scores have `hiddenSize` units
/// @param dropout share that training drops of the embeddings, of what passes between layers, of
///   the encoder's states and of what the output layer reads
/// @param labelSmoothing share of the target that training spreads over all symbols, see
///   [io.eddy.model.loss.CrossEntropyLoss]
public record EncoderDecoderSpec(
    Source source,
    int maxSourceLength,
    int targetSymbols,
    int startSymbol,
    int endSymbol,
    int embeddingSize,
    Cell cell,
    int hiddenSize,
    int layerCount,
    Reading reading,
    Attention.Score score,
    float dropout,
    float labelSmoothing) {

  /// What an encoder reads.
  public sealed interface Source {

    /// Numbers of an element.
    int width();

    /// Symbols in their order, each embedded, then read by layers of the cell.
    ///
    /// @param count symbols, from 0
    /// @param bidirectional whether they are read in both directions; the states are then twice as
    ///   wide, and the decoder starts from what was read backward
    record Symbols(int count, boolean bidirectional) implements Source {

      @Override
      public int width() {
        return 1;
      }
    }

    /// Vectors in no order, such as an image's regions, each projected by itself; where they lie,
    /// they say themselves. Nothing is handed over.
    ///
    /// @param width numbers of a vector
    record Vectors(int width) implements Source {}
  }

  /// When a decoder looks at the encoder's states.
  public enum Reading {
    /// Never: it starts from the encoder's last state, and that is all (Sutskever et al. 2014).
    NEVER,
    /// Before its cell, which sees what was read (Bahdanau et al. 2015; of images Xu et al. 2015).
    BEFORE_CELL,
    /// After its cell, whose output is compared (Luong et al. 2015).
    AFTER_CELL
  }

  public EncoderDecoderSpec {
    int given =
        switch (source) {
          case Source.Symbols(int count, boolean bidirectional) -> count;
          case Source.Vectors(int width) -> width;
        };
    ProgramBuilder.require(
        given >= 1 && maxSourceLength >= 1 && embeddingSize >= 1,
        source
            + " in messages of "
            + maxSourceLength
            + ", symbols embedded in "
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
        reading != Reading.NEVER
            || (source instanceof Source.Symbols symbols && !symbols.bidirectional()),
        "a decoder without attention needs the encoder's last state: use one direction");
  }

  /// Width of the encoder's states.
  int memoryWidth() {
    return switch (source) {
      case Source.Symbols(int count, boolean bidirectional) -> hiddenSize * (bidirectional ? 2 : 1);
      case Source.Vectors(int width) -> hiddenSize;
    };
  }
}
