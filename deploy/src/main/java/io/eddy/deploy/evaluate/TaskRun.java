package io.eddy.deploy.evaluate;

import io.eddy.deploy.backtest.Progress;
import io.eddy.model.sequence.LearningListener;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Consumer;

/// What a task is run with.
///
/// @param folder of the data set, where it has files
/// @param threads that train
/// @param seed of everything that is drawn
/// @param epochs instead of the task's own number
/// @param progress told how far the work has come
/// @param report told in words what is known so far, a line each
public record TaskRun(
    Path folder,
    int threads,
    long seed,
    OptionalInt epochs,
    Progress progress,
    Consumer<String> report) {

  /// What an epoch came to, in words.
  @FunctionalInterface
  interface EpochReport {
    /// The words; empty for none.
    ///
    /// @param loss mean while learning
    /// @param validationLoss on what is held out, NaN without
    String of(int epoch, double loss, double validationLoss);
  }

  /// Shows how far a training on texts has come, and tells of its epochs if anything is held out.
  ///
  /// @param name before each epoch's
  LearningListener listener(String name) {
    return listener(
        name,
        (epoch, loss, validationLoss) ->
            Double.isNaN(validationLoss)
                ? ""
                : String.format(
                    Locale.ROOT,
                    "epoch %d: loss %.3f a text while learning, validation %.4f",
                    epoch,
                    loss,
                    validationLoss));
  }

  /// Shows how far a training has come, and tells of its epochs.
  ///
  /// @param name before each epoch's
  /// @param words that are told after each
  LearningListener listener(String name, EpochReport words) {
    return new LearningListener() {
      @Override
      public void begin(int epoch, int epochs, int examples) {
        progress.begin(name + "epoch " + epoch + " of " + epochs, examples);
      }

      @Override
      public void advance(int examples) {
        progress.advance(examples);
      }

      @Override
      public void end(int epoch, int epochs, double loss, double validationLoss) {
        String said = words.of(epoch, loss, validationLoss);
        if (!said.isEmpty()) {
          report.accept(said);
        }
      }
    };
  }
}
