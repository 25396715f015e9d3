package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import io.eddy.model.training.Trainer;
import io.eddy.model.training.UpdateSettings;
import java.util.List;

/// Trains a [LanguageModel], on a long text or on messages.
///
/// A long text lies in lanes that are read side by side, chunk after chunk, each chunk going on
/// with the state that the one before ended in: truncated back-propagation through time. Messages
/// start from a fresh state each, and are read whole.
///
/// Deterministic: equal data, weights and calls give equal weights, to the bit, whatever the team's
/// size. One caller at a time.
public final class LanguageModelTrainer {

  private final LanguageModel.Learning learning;
  private final Trainer trainer;
  private final int maxSteps;
  private final int laneCount;

  /// @param parameters that updates change
  /// @param maxSteps symbols of a chunk or of a message, at most
  /// @param laneCount lanes, or messages of an update
  /// @param team threads that share the work; the caller closes it
  public LanguageModelTrainer(
      LanguageModel model,
      Parameters parameters,
      int maxSteps,
      int laneCount,
      UpdateSettings settings,
      Kernels kernels,
      Team team) {
    learning = model.learning();
    this.maxSteps = maxSteps;
    this.laneCount = laneCount;
    trainer =
        new Trainer(
            learning.program(),
            parameters,
            learning.loss(),
            maxSteps,
            laneCount,
            settings,
            kernels,
            team);
  }

  /// One pass over a text, cut into equal lanes; what is left over at its end is left out.
  ///
  /// @param text symbols
  /// @param offset of the first lane, so that borders of chunks lie elsewhere in every pass
  /// @param learningRate of each update, by how many were made
  /// @param listener told of every chunk, and asked whether to go on; a pass that it ends has read
  ///   the beginning of every lane
  /// @return mean cross-entropy in nats per symbol read, each chunk's before its update
  public double readText(int[] text, int offset, Rate learningRate, ChunkListener listener) {
    int laneLength = (text.length - 1 - offset) / laneCount;
    ProgramBuilder.require(
        laneLength >= 1,
        "a text of "
            + text.length
            + " symbols from "
            + offset
            + " on, expected more than the "
            + laneCount
            + " lanes");
    restart();
    double sum = 0;
    long read = 0;
    boolean goesOn = true;
    for (int at = 0; at < laneLength && goesOn; at += maxSteps) {
      int steps = Math.min(maxSteps, laneLength - at);
      for (int lane = 0; lane < laneCount; lane++) {
        for (int t = 0; t < steps; t++) {
          int from = offset + lane * laneLength + at + t;
          write(t, lane, text[from], text[from + 1], 1);
        }
      }
      double loss = update(steps, steps * laneCount, learningRate);
      trainer.unroller().carry();
      sum += loss;
      read += (long) steps * laneCount;
      goesOn = listener.chunk(steps * laneCount, loss / (steps * laneCount));
    }
    return sum / read;
  }

  /// Updates made so far.
  public long updates() {
    return trainer.optimizer().stepCount();
  }

  /// One update from messages, each from a fresh state.
  ///
  /// @param messages symbols, at least 2 in each; as many messages as there are lanes
  /// @return mean cross-entropy in nats per symbol, before the update
  public double update(List<int[]> messages, Rate learningRate) {
    ProgramBuilder.require(
        messages.size() == laneCount, messages.size() + " messages, expected " + laneCount);
    restart();
    int steps = messages.stream().mapToInt(message -> message.length - 1).max().orElse(0);
    ProgramBuilder.require(
        steps <= maxSteps,
        "a message of " + (steps + 1) + " symbols, expected at most " + (maxSteps + 1));
    int count = 0;
    for (int lane = 0; lane < laneCount; lane++) {
      int[] message = messages.get(lane);
      for (int t = 0; t < steps; t++) {
        boolean inside = t + 1 < message.length;
        write(t, lane, inside ? message[t] : 0, inside ? message[t + 1] : 0, inside ? 1 : 0);
      }
      count += message.length - 1;
    }
    return update(steps, count, learningRate) / count;
  }

  private double update(int steps, int count, Rate learningRate) {
    return trainer.update(steps, 1f / count, learningRate.at(trainer.optimizer().stepCount()));
  }

  private void restart() {
    for (int lane = 0; lane < laneCount; lane++) {
      trainer.unroller().reset(lane);
    }
  }

  private void write(int t, int lane, int symbol, int next, float weight) {
    set(learning.symbol(), t, lane, symbol);
    set(learning.target(), t, lane, next);
    set(learning.weight(), t, lane, weight);
  }

  private void set(Value value, int t, int lane, float to) {
    Unroller unroller = trainer.unroller();
    Rows rows = unroller.rows(value);
    rows.values()[rows.at(t * laneCount + lane)] = to;
  }

  /// A learning rate that moves.
  @FunctionalInterface
  public interface Rate {
    /// The rate of the next update.
    ///
    /// @param updates made before
    double at(long updates);
  }

  /// Told how a pass over a text goes on.
  @FunctionalInterface
  public interface ChunkListener {
    /// One more chunk is read.
    ///
    /// @param symbols read by the last chunk
    /// @param loss its mean cross-entropy in nats
    /// @return whether the pass goes on
    boolean chunk(int symbols, double loss);
  }
}
