package io.eddy.model.sequence;

import io.eddy.model.cell.CellType;
import io.eddy.model.program.ProgramBuilder;

/// What a [TrainedClassifier] is made of and how it learns.
///
/// @param embeddingSize floats per word
/// @param cell of both directions
/// @param hiddenSize units per direction; 0 for the linear path alone
/// @param dropout share of embeddings and of the summary that training drops
/// @param vocabularyMax words, and pairs of them, that have a number at most
/// @param lengthMax words of a text that are read at most
/// @param forgotten share of words that training reads as unknown
/// @param countedShare share of naive Bayes' votes that the linear path starts from
/// @param batchSize texts of an update
/// @param learningRate Adam's rate at the start; it falls by a cosine to a hundredth
/// @param epochs passes over the texts
/// @param clipNorm greatest norm of all gradients together
/// @param seed of everything that is drawn
public record ClassifierSettings(
    int embeddingSize,
    CellType cell,
    int hiddenSize,
    float dropout,
    int vocabularyMax,
    int lengthMax,
    double forgotten,
    double countedShare,
    int batchSize,
    double learningRate,
    int epochs,
    double clipNorm,
    long seed) {

  public ClassifierSettings {
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

  /// The same without a recurrent part: a bag of words and pairs of words.
  public ClassifierSettings linear() {
    return new ClassifierSettings(
        embeddingSize,
        cell,
        0,
        dropout,
        vocabularyMax,
        lengthMax,
        forgotten,
        countedShare,
        batchSize,
        learningRate,
        epochs,
        clipNorm,
        seed);
  }
}
