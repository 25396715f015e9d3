package io.eddy.model.evaluation;

/// How many values lay inside the intervals that were announced for them.
///
/// @param nominal the share that should
/// @param covered the share that did; NaN without a value
/// @param standardError of the share, from its spread between blocks; NaN with fewer than two
///   blocks
/// @param count values
public record CoverageEstimate(double nominal, double covered, double standardError, long count) {}
