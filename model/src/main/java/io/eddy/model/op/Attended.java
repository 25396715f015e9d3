package io.eddy.model.op;

import io.eddy.model.program.Value;

/// What an attention gives.
///
/// @param context the entries' values, weighted: (heads · value width)
/// @param probabilities the softmax of the scores, (heads, window), oldest entry first, zero behind
///   a row's last entry
/// @param weights by which the entries were weighted, of the same shape: the probabilities, or what
///   dropout or a hard choice made of them
public record Attended(Value context, Value probabilities, Value weights) {}
