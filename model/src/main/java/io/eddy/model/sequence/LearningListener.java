package io.eddy.model.sequence;

/// Told how a training on annotated texts goes on. One that should end before its time is ended by
/// an exception from here, such as [java.util.concurrent.CancellationException].
public interface LearningListener {
  /// An epoch begins.
  ///
  /// @param epoch from 1
  /// @param examples that it reads
  default void begin(int epoch, int epochs, int examples) {}

  /// One more update is made.
  ///
  /// @param examples of it
  default void advance(int examples) {}

  /// An epoch is over.
  ///
  /// @param loss mean while learning, in nats per text
  /// @param validationLoss mean of the texts held out, NaN if there are none
  default void end(int epoch, int epochs, double loss, double validationLoss) {}
}
