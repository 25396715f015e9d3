package io.eddy.model.sequence;

import io.eddy.model.cell.CellType;
import io.eddy.model.program.ProgramBuilder;

/// What a [TrainedCaptioner] is made of and how it learns.
///
/// @param features numbers of a vector
/// @param cellsMax vectors of an example at most
/// @param embeddingSize floats per word
/// @param cell of the decoder
/// @param hiddenSize its units, and the width that vectors are projected to
/// @param layerCount layers of the decoder
/// @param dropout share of what the network's parts read that training drops
/// @param vocabularyMax words that have a number at most
/// @param lengthMax words of a sentence at most
/// @param batchSize examples of an update
/// @param learningRate Adam's rate once it is warm; it falls by a cosine to a hundredth
/// @param warmUp updates over which the rate rises
/// @param epochs passes over the examples
/// @param clipNorm greatest norm of all gradients together
/// @param seed of everything that is drawn
public record CaptionerSettings(
    int features,
    int cellsMax,
    int embeddingSize,
    CellType cell,
    int hiddenSize,
    int layerCount,
    float dropout,
    int vocabularyMax,
    int lengthMax,
    int batchSize,
    double learningRate,
    int warmUp,
    int epochs,
    double clipNorm,
    long seed) {

  public CaptionerSettings {
    ProgramBuilder.require(
        features >= 1 && cellsMax >= 1 && warmUp >= 1,
        features
            + " features of "
            + cellsMax
            + " cells and "
            + warmUp
            + " updates of warming up, expected at least 1 of each");
    ProgramBuilder.require(
        vocabularyMax >= 4 && lengthMax >= 1 && batchSize >= 1 && epochs >= 1,
        vocabularyMax
            + " words, sentences of "
            + lengthMax
            + " of them, batches of "
            + batchSize
            + " and "
            + epochs
            + " epochs, expected at least 4 and 1 of each other");
  }
}
