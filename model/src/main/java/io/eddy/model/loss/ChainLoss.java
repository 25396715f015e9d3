package io.eddy.model.loss;

import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.List;

/// What a conditional random field loses on a message: the logarithm of the sum over all paths,
/// counted once at the message's last step, less the score of the right path, step by step. Summed
/// over a message's rows it is `-ln p(tags | message)`.
///
/// ```
/// loss = last · ln Σ_j e^path[j] - (emission[tag] + T[tag, before])
/// ```
///
/// Inputs: path (n, logarithms of the sums over all paths that end in each tag), emission (n), tag
/// (1; negative where there is no step), before (1, the tag before; negative at the first step),
/// last (1). Outputs: loss (1), probabilities of the last tag (n). Parameter: the table T (n, n),
/// row the tag that is entered, column the one that is left.
public final class ChainLoss implements Op {

  private final int tags;

  private ChainLoss(int tags) {
    this.tags = tags;
  }

  /// Traces the loss.
  ///
  /// @param path (n)
  /// @param emission (n)
  /// @param tag the right one, from 0; negative behind the message (1)
  /// @param before the right one before; negative at the first step (1)
  /// @param last not 0 at the message's last step (1)
  /// @param transitions T (n, n)
  public static Value of(
      ProgramBuilder builder,
      Value path,
      Value emission,
      Value tag,
      Value before,
      Value last,
      ParameterSpec transitions) {
    int tags = emission.width();
    ProgramBuilder.require(path.width() == tags, path + " and " + emission + " differ in width");
    ProgramBuilder.require(
        tag.width() == 1 && before.width() == 1 && last.width() == 1,
        tag + ", " + before + " and " + last + " must be one number each");
    ProgramBuilder.require(
        transitions.kind() == ParameterSpec.Kind.TABLE
            && transitions.outputs() == tags
            && transitions.inputs() == tags,
        transitions.name() + " must be a table of " + tags + " rows of " + tags);
    return builder
        .node(new ChainLoss(tags))
        .reads(path, emission, tag, before, last)
        .parameters(transitions)
        .writesAll(List.of("loss", "loss.probabilities"), List.of(1, tags))
        .getFirst();
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows path = frame.input(0);
    Rows emission = frame.input(1);
    Rows loss = frame.output(0);
    Rows probabilities = frame.output(1);
    for (int row = from; row < to; row++) {
      float sum = 0;
      int tag = tag(frame, 2, row);
      if (tag >= 0) {
        sum -= emission.values()[emission.at(row) + tag];
        int before = tag(frame, 3, row);
        if (before >= 0) {
          sum -= frame.weights(0)[tag * tags + before];
        }
      }
      if (isLast(frame, row)) {
        sum +=
            frame
                .kernels()
                .logSumExp(
                    path.values(),
                    path.at(row),
                    probabilities.values(),
                    probabilities.at(row),
                    tags);
      }
      loss.values()[loss.at(row)] = sum;
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows path = frame.input(0);
    Rows emission = frame.input(1);
    Rows loss = frame.output(0);
    Rows probabilities = frame.output(1);
    for (int row = from; row < to; row++) {
      float d = loss.gradients()[loss.at(row)];
      int tag = tag(frame, 2, row);
      if (tag >= 0 && emission.hasGradient()) {
        emission.gradients()[emission.at(row) + tag] -= d;
      }
      if (isLast(frame, row) && path.hasGradient()) {
        frame
            .kernels()
            .addScaled(
                d,
                probabilities.values(),
                probabilities.at(row),
                path.gradients(),
                path.at(row),
                tags);
      }
    }
  }

  @Override
  public void backwardParameters(Frame frame, int from, int to, int part, int parts) {
    Rows loss = frame.output(0);
    float[] gradient = frame.weightGradients(0);
    int first = Team.begin(tags, part, parts);
    int end = Team.begin(tags, part + 1, parts);
    for (int row = from; row < to; row++) {
      int tag = tag(frame, 2, row);
      int before = tag(frame, 3, row);
      if (tag >= first && tag < end && before >= 0) {
        gradient[tag * tags + before] -= loss.gradients()[loss.at(row)];
      }
    }
  }

  private static boolean isLast(Frame frame, int row) {
    Rows last = frame.input(4);
    return last.values()[last.at(row)] != 0;
  }

  private int tag(Frame frame, int input, int row) {
    Rows of = frame.input(input);
    float value = of.values()[of.at(row)];
    int index = (int) value;
    if (index != value || index >= tags) {
      throw new IllegalArgumentException(
          "the tag of row "
              + row
              + " is "
              + value
              + ", expected a whole number below "
              + tags
              + ", negative for none");
    }
    return index;
  }
}
