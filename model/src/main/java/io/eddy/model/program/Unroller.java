package io.eddy.model.program;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// Runs a program over many steps at once, forward and backward: the trainer's half of the program.
///
/// Every value lies in one array of (steps · rows) rows, row `t * rowCount + b` for step t of batch
/// entry b. A value that is delayed has as many steps more in front, for the state that the chunk
/// starts from; the delay is the same array seen from further left, so neither its values nor its
/// gradients are ever copied. Slot l of batch entry b of a memory is row `b * slots + l`.
///
/// Truncated back-propagation through time (Williams and Peng 1990): [#forward], [#backward], then
/// [#carry()] moves the state over the border while its gradient stops there.
///
/// A team of several threads shares rows going forward and back, and elements of the weights'
/// gradients: never a sum, so that the bits are those of one thread. One caller at a time.
public final class Unroller {

  private final Program program;
  private final Parameters parameters;
  private final Parameters gradients;
  private final int maxSteps;
  private final int rowCount;
  private final Team team;
  private final List<Schedule.Component> schedule;
  private final Op.Reach[] reaches; // by component: the widest of its ops
  private final boolean[] stepsBack; // by component: whether backward must go step by step
  private final int[] prefixSteps; // by root value: steps that lie before the chunk
  private final int[] suffixSteps; // by root value: steps that lie after the chunk, always zero
  private final Rows[] rows; // row 0 = step 0 of the chunk
  private final int[][] lengths; // by memory input, of each batch entry's memory
  private final int[] ages; // by batch entry: steps since it started, before this chunk
  private final Frame[][] frames; // by member of the team, and for one alone at last, and node
  private final Matrices matrices;
  private final int[] learnedStates;
  private final boolean[] fresh; // by batch entry: starts from the initial state
  private final Mode mode = new Mode();
  private int steps;
  private boolean computed; // whether the values are those of the state and the last chunk

  /// On the caller's thread alone.
  ///
  /// @param parameters weights, shared: an optimiser changes them between calls
  /// @param maxSteps greatest number of steps of one chunk
  /// @param rowCount batch entries
  public Unroller(
      Program program, Parameters parameters, int maxSteps, int rowCount, Kernels kernels) {
    this(program, parameters, maxSteps, rowCount, kernels, new Team(1));
  }

  /// @param parameters weights, shared: an optimiser changes them between calls
  /// @param maxSteps greatest number of steps of one chunk
  /// @param rowCount batch entries
  /// @param team threads that share the work; the caller closes it
  public Unroller(
      Program program,
      Parameters parameters,
      int maxSteps,
      int rowCount,
      Kernels kernels,
      Team team) {
    Stepper.checkParameters(program, parameters);
    Stepper.checkCount(maxSteps, "steps");
    Stepper.checkCount(rowCount, "rows");
    this.program = program;
    this.parameters = parameters;
    this.maxSteps = maxSteps;
    this.rowCount = rowCount;
    this.team = team;
    gradients = Parameters.zeros(parameters.specs());
    schedule = Schedule.of(program);
    reaches = new Op.Reach[schedule.size()];
    stepsBack = new boolean[schedule.size()];
    for (int i = 0; i < reaches.length; i++) {
      checkLookahead(schedule.get(i));
      reaches[i] = widestReach(schedule.get(i));
      stepsBack[i] = schedule.get(i).recurrent() || meetsItself(schedule.get(i));
    }
    fresh = new boolean[rowCount];
    ages = new int[rowCount];
    int valueCount = program.values.size();
    prefixSteps = new int[valueCount];
    suffixSteps = new int[valueCount];
    findEdges();
    boolean[] needGradient = program.needGradient();
    rows = new Rows[valueCount];
    lengths = new int[valueCount][];
    for (int value = 0; value < valueCount; value++) {
      bind(value, needGradient);
    }
    learnedStates = learnedStates();
    matrices = new Matrices(parameters);
    frames = new Frame[team.size() + 1][program.nodes.size()];
    for (int node = 0; node < program.nodes.size(); node++) {
      for (int member = 0; member < team.size(); member++) {
        frames[member][node] =
            frame(
                node,
                Team.begin(rowCount, member, team.size()),
                Team.begin(rowCount, member + 1, team.size()),
                kernels);
      }
      frames[team.size()][node] = frame(node, 0, rowCount, kernels);
    }
    for (int row = 0; row < rowCount; row++) {
      reset(row);
    }
  }

  /// Whether an op reads one value at several steps, such as a convolution's taps: then rows of
  /// different steps add to the same gradient, and threads may share batch entries, not steps.
  private boolean meetsItself(Schedule.Component component) {
    for (int node : component.nodes()) {
      int[] inputs = program.nodes.get(node).inputs();
      for (int input : inputs) {
        for (int other : inputs) {
          if (op(node).reach() == Op.Reach.ROW
              && program.sharesRowsWith(input, other)
              && program.delay(input) != program.delay(other)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private Op.Reach widestReach(Schedule.Component component) {
    Op.Reach widest = Op.Reach.ROW;
    for (int node : component.nodes()) {
      if (component.recurrent() && op(node).needsWholeSequence()) {
        throw new IllegalArgumentException(
            program.values.get(program.nodes.get(node).outputs()[0])
                + " needs the whole message at once, but lies on a cycle through a delay");
      }
      Op.Reach reach = op(node).reach();
      widest = reach.compareTo(widest) > 0 ? reach : widest;
    }
    return widest;
  }

  /// A cycle runs step by step, so nothing on it can read what comes later.
  private void checkLookahead(Schedule.Component component) {
    for (int node : component.nodes()) {
      Program.Node reader = program.nodes.get(node);
      IntStream.concat(Arrays.stream(reader.inputs()), Arrays.stream(reader.memories()))
          .filter(value -> program.looksAhead(value) && program.delay(value) <= 0)
          .filter(value -> component.nodes().contains(program.writer(value)))
          .forEach(
              value -> {
                throw new IllegalArgumentException(
                    program.values.get(value)
                        + " looks ahead, but lies on a cycle: what it shows would depend on it");
              });
    }
  }

  /// The delays with a learned initial state; of those that show the same rows, the longest.
  private int[] learnedStates() {
    return IntStream.range(0, rows.length)
        .filter(value -> initialParameter(value) >= 0)
        .filter(
            value ->
                IntStream.range(0, rows.length)
                    .filter(other -> initialParameter(other) >= 0)
                    .filter(other -> program.sharesRowsWith(value, other))
                    .noneMatch(
                        other ->
                            program.delay(other) > program.delay(value)
                                || (program.delay(other) == program.delay(value) && other < value)))
        .toArray();
  }

  private int initialParameter(int value) {
    return program.origins.get(value) instanceof Program.Origin.Delayed delayed
        ? delayed.initialParameter()
        : Program.NO_PARAMETER;
  }

  private void findEdges() {
    for (int value = 0; value < prefixSteps.length; value++) {
      int before = program.delay(value);
      if (program.origins.get(value)
          instanceof Program.Origin.Past(int source, int window, boolean turned)) {
        before += window - 1;
      }
      int root = program.root(value);
      prefixSteps[root] = Math.max(prefixSteps[root], before);
      suffixSteps[root] = Math.max(suffixSteps[root], -before);
    }
  }

  private Rows bind(int value, boolean[] needGradient) {
    if (rows[value] == null) {
      rows[value] =
          switch (program.origins.get(value)) {
            case Program.Origin.Input(boolean differentiable) -> {
              int slots = program.values.get(value).slots();
              if (slots > 0) {
                lengths[value] = new int[rowCount];
                Arrays.fill(lengths[value], slots);
              }
              yield allocate(value, needGradient[value]);
            }
            case Program.Origin.Computed(int node) -> allocate(value, needGradient[value]);
            case Program.Origin.InPlace(int node, int other) -> bind(other, needGradient);
            case Program.Origin.Columns(int other, int start) ->
                bind(other, needGradient).shifted(start);
            case Program.Origin.Delayed(int other, int delay, int initial) -> {
              Rows source = bind(other, needGradient);
              yield source.shifted(-delay * rowCount * source.stride);
            }
            case Program.Origin.Past(int other, int window, boolean turned) ->
                bind(other, needGradient);
          };
    }
    return rows[value];
  }

  private Rows allocate(int value, boolean withGradient) {
    int width = program.values.get(value).width();
    int slots = program.values.get(value).slots();
    int prefix = prefixSteps[value] * rowCount;
    int inside = slots > 0 ? slots * rowCount : (maxSteps + suffixSteps[value]) * rowCount;
    int total = prefix + inside;
    Rows all = withGradient ? Rows.withGradient(total, width) : Rows.withoutGradient(total, width);
    return all.shifted(prefix * width);
  }

  private Frame frame(int index, int entryFrom, int entryTo, Kernels kernels) {
    Program.Node node = program.nodes.get(index);
    int[] indices = node.parameters();
    float[][] weights = new float[indices.length][];
    float[][] weightGradients = new float[indices.length][];
    Rows[] inputs = select(node.inputs());
    for (int p = 0; p < indices.length; p++) {
      int parameter = indices[p];
      weights[p] = parameters.values(parameter);
      weightGradients[p] = gradients.values(parameter);
      if (parameters.specs().get(parameter).isMatrix()) {
        matrices.allocate(parameter, inputs[0].hasGradient());
      }
    }
    return new Frame(
        kernels,
        inputs,
        entries(node),
        select(node.outputs()),
        weights,
        matrices,
        indices,
        weightGradients,
        mode,
        index,
        entryFrom,
        entryTo,
        rowCount);
  }

  private Entries[] entries(Program.Node node) {
    Entries[] entries = new Entries[node.memories().length];
    int readerSlots = program.values.get(node.outputs()[0]).slots();
    for (int i = 0; i < entries.length; i++) {
      int memory = node.memories()[i];
      entries[i] =
          program.origins.get(memory)
                  instanceof Program.Origin.Past(int source, int window, boolean turned)
              ? new PastOfChunk(rows[source], window, program.delay(source), ages)
              : new MemorySlots(
                  rows[memory],
                  program.values.get(memory).slots(),
                  lengths[program.memoryInput(memory)],
                  readerSlots);
    }
    return entries;
  }

  private Rows[] select(int[] indices) {
    Rows[] selected = new Rows[indices.length];
    for (int i = 0; i < indices.length; i++) {
      selected[i] = rows[indices[i]];
    }
    return selected;
  }

  /// Where a value's rows lie: row `t * rowCount + b`, of a memory `b * slots + l`.
  public Rows rows(Value value) {
    return rows[value.index()];
  }

  /// The gradients that [#backward] adds to, in the order of the parameters.
  public Parameters gradients() {
    return gradients;
  }

  /// Says how many slots of a batch entry's memory are filled, from the first; all, unless said.
  public void memoryLength(Value memory, int row, int length) {
    Stepper.checkLength(memory, length, lengths);
    lengths[memory.index()][row] = length;
  }

  /// Starts a batch entry anew, from the learned initial state as it stands at the next [#forward],
  /// else from zeros. Comes after [#carry()].
  public void reset(int row) {
    computed = false;
    fresh[row] = true;
    ages[row] = 0;
    for (int value = 0; value < rows.length; value++) {
      if (program.origins.get(value)
          instanceof Program.Origin.Delayed(int source, int delay, int initial)) {
        int width = program.values.get(value).width();
        for (int slot = 0; slot < delay; slot++) {
          int at = rows[value].at(slot * rowCount + row);
          Arrays.fill(rows[value].values, at, at + width, 0);
        }
      }
    }
  }

  /// Each time, since an optimiser changes initial states as it does any parameter.
  private void startFromLearnedStates() {
    for (int value : learnedStates) {
      float[] initial = parameters.values(initialParameter(value));
      for (int slot = 0; slot < program.delay(value); slot++) {
        for (int row = 0; row < rowCount; row++) {
          if (fresh[row]) {
            int at = rows[value].at(slot * rowCount + row);
            System.arraycopy(initial, 0, rows[value].values, at, initial.length);
          }
        }
      }
    }
  }

  /// Computes all values of a chunk from the inputs and the state it starts from, as the stream
  /// does.
  ///
  /// @param stepCount steps of this chunk, at most the number given at construction
  public void forward(int stepCount) {
    mode.training = false;
    run(stepCount);
  }

  /// As [#forward(int)], with what only training does: dropout, statistics of the batch.
  ///
  /// @param seed of what ops draw; another for every chunk
  public void forward(int stepCount, long seed) {
    mode.training = true;
    mode.seed = seed;
    run(stepCount);
  }

  private void run(int stepCount) {
    if (stepCount < 1 || stepCount > maxSteps) {
      throw new IllegalArgumentException(
          "a chunk of " + stepCount + " steps, expected 1 to " + maxSteps);
    }
    steps = stepCount;
    computed = true;
    startFromLearnedStates();
    matrices.packForward();
    for (int value = 0; value < rows.length; value++) {
      if (program.origins.get(value) instanceof Program.Origin.Input) {
        clearSuffix(value);
      }
    }
    for (int i = 0; i < schedule.size(); i++) {
      Schedule.Component component = schedule.get(i);
      if (reaches[i] == Op.Reach.BATCH) {
        forward(component, frames[team.size()], 0, 1);
      } else {
        team.run(part -> forward(component, frames[part], part, team.size()));
      }
      for (int node : component.nodes()) {
        for (int output : program.nodes.get(node).outputs()) {
          clearSuffix(program.root(output));
        }
      }
    }
  }

  private void clearSuffix(int root) {
    if (suffixSteps[root] > 0) {
      Rows all = rows[root];
      int from = all.at(steps * rowCount);
      Arrays.fill(all.values, from, from + suffixSteps[root] * rowCount * all.stride, 0);
    }
  }

  private void forward(Schedule.Component component, Frame[] own, int part, int parts) {
    if (component.recurrent()) {
      int from = Team.begin(rowCount, part, parts);
      int to = Team.begin(rowCount, part + 1, parts);
      for (int t = 0; t < steps; t++) {
        int step = t * rowCount;
        for (int node : component.nodes()) {
          if (op(node).reach() == Op.Reach.ENTRY) {
            op(node).forward(own[node], step, step + rowCount);
          } else {
            op(node).forward(own[node], step + from, step + to);
          }
        }
      }
      return;
    }
    int all = rowsAtOnce(component);
    for (int node : component.nodes()) {
      if (op(node).reach() == Op.Reach.ENTRY) {
        op(node).forward(own[node], 0, all);
      } else {
        op(node).forward(own[node], Team.begin(all, part, parts), Team.begin(all, part + 1, parts));
      }
    }
  }

  private int rowsAtOnce(Schedule.Component component) {
    return component.slots() > 0 ? component.slots() * rowCount : steps * rowCount;
  }

  /// Adds to [#gradients()] the derivative of `seed · Σ loss` over all rows of the last chunk.
  ///
  /// @param loss a value of width 1
  /// @param seed the derivative of what is minimised by each row of the loss
  ///
  /// @throws IllegalStateException if there is no chunk that ended in the state that stands here
  public void backward(Value loss, float seed) {
    checkComputed();
    clearRowGradients();
    Rows lossRows = rows[loss.index()];
    for (int row = 0; row < steps * rowCount; row++) {
      lossRows.gradients[lossRows.at(row)] = seed;
    }
    backward();
  }

  /// Sets the gradients of all rows of the last chunk, and those of memories, to zero, for who
  /// writes those of outputs and then calls [#backward()].
  public void clearRowGradients() {
    team.run(
        part -> {
          for (int value = 0; value < rows.length; value++) {
            if (program.root(value) == value) {
              float[] gradient = rows[value].gradients;
              int used = Math.min(gradient.length, usedRows(value) * rows[value].stride);
              Arrays.fill(
                  gradient,
                  Team.begin(used, part, team.size()),
                  Team.begin(used, part + 1, team.size()),
                  0);
            }
          }
        });
  }

  /// Rows from a value's first one on that the last chunk has to do with.
  private int usedRows(int root) {
    int slots = program.values.get(root).slots();
    return rowCount * (slots > 0 ? slots : prefixSteps[root] + steps + suffixSteps[root]);
  }

  /// Adds to [#gradients()], and to the rows' gradients of differentiable inputs and memories, what
  /// follows from the gradients that stand in the rows of the outputs.
  ///
  /// @throws IllegalStateException as [#backward(Value, float)]
  public void backward() {
    checkComputed();
    matrices.packBackward();
    for (int i = schedule.size() - 1; i >= 0; i--) {
      Schedule.Component component = schedule.get(i);
      if (reaches[i] == Op.Reach.BATCH) {
        backward(component, stepsBack[i], frames[team.size()], 0, 1);
      } else {
        boolean stepwise = stepsBack[i];
        team.run(part -> backward(component, stepwise, frames[part], part, team.size()));
      }
      backwardParameters(component);
    }
    addInitialStateGradients();
  }

  private void backward(
      Schedule.Component component, boolean stepwise, Frame[] own, int part, int parts) {
    List<Integer> nodes = component.nodes();
    if (stepwise) {
      int from = Team.begin(rowCount, part, parts);
      int to = Team.begin(rowCount, part + 1, parts);
      for (int t = steps - 1; t >= 0; t--) {
        int step = t * rowCount;
        for (int i = nodes.size() - 1; i >= 0; i--) {
          int node = nodes.get(i);
          if (op(node).reach() == Op.Reach.ENTRY) {
            op(node).backward(own[node], step, step + rowCount);
          } else {
            op(node).backward(own[node], step + from, step + to);
          }
        }
      }
      return;
    }
    int all = rowsAtOnce(component);
    for (int i = nodes.size() - 1; i >= 0; i--) {
      int node = nodes.get(i);
      if (op(node).reach() == Op.Reach.ENTRY) {
        op(node).backward(own[node], 0, all);
      } else {
        op(node)
            .backward(own[node], Team.begin(all, part, parts), Team.begin(all, part + 1, parts));
      }
    }
  }

  private void backwardParameters(Schedule.Component component) {
    boolean learns = false;
    for (int node : component.nodes()) {
      learns |= program.nodes.get(node).parameters().length > 0;
    }
    if (learns) {
      int all = rowsAtOnce(component);
      team.run(
          part -> {
            for (int node : component.nodes()) {
              op(node).backwardParameters(frames[part][node], 0, all, part, team.size());
            }
          });
    }
  }

  private void addInitialStateGradients() {
    for (int value : learnedStates) {
      float[] gradient = gradients.values(initialParameter(value));
      for (int slot = 0; slot < program.delay(value); slot++) {
        for (int row = 0; row < rowCount; row++) {
          if (fresh[row]) {
            int at = rows[value].at(slot * rowCount + row);
            for (int i = 0; i < gradient.length; i++) {
              gradient[i] += rows[value].gradients[at + i];
            }
          }
        }
      }
    }
  }

  /// Moves the state over the border: the next chunk goes on where the last one ended.
  public void carry() {
    carry(steps);
  }

  /// Moves the state to the border after the first steps of the last chunk, so that the next one
  /// begins there: overlapping chunks let gradients flow back further than an update lies from the
  /// last.
  ///
  /// @param passed steps that the next chunk leaves behind, 1 to those of the last chunk
  public void carry(int passed) {
    checkComputed();
    computed = false;
    if (passed < 1 || passed > steps) {
      throw new IllegalArgumentException(
          "a border after " + passed + " steps of a chunk, expected 1 to " + steps);
    }
    Arrays.fill(fresh, false);
    for (int row = 0; row < rowCount; row++) {
      ages[row] += passed;
    }
    for (int value = 0; value < rows.length; value++) {
      int prefix = prefixSteps[value]; // 0 but for roots
      if (prefix > 0) {
        Rows all = rows[value];
        int stepSize = rowCount * all.stride;
        System.arraycopy(
            all.values,
            all.offset + (passed - prefix) * stepSize,
            all.values,
            all.offset - prefix * stepSize,
            prefix * stepSize);
      }
    }
  }

  private void checkComputed() {
    if (!computed) {
      throw new IllegalStateException(
          "no chunk has been computed since the start, carry or reset: call forward first");
    }
  }

  private Op op(int node) {
    return program.nodes.get(node).op();
  }
}
