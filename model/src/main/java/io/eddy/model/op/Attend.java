package io.eddy.model.op;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.program.Entries;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.Arrays;

/// Dot-product attention (Luong et al. 2015), scaled and with several heads where asked for
/// (Vaswani et al. 2017): each row's query over the entries of a memory, or of a key's own past.
///
/// ```
/// score(e) = scale · Σ_d query(d) · key(e, d)     a chain of fma over d, from 0
/// p = softmax(score)
/// context(d) = Σ_e p(e) · value(e, d)             a chain of fma over e, oldest first, from 0
/// ```
///
/// Head h reads the h-th of `headCount` equal parts of query, keys and values, and writes that part
/// of the context. Where there are no entries the context is zero.
///
/// The order of rounding knows neither where keys lie nor how many queries run together, so a
/// stepper (keys turned round in a ring that may have gone round) and an unroller (keys in rows)
/// agree to the bit.
public final class Attend implements Op {

  private static final int KEYS = 0;
  private static final int VALUES = 1;
  private static final int TURNED_KEYS = 2;

  /// From so many queries on, it pays to turn keys and values round for them.
  private static final int MANY_QUERIES = 4;

  private static final int MOST_QUERIES = 64;

  private final AttendWeights weights;
  private final int headCount;
  private final int keyWidth; // of one head
  private final int valueWidth; // of one head
  private final int window;
  private final int querySlots;
  private final float scale;
  private final int queriesAtOnce;

  private Attend(
      AttendWeights weights,
      int headCount,
      Value query,
      Value keys,
      Value values,
      float scale,
      boolean past) {
    this.weights = weights;
    this.headCount = headCount;
    this.keyWidth = keys.width() / headCount;
    this.valueWidth = values.width() / headCount;
    this.window = keys.slots();
    this.querySlots = query.slots();
    this.scale = scale;
    // Queries of different steps see different entries of a past, so those of one block compute
    // scores that some of them do not need.
    queriesAtOnce = past ? Math.clamp(window / 4, MANY_QUERIES, MOST_QUERIES) : MOST_QUERIES;
  }

  /// Soft attention.
  ///
  /// @param query (headCount · D), of a step, or a memory over whose slots the same memory or
  ///   another is attended
  /// @param keys (headCount · D) by entry: a memory, or `builder.pastKeys`
  /// @param values (headCount · any) by entry: a memory, or `builder.past`, of as many entries
  /// @param scale of the scores: 1, or 1 / √D
  public static Attended of(
      ProgramBuilder builder, Value query, Value keys, Value values, int headCount, float scale) {
    return of(builder, query, keys, values, headCount, scale, 0);
  }

  /// Soft attention; in training, weights are dropped (set to zero) at random, the others scaled
  /// up, as in PyTorch's `MultiheadAttention`.
  ///
  /// @param dropout share of weights that are dropped in training
  public static Attended of(
      ProgramBuilder builder,
      Value query,
      Value keys,
      Value values,
      int headCount,
      float scale,
      float dropout) {
    return trace(
        builder,
        AttendWeights.soft(headCount, keys.slots(), dropout),
        query,
        keys,
        values,
        headCount,
        scale);
  }

  /// Hard attention (Xu et al. 2015): each head reads one entry, in training drawn by its
  /// probability, elsewhere the likeliest.
  ///
  /// Its gradient is the straight-through estimator's (Bengio, Léonard and Courville 2013), as if
  /// the probabilities had been the weights: biased, but of low variance and without the reward and
  /// baseline that a score-function gradient asks of the caller.
  public static Attended hard(
      ProgramBuilder builder, Value query, Value keys, Value values, int headCount, float scale) {
    return trace(
        builder,
        AttendWeights.hard(headCount, keys.slots()),
        query,
        keys,
        values,
        headCount,
        scale);
  }

  private static Attended trace(
      ProgramBuilder builder,
      AttendWeights weights,
      Value query,
      Value keys,
      Value values,
      int headCount,
      float scale) {
    checkMemories(query, keys, values, builder);
    ProgramBuilder.require(
        headCount >= 1 && keys.width() % headCount == 0 && values.width() % headCount == 0,
        headCount + " heads do not share " + keys + " and " + values + " evenly");
    ProgramBuilder.require(query.width() == keys.width(), query + " must be as wide as " + keys);
    boolean past = builder.isPast(keys);
    var op = new Attend(weights, headCount, query, keys, values, scale, past);
    ProgramBuilder.NodeBuilder node = builder.node(op).reads(query).remembers(keys, values);
    if (!past && !query.isMemory()) {
      node.remembers(AttendKeys.of(builder, keys));
    }
    return weights.writes(node, values.width());
  }

  static void checkMemories(Value query, Value keys, Value values, ProgramBuilder builder) {
    ProgramBuilder.require(
        keys.isMemory() && values.isMemory(),
        keys + " and " + values + " must be memories: use memory, past or pastKeys");
    ProgramBuilder.require(
        keys.slots() == values.slots(), keys + " and " + values + " differ in their entries");
    ProgramBuilder.require(
        builder.isPast(keys) == builder.isPast(values),
        "either both or neither of " + keys + " and " + values + " must be a past");
    ProgramBuilder.require(
        builder.delayOf(keys) == builder.delayOf(values),
        keys + " and " + values + " are pasts of different delays: their entries do not match");
    ProgramBuilder.require(
        !query.isMemory() || !builder.isPast(keys),
        query + " is a memory, which knows no step whose past " + keys + " could be");
  }

  /// Heads.
  public int headCount() {
    return headCount;
  }

  /// What scores are multiplied by.
  public float scale() {
    return scale;
  }

  /// Whether each head reads one entry alone.
  public boolean isHard() {
    return weights.isHard();
  }

  @Override
  public Reach reach() {
    return Reach.ENTRY;
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    int rowStep = rowStep(frame);
    int rows = rowsOfEntry(frame, from, to);
    for (int entry = frame.entryFrom(); entry < frame.entryTo(); entry++) {
      int first = firstRow(from, entry);
      if (rows < MANY_QUERIES) {
        for (int i = 0; i < rows; i++) {
          forwardRow(frame, first + i * rowStep);
        }
      } else {
        for (int head = 0; head < headCount; head++) {
          forwardRows(frame, first, rowStep, rows, head);
        }
      }
    }
  }

  private int rowStep(Frame frame) {
    return querySlots > 0 ? 1 : frame.batchSize();
  }

  private int rowsOfEntry(Frame frame, int from, int to) {
    return querySlots > 0 ? querySlots : (to - from) / frame.batchSize();
  }

  private int firstRow(int from, int entry) {
    return from + entry * Math.max(1, querySlots);
  }

  private void forwardRow(Frame frame, int row) {
    Kernels kernels = frame.kernels();
    Entries keys = frame.memory(KEYS);
    Rows query = frame.input(0);
    int count = keys.count(row);
    int first = keys.firstRun(row);
    float[] scores = weights.probabilities(frame);
    for (int head = 0; head < headCount; head++) {
      int at = weights.probabilitiesAt(frame, row, head);
      int queryAt = query.at(row) + head * keyWidth;
      Arrays.fill(scores, at, at + count, 0);
      if (frame.memoryCount() > TURNED_KEYS) {
        Entries turned = frame.memory(TURNED_KEYS);
        addScores(
            frame,
            queryAt,
            turned.values(),
            turned.at(row, 0) + head * keyWidth * window,
            window,
            scores,
            at,
            count);
      } else if (first == count) {
        addScores(frame, row, head, 0, count, scores, at);
      } else {
        scoreRing(frame, row, head, scores, at);
      }
      kernels.scale(scale, scores, at, count);
      weights.forward(frame, row, head, scores, at, count);
      weights.context(frame, row, head, frame.memory(VALUES), valueWidth, count, first);
    }
  }

  /// A ring that has gone round: its entries lie side by side, the second run first. A product over
  /// all of them is faster than two, and a score is a chain of its own wherever it stands.
  private void scoreRing(Frame frame, int row, int head, float[] scores, int at) {
    int count = frame.memory(KEYS).count(row);
    int first = frame.memory(KEYS).firstRun(row);
    float[] ring = frame.scratch(count);
    Arrays.fill(ring, 0, count, 0);
    addScores(frame, row, head, 1, count, ring, 0);
    System.arraycopy(ring, count - first, scores, at, first);
    System.arraycopy(ring, 0, scores, at + first, count - first);
  }

  /// The scores of `count` entries that lie side by side, from the first of a run on.
  private void addScores(
      Frame frame, int row, int head, int run, int count, float[] scores, int scoresAt) {
    Entries keys = frame.memory(KEYS);
    Rows query = frame.input(0);
    int queryAt = query.at(row) + head * keyWidth;
    int keysAt = keys.at(row, run) + head * keyWidth * keys.elementStride();
    if (keys.entryStride() == 1) {
      addScores(
          frame, queryAt, keys.values(), keysAt, keys.elementStride(), scores, scoresAt, count);
      return;
    }
    frame
        .kernels()
        .multiplyAdd(
            count,
            1,
            keyWidth,
            keys.values(),
            keysAt,
            keys.entryStride(),
            keys.elementStride(),
            query.values(),
            queryAt,
            1,
            scores,
            scoresAt,
            1);
  }

  private void addScores(
      Frame frame,
      int queryAt,
      float[] turnedKeys,
      int keysAt,
      int elementStride,
      float[] scores,
      int scoresAt,
      int count) {
    frame
        .kernels()
        .multiplyAdd(
            1,
            count,
            keyWidth,
            frame.input(0).values(),
            queryAt,
            keyWidth,
            1,
            turnedKeys,
            keysAt,
            elementStride,
            scores,
            scoresAt,
            count);
  }

  /// One head of many queries of one batch entry. Only an unroller or a memory has so many: then
  /// the entries lie in rows and in one run.
  private void forwardRows(Frame frame, int first, int rowStep, int rows, int head) {
    Kernels kernels = frame.kernels();
    Entries keys = frame.memory(KEYS);
    Rows query = frame.input(0);
    int last = first + (rows - 1) * rowStep;
    int begin = firstEntry(keys, first, last, rowStep);
    int entries = entriesFrom(keys, begin, first, last, rowStep);
    boolean turned = frame.memoryCount() > TURNED_KEYS;
    int scoresAt = turned ? 0 : keyWidth * entries;
    float[] scratch = frame.scratch(scoresAt + queriesAtOnce * entries);
    if (!turned) {
      turn(keys, begin + head * keyWidth, keyWidth, entries, scratch, 0);
    }
    for (int i = 0; i < rows; i += queriesAtOnce) {
      int row = first + i * rowStep;
      int queries = Math.min(queriesAtOnce, rows - i);
      int blockLast = row + (queries - 1) * rowStep;
      int blockBegin = firstEntry(keys, row, blockLast, rowStep);
      int width = entriesFrom(keys, blockBegin, row, blockLast, rowStep);
      int skipped = (blockBegin - begin) / keys.entryStride();
      Arrays.fill(scratch, scoresAt, scoresAt + queries * width, 0);
      kernels.multiplyAdd(
          queries,
          width,
          keyWidth,
          query.values(),
          query.at(row) + head * keyWidth,
          query.stride() * rowStep,
          1,
          turned ? frame.memory(TURNED_KEYS).values() : scratch,
          turned ? frame.memory(TURNED_KEYS).at(row, 0) + head * keyWidth * window : skipped,
          turned ? window : entries,
          scratch,
          scoresAt,
          width);
      kernels.scale(scale, scratch, scoresAt, queries * width);
      boolean same = true;
      for (int j = 0; j < queries; j++) {
        int each = row + j * rowStep;
        int count = keys.count(each);
        same &= count == width;
        int offset = (keys.at(each, 0) - blockBegin) / keys.entryStride();
        weights.forward(
            frame, each, head, scratch, scoresAt + j * width + (count == 0 ? 0 : offset), count);
      }
      addContexts(frame, row, rowStep, queries, head, same);
    }
  }

  /// @param same whether all queries see the same entries
  private void addContexts(Frame frame, int row, int rowStep, int queries, int head, boolean same) {
    Entries keys = frame.memory(KEYS);
    if (!same) {
      // A product over all their entries would change the sign of a zero now and then.
      for (int j = 0; j < queries; j++) {
        int each = row + j * rowStep;
        weights.context(
            frame,
            each,
            head,
            frame.memory(VALUES),
            valueWidth,
            keys.count(each),
            keys.firstRun(each));
      }
      return;
    }
    Entries values = frame.memory(VALUES);
    Rows used = weights.rows(frame);
    Rows out = frame.output(0);
    for (int j = 0; j < queries; j++) {
      int at = out.at(row + j * rowStep) + head * valueWidth;
      Arrays.fill(out.values(), at, at + valueWidth, 0);
    }
    frame
        .kernels()
        .multiplyAdd(
            queries,
            valueWidth,
            keys.count(row),
            used.values(),
            weights.at(used, row, head),
            used.stride() * rowStep,
            1,
            values.values(),
            values.at(row, 0) + head * valueWidth,
            values.entryStride(),
            out.values(),
            out.at(row) + head * valueWidth,
            out.stride() * rowStep);
  }

  /// Index of the oldest entry that any of some rows sees.
  private static int firstEntry(Entries entries, int first, int last, int rowStep) {
    int begin = entries.at(last, 0);
    for (int row = first; row <= last; row += rowStep) {
      if (entries.count(row) > 0) {
        begin = Math.min(begin, entries.at(row, 0));
      }
    }
    return begin;
  }

  /// Entries from there to the newest that any of them sees.
  private static int entriesFrom(Entries entries, int begin, int first, int last, int rowStep) {
    int most = 0;
    for (int row = first; row <= last; row += rowStep) {
      int count = entries.count(row);
      if (count > 0) {
        most = Math.max(most, (entries.at(row, 0) - begin) / entries.entryStride() + count);
      }
    }
    return most;
  }

  /// Copies `width` elements of some entries, entry after entry for each element.
  private static void turn(Entries entries, int from, int width, int count, float[] out, int to) {
    float[] values = entries.values();
    int stride = entries.entryStride();
    for (int e = 0; e < count; e++) {
      for (int d = 0; d < width; d++) {
        out[to + d * count + e] = values[from + e * stride + d];
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    if (!frame.output(0).hasGradient()) {
      return;
    }
    int rowStep = rowStep(frame);
    int rows = rowsOfEntry(frame, from, to);
    for (int entry = frame.entryFrom(); entry < frame.entryTo(); entry++) {
      for (int head = 0; head < headCount; head++) {
        backwardRows(frame, firstRow(from, entry), rowStep, rows, head);
      }
    }
  }

  private void backwardRows(Frame frame, int first, int rowStep, int rows, int head) {
    Entries values = frame.memory(VALUES);
    int last = first + (rows - 1) * rowStep;
    int begin = firstEntry(values, first, last, rowStep);
    int entries = entriesFrom(values, begin, first, last, rowStep);
    if (entries == 0) {
      return;
    }
    boolean many = rows >= MANY_QUERIES;
    int gradientsAt = many ? valueWidth * entries : 0;
    float[] scratch = frame.scratch(gradientsAt + 3 * queriesAtOnce * entries);
    if (many) {
      turn(values, begin + head * valueWidth, valueWidth, entries, scratch, 0);
    }
    for (int i = 0; i < rows; i += queriesAtOnce) {
      int row = first + i * rowStep;
      int queries = Math.min(queriesAtOnce, rows - i);
      int blockLast = row + (queries - 1) * rowStep;
      int blockBegin = firstEntry(values, row, blockLast, rowStep);
      int width = entriesFrom(values, blockBegin, row, blockLast, rowStep);
      if (width > 0) {
        int skipped = (blockBegin - begin) / values.entryStride();
        weightGradients(
            frame, row, rowStep, queries, head, blockBegin, width, gradientsAt, skipped, entries);
        scatter(frame, row, rowStep, queries, head, blockBegin, width, gradientsAt);
        addGradients(frame, row, rowStep, queries, head, width, gradientsAt + queries * width);
      }
    }
  }

  /// Into scratch, from `gradientsAt` on: (queries, width), the gradient of each weight, and zeros
  /// for two matrices more.
  private void weightGradients(
      Frame frame,
      int row,
      int rowStep,
      int queries,
      int head,
      int begin,
      int width,
      int gradientsAt,
      int skipped,
      int entries) {
    Kernels kernels = frame.kernels();
    Entries values = frame.memory(VALUES);
    Rows out = frame.output(0);
    float[] scratch = frame.scratch(0);
    Arrays.fill(scratch, gradientsAt, gradientsAt + 3 * queries * width, 0);
    int outAt = out.at(row) + head * valueWidth;
    if (gradientsAt > 0) {
      kernels.multiplyAdd(
          queries,
          width,
          valueWidth,
          out.gradients(),
          outAt,
          out.stride() * rowStep,
          1,
          scratch,
          skipped,
          entries,
          scratch,
          gradientsAt,
          width);
      return;
    }
    for (int j = 0; j < queries; j++) {
      kernels.multiplyAdd(
          width,
          1,
          valueWidth,
          values.values(),
          begin + head * valueWidth,
          values.entryStride(),
          1,
          out.gradients(),
          outAt + j * out.stride() * rowStep,
          1,
          scratch,
          gradientsAt + j * width,
          1);
    }
  }

  /// Behind the gradients of weights: those of the scores, then the weights, both zero where a row
  /// sees no entry.
  private void scatter(
      Frame frame,
      int row,
      int rowStep,
      int queries,
      int head,
      int begin,
      int width,
      int gradientsAt) {
    Entries values = frame.memory(VALUES);
    Rows used = weights.rows(frame);
    float[] scratch = frame.scratch(0);
    int size = queries * width;
    for (int j = 0; j < queries; j++) {
      int each = row + j * rowStep;
      int count = values.count(each);
      if (count > 0) {
        int line = gradientsAt + j * width + (values.at(each, 0) - begin) / values.entryStride();
        weights.backward(frame, each, head, scratch, line, scratch, line + size, count);
        System.arraycopy(
            used.values(), weights.at(used, each, head), scratch, line + 2 * size, count);
      }
    }
    frame.kernels().scale(scale, scratch, gradientsAt + size, size);
  }

  private void addGradients(
      Frame frame, int row, int rowStep, int queries, int head, int width, int scoresAt) {
    Kernels kernels = frame.kernels();
    Entries keys = frame.memory(KEYS);
    Entries values = frame.memory(VALUES);
    Rows query = frame.input(0);
    Rows out = frame.output(0);
    float[] scratch = frame.scratch(0);
    int last = row + (queries - 1) * rowStep;
    int keysAt = firstEntry(keys, row, last, rowStep) + head * keyWidth;
    int valuesAt = firstEntry(values, row, last, rowStep) + head * valueWidth;
    int queryAt = query.at(row) + head * keyWidth;
    if (query.hasGradient()) {
      kernels.multiplyAdd(
          queries,
          keyWidth,
          width,
          scratch,
          scoresAt,
          width,
          1,
          keys.values(),
          keysAt,
          keys.entryStride(),
          query.gradients(),
          queryAt,
          query.stride() * rowStep);
    }
    if (keys.hasGradient()) {
      kernels.multiplyAdd(
          width,
          keyWidth,
          queries,
          scratch,
          scoresAt,
          1,
          width,
          query.values(),
          queryAt,
          query.stride() * rowStep,
          keys.gradients(),
          keysAt,
          keys.entryStride());
    }
    if (values.hasGradient()) {
      kernels.multiplyAdd(
          width,
          valueWidth,
          queries,
          scratch,
          scoresAt + queries * width,
          1,
          width,
          out.gradients(),
          out.at(row) + head * valueWidth,
          out.stride() * rowStep,
          values.gradients(),
          valuesAt,
          values.entryStride());
    }
  }
}
