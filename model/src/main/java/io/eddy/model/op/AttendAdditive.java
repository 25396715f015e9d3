package io.eddy.model.op;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Entries;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.Arrays;

/// Additive attention (Bahdanau et al. 2015, equations 5 and 6):
///
/// ```
/// score(e) = Σ_a v(a) · tanh(query(a) + key(e, a))      the sum in 32 lanes
/// p = softmax(score)
/// context(d) = Σ_e p(e) · value(e, d)
/// ```
///
/// The query is W s, the keys are U h, both projected by the caller: what runs over a memory runs
/// once per sequence. Backward computes the tangents anew instead of keeping A floats for every
/// step and entry.
///
/// Parameter: v (A).
public final class AttendAdditive implements Op {

  private static final int KEYS = 0;
  private static final int VALUES = 1;
  private static final int PROBABILITIES = 1;

  private final AttendWeights weights;
  private final int width; // A
  private final int valueWidth;
  private final int querySlots;

  private AttendAdditive(AttendWeights weights, int width, int valueWidth, int querySlots) {
    this.weights = weights;
    this.width = width;
    this.valueWidth = valueWidth;
    this.querySlots = querySlots;
  }

  /// Soft attention.
  ///
  /// @param query (A), of a step or of a memory
  /// @param keys (A) by entry: a memory or a past
  /// @param values (any) by entry: a memory or a past, of as many entries
  /// @param v (A), a vector, or a matrix of one output as PyTorch's `Linear(A, 1)` has it
  public static Attended of(
      ProgramBuilder builder, Value query, Value keys, Value values, ParameterSpec v) {
    return trace(builder, AttendWeights.soft(1, keys.slots(), 0), query, keys, values, v);
  }

  /// Hard attention, see [Attend#hard].
  public static Attended hard(
      ProgramBuilder builder, Value query, Value keys, Value values, ParameterSpec v) {
    return trace(builder, AttendWeights.hard(1, keys.slots()), query, keys, values, v);
  }

  private static Attended trace(
      ProgramBuilder builder,
      AttendWeights weights,
      Value query,
      Value keys,
      Value values,
      ParameterSpec v) {
    Attend.checkMemories(query, keys, values, builder);
    int width = keys.width();
    ProgramBuilder.require(query.width() == width, query + " must be as wide as " + keys);
    ProgramBuilder.require(
        v.size() == width && (v.kind() == ParameterSpec.Kind.VECTOR || v.outputs() == 1),
        v.name() + " must be a vector of " + width + ", or a matrix from as many to one");
    var op = new AttendAdditive(weights, width, values.width(), query.slots());
    return weights.writes(
        builder.node(op).reads(query).remembers(keys, values).parameters(v), values.width());
  }

  @Override
  public Reach reach() {
    return Reach.ENTRY;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    for (int entry = frame.entryFrom(); entry < frame.entryTo(); entry++) {
      for (int i = 0; i < rowsOfEntry(frame, from, to); i++) {
        forwardRow(frame, row(frame, from, entry, i));
      }
    }
  }

  private int rowsOfEntry(Frame frame, int from, int to) {
    return querySlots > 0 ? querySlots : (to - from) / frame.batchSize();
  }

  /// The i-th row of a batch entry.
  private int row(Frame frame, int from, int entry, int i) {
    return querySlots > 0 ? from + entry * querySlots + i : from + i * frame.batchSize() + entry;
  }

  private void forwardRow(Frame frame, int row) {
    Entries keys = frame.memory(KEYS);
    int count = keys.count(row);
    float[] tangents = frame.scratch(count * width);
    tangents(frame, row, 0, width, tangents, 0);
    float[] scores = weights.probabilities(frame);
    int at = weights.probabilitiesAt(frame, row, 0);
    for (int e = 0; e < count; e++) {
      scores[at + e] = frame.kernels().dot(frame.weights(0), 0, tangents, e * width, width);
    }
    weights.forward(frame, row, 0, scores, at, count);
    weights.context(frame, row, 0, frame.memory(VALUES), valueWidth, count, keys.firstRun(row));
  }

  /// tanh(query + key) of all entries and of the columns `left` to `left + columns`.
  private static void tangents(
      Frame frame, int row, int left, int columns, float[] out, int outAt) {
    Kernels kernels = frame.kernels();
    Entries keys = frame.memory(KEYS);
    Rows query = frame.input(0);
    int count = keys.count(row);
    int first = keys.firstRun(row);
    int stride = keys.elementStride();
    for (int e = 0; e < count; e++) {
      int key = keys.at(row, e < first ? 0 : 1) + (e < first ? e : e - first) * keys.entryStride();
      int to = outAt + e * columns;
      if (stride == 1) {
        System.arraycopy(keys.values(), key + left, out, to, columns);
      } else {
        for (int a = 0; a < columns; a++) {
          out[to + a] = keys.values()[key + (left + a) * stride];
        }
      }
      kernels.add(query.values(), query.at(row) + left, out, to, columns);
    }
    kernels.tanh(out, outAt, out, outAt, count * columns);
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    if (!frame.output(0).hasGradient()) {
      return;
    }
    for (int entry = frame.entryFrom(); entry < frame.entryTo(); entry++) {
      for (int i = 0; i < rowsOfEntry(frame, from, to); i++) {
        backwardRow(frame, row(frame, from, entry, i));
      }
    }
  }

  private void backwardRow(Frame frame, int row) {
    Kernels kernels = frame.kernels();
    Entries keys = frame.memory(KEYS);
    Entries values = frame.memory(VALUES);
    Rows query = frame.input(0);
    Rows out = frame.output(0);
    Rows probabilities = frame.output(PROBABILITIES);
    Rows used = weights.rows(frame);
    int count = keys.count(row);
    int tangentsAt = width + 2 * count;
    float[] scratch = frame.scratch(tangentsAt + 2 * count * width);
    int sumsAt = tangentsAt + count * width; // gradients of query + key
    tangents(frame, row, 0, width, scratch, tangentsAt);
    Arrays.fill(scratch, sumsAt, sumsAt + count * width, 0);
    Arrays.fill(scratch, width, width + 2 * count, 0);
    int outAt = out.at(row);
    for (int e = 0; e < count; e++) {
      int value = values.at(row, 0) + e * values.entryStride();
      scratch[width + e] = kernels.dot(out.gradients(), outAt, values.values(), value, valueWidth);
      if (values.hasGradient()) {
        kernels.addScaled(
            used.values()[weights.at(used, row, 0) + e],
            out.gradients(),
            outAt,
            values.gradients(),
            value,
            valueWidth);
      }
    }
    weights.backward(frame, row, 0, scratch, width, scratch, width + count, count);
    for (int e = 0; e < count; e++) {
      float dScore = scratch[width + count + e];
      Arrays.fill(scratch, 0, width, 0);
      kernels.addScaled(dScore, frame.weights(0), 0, scratch, 0, width);
      int sum = sumsAt + e * width;
      kernels.tanhBackward(scratch, tangentsAt + e * width, scratch, 0, scratch, sum, width);
      if (keys.hasGradient()) {
        kernels.add(
            scratch, sum, keys.gradients(), keys.at(row, 0) + e * keys.entryStride(), width);
      }
      if (query.hasGradient()) {
        kernels.add(scratch, sum, query.gradients(), query.at(row), width);
      }
    }
    // Nobody reads this gradient any more: it keeps those of the scores for the parameter.
    System.arraycopy(
        scratch, width + count, probabilities.gradients(), probabilities.at(row), count);
  }

  @Override
  public void backwardParameters(Frame frame, int from, int to, int part, int parts) {
    Entries keys = frame.memory(KEYS);
    Rows probabilities = frame.output(PROBABILITIES);
    int left = Team.begin(width, part, parts);
    int columns = Team.begin(width, part + 1, parts) - left;
    for (int row = from; row < to; row++) {
      int count = keys.count(row);
      float[] tangents = frame.scratch(count * columns);
      tangents(frame, row, left, columns, tangents, 0);
      for (int e = 0; e < count; e++) {
        frame
            .kernels()
            .addScaled(
                probabilities.gradients()[probabilities.at(row) + e],
                tangents,
                e * columns,
                frame.weightGradients(0),
                left,
                columns);
      }
    }
  }
}
