package io.eddy.model.program;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Runs a program one step at a time, for a fixed number of rows (one key each), on buffers made
/// once: the stream's half of the program.
///
/// Rows start from the initial state. A step is: write the inputs, [#load] each row's state,
/// [#step()], read the outputs, [#store] the state. Where the program has memories, write them and
/// call [#remember()] before the first step of a sequence. Nothing is allocated after the first
/// step. One thread at a time.
public final class Stepper {

  private final Program program;
  private final Parameters parameters;
  private final int rowCount;
  private final Rows[] rows;
  private final PastRing[] rings; // by value, where it is a past
  private final int[][] lengths; // by memory input, of each row's memory
  private final Op[] ops; // of every step
  private final Frame[] frames;
  private final PastRing[][] ready; // pasts that are complete before each of them
  private final Op[] memoryOps; // of every sequence
  private final Frame[] memoryFrames;
  private final int[] memorySlots;
  private final StatePart[] state;
  private final DelayLine[] delays;
  private final Matrices matrices;
  private final Mode mode = new Mode();

  /// With the weights as they were trained.
  ///
  /// @param parameters weights for the program's parameters, which must not change any more
  /// @param rowCount rows per step
  /// @throws IllegalArgumentException if the weights are not the program's, or if the program looks
  ///   ahead
  public Stepper(Program program, Parameters parameters, int rowCount, Kernels kernels) {
    this(program, parameters, rowCount, kernels, Precision.FLOAT32);
  }

  /// With the matrices in a precision of one's choice.
  ///
  /// @param parameters weights for the program's parameters, which must not change any more
  /// @param rowCount rows per step
  /// @throws IllegalArgumentException if the weights are not the program's, if the program looks
  ///   ahead, or if a weight is not finite and the precision needs it to be
  public Stepper(
      Program program, Parameters parameters, int rowCount, Kernels kernels, Precision precision) {
    checkParameters(program, parameters);
    checkCount(rowCount, "rows");
    matrices = Matrices.of(parameters, precision);
    this.program = program;
    this.parameters = parameters;
    this.rowCount = rowCount;
    for (Program.Node node : program.nodes) {
      if (node.op().needsWholeSequence()) {
        throw new IllegalArgumentException(
            program.values.get(node.outputs()[0])
                + " needs the whole message at once: such a program needs an unroller");
      }
    }
    int valueCount = program.values.size();
    rows = new Rows[valueCount];
    rings = new PastRing[valueCount];
    lengths = new int[valueCount][];
    for (int value = 0; value < valueCount; value++) {
      bind(value);
    }
    List<StatePart> parts = new ArrayList<>();
    List<DelayLine> lines = new ArrayList<>();
    for (int value = 0; value < valueCount; value++) {
      int width = program.values.get(value).width();
      if (program.origins.get(value)
          instanceof Program.Origin.Delayed(int source, int steps, int initial)) {
        var line = new DelayLine(rows[value], rows[source], width, steps, initial);
        parts.add(line);
        lines.add(line);
      } else if (program.origins.get(value)
          instanceof Program.Origin.Past(int source, int window, boolean turned)) {
        rings[value] =
            new PastRing(rows[source], rowCount, width, window, program.delay(source), turned);
        parts.add(rings[value]);
      }
    }
    state = parts.toArray(StatePart[]::new);
    delays = lines.toArray(DelayLine[]::new);
    int[] stepNodes = nodes(false);
    ops = new Op[stepNodes.length];
    frames = new Frame[stepNodes.length];
    ready = new PastRing[stepNodes.length][];
    for (int i = 0; i < stepNodes.length; i++) {
      ops[i] = program.nodes.get(stepNodes[i]).op();
      frames[i] = frame(stepNodes[i], kernels);
      int after = i == 0 ? -1 : stepNodes[i - 1];
      ready[i] = ringsCompletedIn(after, stepNodes[i]);
    }
    int[] memoryNodes = nodes(true);
    memoryOps = new Op[memoryNodes.length];
    memoryFrames = new Frame[memoryNodes.length];
    memorySlots = new int[memoryNodes.length];
    for (int i = 0; i < memoryNodes.length; i++) {
      memoryOps[i] = program.nodes.get(memoryNodes[i]).op();
      memoryFrames[i] = frame(memoryNodes[i], kernels);
      memorySlots[i] = slots(memoryNodes[i]);
    }
    float[] initial = new float[program.stateSize()];
    initialState(initial, 0);
    for (int row = 0; row < rowCount; row++) {
      load(row, initial, 0);
    }
  }

  static void checkCount(int count, String what) {
    if (count < 1) {
      throw new IllegalArgumentException(count + " " + what + ", expected at least 1");
    }
  }

  static void checkParameters(Program program, Parameters parameters) {
    if (!program.parameters().equals(parameters.specs())) {
      throw new IllegalArgumentException(
          "the program's parameters are "
              + program.parameters()
              + ", but the weights are for "
              + parameters.specs());
    }
  }

  private Rows bind(int value) {
    if (rows[value] == null) {
      int width = program.values.get(value).width();
      int slots = program.values.get(value).slots();
      int count = rowCount * Math.max(1, slots);
      rows[value] =
          switch (program.origins.get(value)) {
            case Program.Origin.Input(boolean differentiable) -> {
              if (slots > 0) {
                lengths[value] = new int[rowCount];
                Arrays.fill(lengths[value], slots);
              }
              yield Rows.withoutGradient(count, width);
            }
            case Program.Origin.Computed(int node) -> Rows.withoutGradient(count, width);
            case Program.Origin.InPlace(int node, int other) -> bind(other);
            case Program.Origin.Columns(int other, int start) -> bind(other).shifted(start);
            case Program.Origin.Delayed(int other, int steps, int initial) -> {
              if (steps < 0) {
                throw new IllegalArgumentException(
                    program.values.get(value)
                        + " looks ahead: such a program needs the whole message, so an unroller");
              }
              yield new Rows(new float[rowCount * steps * width], Rows.NONE, 0, steps * width);
            }
            case Program.Origin.Past past -> Rows.empty();
          };
    }
    return rows[value];
  }

  private int slots(int node) {
    return program.values.get(program.nodes.get(node).outputs()[0]).slots();
  }

  private int[] nodes(boolean ofMemories) {
    int count = 0;
    int[] nodes = new int[program.nodes.size()];
    for (int node = 0; node < nodes.length; node++) {
      if (slots(node) > 0 == ofMemories) {
        nodes[count++] = node;
      }
    }
    return Arrays.copyOf(nodes, count);
  }

  /// Pasts whose source is complete after a node, and was not before it.
  private PastRing[] ringsCompletedIn(int after, int before) {
    List<PastRing> completed = new ArrayList<>();
    for (int value = 0; value < rings.length; value++) {
      if (rings[value] != null) {
        int producer = program.producer(value);
        if (producer < before && (producer >= after || after < 0)) {
          completed.add(rings[value]);
        }
      }
    }
    return completed.toArray(PastRing[]::new);
  }

  private Frame frame(int index, Kernels kernels) {
    Program.Node node = program.nodes.get(index);
    float[][] weights = new float[node.parameters().length][];
    for (int p = 0; p < weights.length; p++) {
      weights[p] = parameters.values(node.parameters()[p]);
    }
    Entries[] memories = new Entries[node.memories().length];
    for (int m = 0; m < memories.length; m++) {
      int memory = node.memories()[m];
      memories[m] =
          rings[memory] != null
              ? rings[memory]
              : new MemorySlots(
                  rows[memory],
                  program.values.get(memory).slots(),
                  lengths[program.memoryInput(memory)],
                  slots(index));
    }
    return new Frame(
        kernels,
        select(node.inputs()),
        memories,
        select(node.outputs()),
        weights,
        matrices,
        node.parameters(),
        new float[0][],
        mode,
        index,
        0,
        rowCount,
        rowCount);
  }

  private Rows[] select(int[] indices) {
    Rows[] selected = new Rows[indices.length];
    for (int i = 0; i < indices.length; i++) {
      selected[i] = rows[indices[i]];
    }
    return selected;
  }

  /// Where a value's rows lie; inputs are written there, outputs read. Slot l of row b of a memory
  /// is row `b * slots + l`.
  public Rows rows(Value value) {
    return rows[value.index()];
  }

  /// Says how many slots of a row's memory are filled, from the first; all, unless said.
  public void memoryLength(Value memory, int row, int length) {
    checkLength(memory, length, lengths);
    lengths[memory.index()][row] = length;
  }

  static void checkLength(Value memory, int length, int[][] lengths) {
    if (lengths[memory.index()] == null) {
      throw new IllegalArgumentException(
          memory + " is no memory that the caller writes, so its length follows from others");
    }
    if (length < 0 || length > memory.slots()) {
      throw new IllegalArgumentException(
          length + " entries for " + memory + ", expected 0 to " + memory.slots());
    }
  }

  /// Says from which seed ops draw from now on; only programs that sample ask for it.
  public void seed(long seed) {
    mode.seed = seed;
    mode.step = 0;
  }

  /// Writes the state that a row starts from: the learned initial state, else zeros.
  ///
  /// @param to overwritten from `offset` on, [Program#stateSize()] floats
  public void initialState(float[] to, int offset) {
    int at = offset;
    for (StatePart part : state) {
      part.initial(parameters, to, at);
      at += part.size();
    }
  }

  /// Takes a row's state from a flat array.
  public void load(int row, float[] from, int offset) {
    int at = offset;
    for (StatePart part : state) {
      part.load(row, from, at);
      at += part.size();
    }
  }

  /// Puts a row's state into a flat array.
  public void store(int row, float[] to, int offset) {
    int at = offset;
    for (StatePart part : state) {
      part.store(row, to, at);
      at += part.size();
    }
  }

  /// Computes what follows from the memories alone; to be called after they were written.
  public void remember() {
    for (int i = 0; i < memoryOps.length; i++) {
      memoryOps[i].forward(memoryFrames[i], 0, rowCount * memorySlots[i]);
    }
  }

  /// One step of all rows.
  public void step() {
    for (int i = 0; i < ops.length; i++) {
      for (PastRing ring : ready[i]) {
        ring.append(rowCount);
      }
      ops[i].forward(frames[i], 0, rowCount);
    }
    for (DelayLine delay : delays) {
      delay.advance(rowCount);
    }
    mode.step++;
  }
}
