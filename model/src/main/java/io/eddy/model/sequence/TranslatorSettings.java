package io.eddy.model.sequence;

import io.eddy.model.cell.CellType;
import io.eddy.model.program.ProgramBuilder;

/// What a [TrainedTranslator] is made of and how it learns.
///
/// @param merges of the pieces that words are cut into, of both languages together; 0 for whole
///   words
/// @param embeddingSize floats per piece
/// @param cell of encoder and decoder
/// @param hiddenSize units per direction and layer
/// @param layerCount layers of each
/// @param dropout share of what the network's parts read that training drops
/// @param labelSmoothing share of the target that training spreads over all pieces
/// @param vocabularyMax pieces of a language that have a number at most
/// @param sourceLengthMax pieces of a text that are read at most
/// @param targetLengthMax pieces of a translation at most
/// @param beams that the length penalty is chosen with
/// @param batchSize pairs of an update
/// @param learningRate Adam's rate once it is warm; it falls by a cosine to a fiftieth
/// @param warmUp updates over which the rate rises
/// @param epochs passes over the pairs
/// @param clipNorm greatest norm of all gradients together
/// @param seed of everything that is drawn
public record TranslatorSettings(
    int merges,
    int embeddingSize,
    CellType cell,
    int hiddenSize,
    int layerCount,
    float dropout,
    float labelSmoothing,
    int vocabularyMax,
    int sourceLengthMax,
    int targetLengthMax,
    int beams,
    int batchSize,
    double learningRate,
    int warmUp,
    int epochs,
    double clipNorm,
    long seed) {

  public TranslatorSettings {
    ProgramBuilder.require(
        merges >= 0 && beams >= 1 && warmUp >= 1,
        merges
            + " merges, "
            + beams
            + " beams and "
            + warmUp
            + " updates of warming up, expected at least 0, 1 and 1");
    ProgramBuilder.require(
        vocabularyMax >= 4
            && sourceLengthMax >= 1
            && targetLengthMax >= 1
            && batchSize >= 1
            && epochs >= 1,
        vocabularyMax
            + " pieces, texts of "
            + sourceLengthMax
            + " and translations of "
            + targetLengthMax
            + " of them, batches of "
            + batchSize
            + " and "
            + epochs
            + " epochs, expected at least 4 and 1 of each other");
  }
}
