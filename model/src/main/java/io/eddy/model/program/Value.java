package io.eddy.model.program;

/// One value of a program: a row of `width` floats for every step and every row of the batch, or,
/// with slots, a memory: a row for each of its slots and every row of the batch, the same at all
/// steps.
///
/// @param index in the order of tracing
/// @param width floats per row
/// @param slots entries per row of the batch, 0 for a value of every step
/// @param name for messages
public record Value(int index, int width, int slots, String name) {

  /// Whether this is a memory, which only attention reads step by step.
  public boolean isMemory() {
    return slots > 0;
  }
}
