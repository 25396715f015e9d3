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

  /// Shows how far a training on texts has come.
  ///
  /// @param name before each epoch's
  LearningListener listener(String name) {
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
        if (!Double.isNaN(validationLoss)) {
          report.accept(
              String.format(
                  Locale.ROOT,
                  "epoch %d: loss %.3f a text while learning, validation %.4f",
                  epoch,
                  loss,
                  validationLoss));
        }
      }
    };
  }
}
