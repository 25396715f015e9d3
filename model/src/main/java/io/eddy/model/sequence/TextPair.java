package io.eddy.model.sequence;

/// A text and its translation: something to learn from.
///
/// @param source the text
/// @param target what it means in the other language
public record TextPair(String source, String target) {}
