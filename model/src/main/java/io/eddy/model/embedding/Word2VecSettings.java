package io.eddy.model.embedding;

/// How word vectors are learned (Mikolov et al. 2013a and b).
///
/// @param architecture which side of a window predicts the other
/// @param dimension floats per word
/// @param window words to either side, at most; each window draws its own size up to it, so that
///   near words count more
/// @param negatives words drawn by chance for every true one
/// @param minimumCount rarer words are left out
/// @param subsampling frequency above which words are dropped at random (b, equation 5); 0 for none
/// @param epochs passes over the sentences
/// @param learningRate of AdaGrad at the start; it falls to a tenth over the whole training
/// @param batchSize windows per update
/// @param seed of everything that is drawn
public record Word2VecSettings(
    Architecture architecture,
    int dimension,
    int window,
    int negatives,
    int minimumCount,
    double subsampling,
    int epochs,
    double learningRate,
    int batchSize,
    long seed) {

  /// Which side of a window predicts the other.
  public enum Architecture {
    /// The word in the middle predicts each word around it: better for rare words.
    SKIP_GRAM,
    /// The mean of the words around predicts the one in the middle (continuous bag of words):
    /// faster.
    CBOW
  }

  public Word2VecSettings {
    check("dimension", dimension >= 1, dimension, "at least 1");
    check("window", window >= 1, window, "at least 1");
    check("negatives", negatives >= 1, negatives, "at least 1");
    check("minimumCount", minimumCount >= 1, minimumCount, "at least 1");
    check("subsampling", subsampling >= 0, subsampling, "at least 0");
    check("epochs", epochs >= 1, epochs, "at least 1");
    check("learningRate", learningRate > 0, learningRate, "above 0");
    check("batchSize", batchSize >= 1, batchSize, "at least 1");
  }

  private static void check(String name, boolean holds, Number value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
    }
  }

  /// Settings for some millions of words.
  public static Word2VecSettings of(Architecture architecture) {
    return new Word2VecSettings(architecture, 100, 5, 5, 5, 1e-3, 5, 0.1, 256, 1);
  }

  /// The same with other sizes, for other amounts of text.
  public Word2VecSettings sized(int floats, int words, int passes) {
    return new Word2VecSettings(
        architecture,
        floats,
        words,
        negatives,
        minimumCount,
        subsampling,
        passes,
        learningRate,
        batchSize,
        seed);
  }
}
