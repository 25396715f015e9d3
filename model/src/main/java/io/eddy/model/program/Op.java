package io.eddy.model.program;

/// One operation of a program: forward, and backward right below it, over a range of rows.
///
/// An op holds no arrays. It finds the rows of its inputs, outputs and parameters in a [Frame], by
/// their place in the order in which the program was traced.
interface Op {

  /// Computes the outputs' rows `from` (inclusive) to `to` (exclusive) from the inputs' rows.
  void forward(Frame frame, int from, int to);

  /// Adds to the gradients of the inputs' rows what follows from those of the outputs. May
  /// overwrite the outputs' gradients: nobody reads them later, but for [#backwardParameters].
  void backward(Frame frame, int from, int to);

  /// Adds to the gradients of the parameters what follows from rows `from` to `to`. Called once for
  /// all steps, after [#backward] has gone through them.
  default void backwardParameters(Frame frame, int from, int to) {}
}
