package io.eddy.model.op;

import io.eddy.model.program.Entries;
import io.eddy.model.program.Frame;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// From scores to the weights of entries, for one row and head: what dot and additive attention
/// share.
///
/// ```
/// p = softmax(scores)                          oldest entry first
/// w = p                                        SOFT
/// w = p · mask / (1 - dropout) in training, p elsewhere    DROPOUT
/// w = one-hot of one entry                     HARD: drawn from p in training, the likeliest elsewhere
/// ```
///
/// Outputs of an op that uses it: the context first, then p (heads, window), zero behind a row's
/// last entry, and w of the same shape unless it is p.
final class AttendWeights {

  private enum Kind {
    SOFT,
    DROPOUT,
    HARD
  }

  private static final int PROBABILITIES = 1;
  private static final int WEIGHTS = 2;

  private final int headCount;
  private final int window;
  private final Kind kind;
  private final float dropout;

  private AttendWeights(int headCount, int window, Kind kind, float dropout) {
    this.headCount = headCount;
    this.window = window;
    this.kind = kind;
    this.dropout = dropout;
  }

  boolean isHard() {
    return kind == Kind.HARD;
  }

  static AttendWeights soft(int headCount, int window, float dropout) {
    ProgramBuilder.require(
        dropout >= 0 && dropout < 1, "a dropout of " + dropout + ", expected at least 0, below 1");
    return new AttendWeights(headCount, window, dropout > 0 ? Kind.DROPOUT : Kind.SOFT, dropout);
  }

  static AttendWeights hard(int headCount, int window) {
    return new AttendWeights(headCount, window, Kind.HARD, 0);
  }

  /// Ends an operation with its context and what is kept here.
  Attended writes(ProgramBuilder.NodeBuilder node, int contextWidth) {
    List<String> names = new ArrayList<>(List.of("context", "probabilities"));
    List<Integer> widths = new ArrayList<>(List.of(contextWidth, headCount * window));
    if (kind != Kind.SOFT) {
      names.add("weights");
      widths.add(headCount * window);
    }
    List<Value> outputs = node.writesAll(names, widths);
    return new Attended(outputs.get(0), outputs.get(PROBABILITIES), outputs.getLast());
  }

  /// Where the weights of all rows lie.
  Rows rows(Frame frame) {
    return frame.output(kind == Kind.SOFT ? PROBABILITIES : WEIGHTS);
  }

  /// Index of the first weight of a row's head, and of its first probability.
  int at(Rows rows, int row, int head) {
    return rows.at(row) + head * window;
  }

  /// Where a row's scores may be computed so that [#forward] need not move them.
  int probabilitiesAt(Frame frame, int row, int head) {
    return at(frame.output(PROBABILITIES), row, head);
  }

  float[] probabilities(Frame frame) {
    return frame.output(PROBABILITIES).values();
  }

  /// Writes p and w from `count` scores, which may lie where p does.
  void forward(Frame frame, int row, int head, float[] scores, int scoresAt, int count) {
    float[] p = probabilities(frame);
    int to = probabilitiesAt(frame, row, head);
    frame.kernels().softmax(scores, scoresAt, p, to, count);
    Arrays.fill(p, to + count, to + window, 0);
    if (kind == Kind.SOFT) {
      return;
    }
    Rows weights = rows(frame);
    float[] w = weights.values();
    int at = at(weights, row, head);
    if (kind == Kind.HARD) {
      Arrays.fill(w, at, at + window, 0);
      if (count > 0) {
        w[
                at
                    + (frame.training()
                        ? drawn(frame, row, head, p, to, count)
                        : likeliest(p, to, count))] =
            1;
      }
      return;
    }
    System.arraycopy(p, to, w, at, window);
    if (frame.training()) {
      float kept = 1 / (1 - dropout);
      for (int e = 0; e < count; e++) {
        w[at + e] = frame.draw(row, head * window + e) < dropout ? 0 : kept * w[at + e];
      }
    }
  }

  private static int likeliest(float[] p, int from, int count) {
    int best = 0;
    for (int e = 1; e < count; e++) {
      best = p[from + e] > p[from + best] ? e : best;
    }
    return best;
  }

  private static int drawn(Frame frame, int row, int head, float[] p, int from, int count) {
    float left = frame.draw(row, head);
    for (int e = 0; e < count - 1; e++) {
      left -= p[from + e];
      if (left < 0) {
        return e;
      }
    }
    return count - 1;
  }

  /// Writes the head's part of the context: the values of `count` entries, weighted.
  ///
  /// @param first how many of them lie in the first run
  void context(
      Frame frame, int row, int head, Entries values, int valueWidth, int count, int first) {
    Rows used = rows(frame);
    Rows out = frame.output(0);
    int weightsAt = at(used, row, head);
    int outAt = out.at(row) + head * valueWidth;
    Arrays.fill(out.values(), outAt, outAt + valueWidth, 0);
    for (int run = 0; run < 2; run++) {
      int entries = run == 0 ? first : count - first;
      if (entries == 0) {
        continue;
      }
      int valuesAt = values.at(row, run) + head * valueWidth * values.elementStride();
      int runAt = run == 0 ? weightsAt : weightsAt + first;
      if (values.elementStride() == 1) {
        frame
            .kernels()
            .multiplyAdd(
                1,
                valueWidth,
                entries,
                used.values(),
                runAt,
                entries,
                1,
                values.values(),
                valuesAt,
                values.entryStride(),
                out.values(),
                outAt,
                valueWidth);
      } else {
        frame
            .kernels()
            .multiplyAdd(
                valueWidth,
                1,
                entries,
                values.values(),
                valuesAt,
                values.elementStride(),
                values.entryStride(),
                used.values(),
                runAt,
                1,
                out.values(),
                outAt,
                1);
      }
    }
  }

  /// From the gradient of w to that of the scores. The gradient of p itself, where somebody reads
  /// p, is added. A drawn one-hot counts as p: the straight-through estimator (Bengio, Léonard and
  /// Courville 2013).
  ///
  /// @param gradient of w (count), overwritten
  /// @param out gradient of the scores (count), added to
  void backward(
      Frame frame,
      int row,
      int head,
      float[] gradient,
      int gradientAt,
      float[] out,
      int outAt,
      int count) {
    Rows probabilities = frame.output(PROBABILITIES);
    int at = at(probabilities, row, head);
    if (kind != Kind.SOFT) {
      Rows weights = rows(frame);
      int weightsAt = at(weights, row, head);
      frame.kernels().add(weights.gradients(), weightsAt, gradient, gradientAt, count);
      if (kind == Kind.DROPOUT && frame.training()) {
        float kept = 1 / (1 - dropout);
        for (int e = 0; e < count; e++) {
          gradient[gradientAt + e] *= weights.values()[weightsAt + e] == 0 ? 0 : kept;
        }
      }
    }
    frame.kernels().add(probabilities.gradients(), at, gradient, gradientAt, count);
    frame
        .kernels()
        .softmaxBackward(probabilities.values(), at, gradient, gradientAt, out, outAt, count);
  }
}
