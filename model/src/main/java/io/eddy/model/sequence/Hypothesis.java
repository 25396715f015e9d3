package io.eddy.model.sequence;

import java.util.List;

/// An answer that a search found.
///
/// @param symbols without start and end
/// @param logProbability of the symbols and the end after them
/// @param score what answers were compared by: the logarithm over the length penalty
public record Hypothesis(List<Integer> symbols, double logProbability, double score) {

  public Hypothesis {
    symbols = List.copyOf(symbols);
  }
}
