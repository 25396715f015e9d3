package io.eddy.model.sequence;

import java.util.List;

/// What a translator makes of a text.
///
/// @param text the translation, one blank between its words
/// @param logProbability of its pieces and the end behind them, in nats
/// @param words of the translation, in order
/// @param truncated whether the text is longer, and only its beginning was read
public record Translation(
    String text, double logProbability, List<AlignedWord> words, boolean truncated) {

  public Translation {
    words = List.copyOf(words);
  }

  /// A word of the translation and the words of the original that were looked at while it was
  /// written.
  ///
  /// @param start of it in the translation, in `char`s
  /// @param end behind it
  /// @param attention of each word of the original that was read, in their order
  public record AlignedWord(int start, int end, List<Share> attention) {

    public AlignedWord {
      attention = List.copyOf(attention);
    }
  }

  /// A word of the original.
  ///
  /// @param start of it in the original, in `char`s
  /// @param end behind what was read of it
  /// @param weight share of the attention, over all words in sum 1
  public record Share(int start, int end, double weight) {}
}
