package io.eddy.model.program;

/// How a stepper keeps a program's matrices. Everything else, state, sums and biases, is float32.
public enum Precision {
  /// As they were trained: the bits of the unroller.
  FLOAT32,
  /// Rounded to bfloat16: half the bytes that an event reads, a relative error of at most 2⁻⁸ of
  /// each weight. The same bits on every processor, but not those of the unroller.
  BFLOAT16
}
