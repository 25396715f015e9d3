package io.eddy.model.sequence;

import java.util.List;

/// What a captioner says of vectors.
///
/// @param words of the sentence, in order
/// @param logProbability of the words and the end behind them, in nats
/// @param attention (words, cells): while each word was written, the share of attention that each
///   vector had, in sum 1
@SuppressWarnings("ArrayRecordComponent") // nobody compares answers
public record Caption(List<String> words, double logProbability, float[][] attention) {

  public Caption {
    words = List.copyOf(words);
  }
}
