package io.eddy.processors.config;

/// How messages are continued.
///
/// @param bytesMax bytes of a continuation at most
/// @param count continuations
/// @param temperature what logits are divided by; 0 takes the likeliest symbol
/// @param topK likeliest symbols that are drawn from; 0 for all
/// @param topP probability of the likeliest symbols that are drawn from
/// @param beams width of a search for the likeliest continuations; 0 to draw them
/// @param stop text before which a continuation ends; empty for none
public record CompletionSettings(
    int bytesMax, int count, double temperature, int topK, double topP, int beams, String stop) {}
