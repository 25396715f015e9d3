package io.eddy.model.sequence;

/// Told how a training on texts goes on. One that should end before its time is ended by an
/// exception from here, such as [java.util.concurrent.CancellationException].
public interface LearningListener {
  /// An epoch begins.
  ///
  /// @param epoch from 1
  /// @param examples that it reads
  default void begin(int epoch, int epochs, int examples) {}

  /// The training has come a little farther.
  ///
  /// @param examples that were learned from since; 0 while it validates
  default void advance(int examples) {}

  /// An epoch is over.
  ///
  /// @param loss mean while learning, in nats per example
  /// @param validationLoss mean of the texts held out, NaN if there are none
  default void end(int epoch, int epochs, double loss, double validationLoss) {}
}
