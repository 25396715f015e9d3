package io.eddy.model.sequence;

import io.eddy.model.cell.CellType;
import io.eddy.model.program.ProgramBuilder;

/// What a [TrainedTagger] is made of and how it learns.
///
/// @param wordSize floats per word
/// @param characterSize floats per character
/// @param filterCount floats that a word's characters become
/// @param filterWidth characters that each filter sees
/// @param cell of both directions
/// @param hiddenSize units per layer and direction
/// @param layerCount layers
/// @param dropout share of what goes into the layers, between them and out of them that training
///   drops
/// @param vocabularyMax words that have a number at most
/// @param lengthMax words of a text that are read at most
/// @param rareCount a word that occurs no more often is read as unknown at times
/// @param batchSize texts of an update
/// @param learningRate Adam's greatest rate; it rises over the first 100 updates and falls by a
///   cosine to a hundredth
/// @param epochs passes over the texts
/// @param clipNorm greatest norm of all gradients together
/// @param seed of everything that is drawn
public record TaggerSettings(
    int wordSize,
    int characterSize,
    int filterCount,
    int filterWidth,
    CellType cell,
    int hiddenSize,
    int layerCount,
    float dropout,
    int vocabularyMax,
    int lengthMax,
    int rareCount,
    int batchSize,
    double learningRate,
    int epochs,
    double clipNorm,
    long seed) {

  public TaggerSettings {
    ProgramBuilder.require(
        vocabularyMax >= 1 && lengthMax >= 1 && batchSize >= 1 && epochs >= 1,
        vocabularyMax
            + " words, texts of "
            + lengthMax
            + " of them, batches of "
            + batchSize
            + " and "
            + epochs
            + " epochs, expected at least 1 of each");
  }
}
