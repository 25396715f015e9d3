package io.eddy.model.network;

/// The input that a forecast hung on most.
///
/// @param input its name, as [io.eddy.model.series.Preparation#inputNames] says
/// @param share of the contributions of all inputs, by their sizes: above 0, at most 1
public record Influence(String input, double share) {}
