package io.eddy.model.sequence;

/// What a classifier says of a message.
///
/// @param probabilities of the classes, in sum 1
/// @param attention how much of its attention went to each symbol, in sum 1; empty for a network
///   without a recurrent part
@SuppressWarnings("ArrayRecordComponent") // nobody compares answers
public record Classification(float[] probabilities, float[] attention) {

  /// The likeliest class, the first of equal ones.
  public int label() {
    int best = 0;
    for (int label = 1; label < probabilities.length; label++) {
      best = probabilities[label] > probabilities[best] ? label : best;
    }
    return best;
  }
}
