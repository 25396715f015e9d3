package io.eddy.model.sequence;

import io.eddy.model.program.ProgramBuilder;

/// What a search for an answer keeps to.
///
/// @param startSymbol that the network reads first
/// @param endSymbol that ends an answer
/// @param maxLength most symbols of an answer, the end not counted: after so many only the end may
///   follow
/// @param lengthPenalty α of Wu et al. 2016, equation 14: answers of n symbols, the end among them,
///   are compared by their log-probability over ((5 + n) / 6)^α; 0 compares the probabilities
///   themselves
public record SearchSettings(int startSymbol, int endSymbol, int maxLength, double lengthPenalty) {

  public SearchSettings {
    ProgramBuilder.require(
        maxLength >= 0, "answers of " + maxLength + " symbols, expected at least 0");
    ProgramBuilder.require(
        lengthPenalty >= 0, "a length penalty of " + lengthPenalty + ", expected at least 0");
  }

  double score(double logProbability, int symbols) {
    return logProbability / StrictMath.pow((5 + symbols + 1) / 6.0, lengthPenalty);
  }
}
