package io.eddy.model.program;

/// One operation of a program: forward, and backward right below it, over a range of rows.
///
/// An op holds no arrays. It finds the rows of its inputs, outputs and parameters in a [Frame], by
/// their place in the order in which the program was traced. The same op runs in the stream and in
/// training, and on several threads at once, each with a frame of its own.
public interface Op {

  /// Which rows an op may touch beside the one it computes: this decides how threads share it.
  enum Reach {
    /// None: any range of rows may be computed by itself.
    ROW,
    /// Rows of the same batch entry, at other steps. The op is given the rows of whole steps, and
    /// computes those of the batch entries [Frame#entryFrom()] to [Frame#entryTo()].
    ENTRY,
    /// All: it is given all rows that there are, on one thread.
    BATCH
  }

  /// Which rows this op reads or writes for one row.
  default Reach reach() {
    return Reach.ROW;
  }

  /// Whether it must be given all steps of a message at once, so that only an unroller can run it,
  /// and no cycle through a delay.
  default boolean needsWholeSequence() {
    return false;
  }

  /// Computes the outputs' rows `from` (inclusive) to `to` (exclusive) from the inputs' rows.
  void forward(Frame frame, int from, int to);

  /// Adds to the gradients of the inputs' rows what follows from those of the outputs. May
  /// overwrite the outputs' gradients: nobody reads them later, but for [#backwardParameters].
  void backward(Frame frame, int from, int to);

  /// Adds to the gradients of the parameters what follows from rows `from` to `to`. Called for all
  /// steps, after [#backward] has gone through them, once for each part: parts share the elements
  /// of the gradients among them, never a sum.
  ///
  /// @param part of the parameters' elements, from 0
  /// @param parts how many there are
  default void backwardParameters(Frame frame, int from, int to, int part, int parts) {}
}
