package io.eddy.model.program;

/// One value of a program: a row of `width` floats for every step and every row of the batch.
///
/// @param index in the order of tracing
/// @param width floats per row
/// @param name for messages
public record Value(int index, int width, String name) {}
