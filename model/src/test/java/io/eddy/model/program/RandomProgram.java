package io.eddy.model.program;

import io.eddy.model.op.Add;
import io.eddy.model.op.Affine;
import io.eddy.model.op.Attend;
import io.eddy.model.op.AttendAdditive;
import io.eddy.model.op.Attended;
import io.eddy.model.op.Concatenation;
import io.eddy.model.op.GruGates;
import io.eddy.model.op.LayerNorm;
import io.eddy.model.op.Linear;
import io.eddy.model.op.LstmGates;
import io.eddy.model.op.MeanPool;
import io.eddy.model.op.Multiply;
import io.eddy.model.op.Select;
import io.eddy.model.op.Sigmoid;
import io.eddy.model.op.Softmax;
import io.eddy.model.op.Tanh;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/// A network that nobody would build, drawn from a seed: everything that a [ProgramBuilder] can
/// trace, in combinations that no cell has.
///
/// All functions in it are smooth and all cycles go through a bounded one, so that its gradients
/// can be compared with differences.
final class RandomProgram {

  private static final int MOST_OPERATIONS = 14;
  private static final int WIDEST = 5;
  private static final int LONGEST_DELAY = 4;
  private static final int LONGEST_WINDOW = 7;
  private static final int MOST_SLOTS = 5;
  private static final String ZERO = "zero";

  /// A delay that has no source yet.
  private record Open(ProgramBuilder.Feedback feedback, String initial) {}

  final Program program;
  final Parameters parameters;

  /// Of every step, but for the flag.
  final List<Value> inputs = new ArrayList<>();

  /// Of every sequence.
  final List<Value> memories = new ArrayList<>();

  /// 0 or 1 at every step.
  final Value flag;

  /// What operations computed and nothing consumed: the values of which gradients may be given.
  final List<Value> computed = new ArrayList<>();

  /// Whether only an unroller can run it.
  final boolean looksAhead;

  private final SplittableRandom random;
  private final ProgramBuilder builder = new ProgramBuilder();
  private final List<Value> readable = new ArrayList<>(); // of every step
  private final List<Value> readableMemories = new ArrayList<>();
  private final List<Open> open = new ArrayList<>();
  private final List<ParameterSpec> initials = new ArrayList<>();
  private final Map<Value, Value> columnsOf = new HashMap<>();
  private final Set<Value> delays = new HashSet<>();
  private final Map<Value, String> initialOf = new HashMap<>(); // of values that are delayed
  private boolean ahead;
  private int names;

  RandomProgram(long seed) {
    random = new SplittableRandom(seed);
    boolean mayLookAhead = random.nextInt(4) == 0;
    flag = builder.input("flag", 1);
    inputs.add(builder.input("x", size()));
    inputs.add(builder.differentiableInput("y", size()));
    readable.addAll(inputs);
    int operations = 1 + random.nextInt(MOST_OPERATIONS);
    for (int i = 0; i < operations; i++) {
      operation(mayLookAhead);
    }
    closeAll();
    add(Tanh.of(builder, linear(pick(), size())));
    program = builder.build();
    parameters = Parameters.initial(program.parameters(), seed);
    looksAhead = ahead;
  }

  private int size() {
    return 1 + random.nextInt(WIDEST);
  }

  private int steps() {
    return 1 + random.nextInt(LONGEST_DELAY);
  }

  private Value pick() {
    return readable.get(random.nextInt(readable.size()));
  }

  private Value add(Value value) {
    readable.add(value);
    computed.add(value);
    return value;
  }

  private ParameterSpec matrix(int outputs, int inputs) {
    return ParameterSpec.matrix("w" + names++, outputs, inputs, new Initializer.Xavier(1));
  }

  private ParameterSpec vector(int size) {
    return ParameterSpec.vector("v" + names++, size, new Initializer.Uniform(0.5));
  }

  private Value linear(Value x, int outputs) {
    return random.nextBoolean()
        ? Linear.of(builder, x, matrix(outputs, x.width()))
        : Linear.of(builder, x, matrix(outputs, x.width()), vector(outputs));
  }

  /// Something of that width, most often something that there is.
  private Value pick(int width) {
    List<Value> fitting = readable.stream().filter(value -> value.width() == width).toList();
    return fitting.isEmpty() || random.nextInt(3) == 0
        ? add(Tanh.of(builder, linear(pick(), width)))
        : fitting.get(random.nextInt(fitting.size()));
  }

  private void operation(boolean mayLookAhead) {
    switch (random.nextInt(16)) {
      case 0 -> add(Tanh.of(builder, linear(pick(), size())));
      case 1 -> addSumOfProducts();
      case 2, 3 -> addElementwise();
      case 4 -> addConcatenation();
      case 5 -> {
        Value of = pick();
        int start = random.nextInt(of.width());
        Value columns = builder.columns(of, start, 1 + random.nextInt(of.width() - start));
        columnsOf.put(columns, of);
        readable.add(columns);
      }
      case 6 -> readable.add(delay(pick(), steps()));
      case 7 -> openFeedback();
      case 8, 9 -> addPast();
      case 10 -> addMemory();
      case 11 -> addMask();
      case 12 -> addGru();
      case 13 -> addLstm();
      case 14 -> {
        if (mayLookAhead) {
          // A cycle must not go through what comes later.
          closeAll();
          ahead = true;
          Value later = builder.lookahead(pick(), steps());
          delays.add(later);
          readable.add(later);
        }
      }
      default -> addOnMemories();
    }
  }

  private void addSumOfProducts() {
    int width = size();
    Value sum = linear(pick(), width);
    int products = 1 + random.nextInt(3);
    for (int i = 0; i < products; i++) {
      Value x = pick();
      sum = Linear.onto(builder, sum, x, matrix(width, x.width()));
    }
    add(random.nextBoolean() ? sum : Tanh.of(builder, sum));
  }

  private void addElementwise() {
    Value x = pick();
    add(
        switch (random.nextInt(7)) {
          case 0 -> Tanh.of(builder, x);
          case 1 -> Sigmoid.of(builder, x);
          case 2 -> Affine.of(builder, -0.5f, x, 0.25f);
          case 3 -> Add.of(builder, x, pick(x.width()));
          case 4 -> Softmax.of(builder, x);
          case 5 -> LayerNorm.of(builder, x, vector(x.width()), vector(x.width()), 0.5f);
          default ->
              Multiply.of(builder, Tanh.of(builder, x), Sigmoid.of(builder, pick(x.width())));
        });
  }

  private void addConcatenation() {
    Value[] parts = new Value[1 + random.nextInt(4)];
    parts[0] = pick();
    boolean window = random.nextBoolean();
    for (int i = 1; i < parts.length; i++) {
      parts[i] = window ? delay(parts[0], steps()) : pick();
    }
    Value all = Concatenation.of(builder, parts);
    add(random.nextBoolean() ? all : Tanh.of(builder, linear(all, size())));
  }

  /// Nothing but a copy, so that it has a state of its own.
  private Value copy(Value value) {
    Value copy = Affine.of(builder, 1, value, 0);
    computed.add(copy);
    return copy;
  }

  private Value root(Value value) {
    Value of = columnsOf.get(value);
    return of == null ? value : root(of);
  }

  private boolean isDelay(Value value) {
    return delays.contains(root(value));
  }

  /// What may be delayed from that initial state: before its first step a value has only one.
  private Value delayable(Value value, String initial) {
    Value source = isDelay(value) ? copy(value) : value;
    if (!initialOf.getOrDefault(root(source), initial).equals(initial)
        || (!initial.equals(ZERO) && !root(source).equals(source))) {
      source = copy(source);
    }
    initialOf.put(root(source), initial);
    return source;
  }

  private Value delay(Value value, int steps) {
    Value delayed = builder.delay(delayable(value, ZERO), steps);
    delays.add(delayed);
    return delayed;
  }

  private Open feedback(int width) {
    int kind = random.nextInt(3);
    if (kind == 0) {
      return opened(builder.feedback("feedback" + names++, width, steps()), ZERO);
    }
    List<ParameterSpec> fitting = initials.stream().filter(v -> v.outputs() == width).toList();
    ParameterSpec initial = kind == 1 || fitting.isEmpty() ? vector(width) : fitting.getFirst();
    initials.add(initial);
    return opened(builder.feedback("feedback" + names++, initial, steps()), initial.name());
  }

  private Open opened(ProgramBuilder.Feedback feedback, String initial) {
    delays.add(feedback.value());
    return new Open(feedback, initial);
  }

  private void openFeedback() {
    if (!ahead) {
      Open added = feedback(size());
      open.add(added);
      readable.add(added.feedback().value());
      if (!added.initial().equals(ZERO) && random.nextBoolean()) {
        // Two delays of one value from the same state.
        Open other =
            opened(
                builder.feedback("feedback" + names++, initials.getLast(), steps()),
                added.initial());
        open.add(other);
        readable.add(other.feedback().value());
      }
    }
  }

  private void close(Open feedback, Value source) {
    feedback.feedback().close(delayable(source, feedback.initial()));
  }

  private void closeAll() {
    Value source = flag;
    for (Open feedback : open) {
      int width = feedback.feedback().value().width();
      if (source.width() != width || source.equals(flag) || random.nextInt(4) == 0) {
        source = Tanh.of(builder, pick(width));
        computed.add(source);
      }
      close(feedback, source);
    }
    open.clear();
  }

  private void addPast() {
    int heads = 1 + random.nextInt(2);
    int window = 1 + random.nextInt(LONGEST_WINDOW);
    Value query = pick(heads * (1 + random.nextInt(3)));
    Value keySource = pick(query.width());
    Value valueSource = random.nextBoolean() ? keySource : pick(heads * (1 + random.nextInt(2)));
    if (random.nextInt(3) == 0) {
      int delay = steps();
      keySource = delay(keySource, delay);
      valueSource = delay(valueSource, delay);
    } else {
      // Entries of keys and values belong together, so both are delayed as far.
      keySource = isDelay(keySource) ? copy(keySource) : keySource;
      valueSource = isDelay(valueSource) ? copy(valueSource) : valueSource;
    }
    Value keys =
        random.nextInt(4) == 0
            ? builder.past(keySource, window)
            : builder.pastKeys(keySource, window);
    Value values =
        random.nextInt(4) == 0
            ? builder.pastKeys(valueSource, window)
            : builder.past(valueSource, window);
    if (random.nextInt(4) == 0) {
      add(MeanPool.of(builder, values));
    }
    addAttended(
        random.nextInt(4) == 0
            ? AttendAdditive.of(builder, query, keys, values, vector(query.width()))
            : Attend.of(builder, query, keys, values, heads, 0.7f));
  }

  private void addAttended(Attended attended) {
    add(attended.context());
    if (random.nextInt(3) == 0) {
      add(attended.probabilities());
    }
  }

  private void addMemory() {
    Value memory = builder.memory("memory" + names++, size(), 1 + random.nextInt(MOST_SLOTS));
    memories.add(memory);
    readableMemories.add(memory);
    addOnMemories();
  }

  private void addOnMemories() {
    if (readableMemories.isEmpty()) {
      return;
    }
    Value memory = readableMemories.get(random.nextInt(readableMemories.size()));
    switch (random.nextInt(4)) {
      case 0 -> add(MeanPool.of(builder, memory));
      case 1 -> readableMemories.add(Tanh.of(builder, linear(memory, size())));
      case 2 -> {
        Value other = readableMemories.get(random.nextInt(readableMemories.size()));
        Value query = linear(other, 2);
        readableMemories.add(
            Attend.of(builder, query, linear(memory, 2), memory, 1, 0.7f).context());
      }
      default -> {
        int start = random.nextInt(memory.width());
        Value values = builder.columns(memory, start, memory.width() - start);
        Value keys = linear(memory, size());
        addAttended(
            random.nextInt(4) == 0
                ? AttendAdditive.of(builder, pick(keys.width()), keys, values, vector(keys.width()))
                : Attend.of(builder, pick(keys.width()), keys, values, 1, 0.7f));
      }
    }
  }

  private void addMask() {
    int width = size();
    Open before = feedback(width);
    Value next =
        Linear.onto(
            builder, linear(pick(), width), before.feedback().value(), matrix(width, width));
    Value held = Select.of(builder, flag, Tanh.of(builder, next), before.feedback().value());
    add(held);
    close(before, held);
  }

  private void addGru() {
    int width = size();
    Open before = feedback(width);
    Value x = linear(pick(), 3 * width);
    Value h = linear(before.feedback().value(), 3 * width);
    close(before, add(GruGates.of(builder, x, h, before.feedback().value())));
  }

  private void addLstm() {
    int width = size();
    Open cell = feedback(width);
    Open hidden = feedback(width);
    Value gates =
        Linear.onto(
            builder,
            linear(pick(), 4 * width),
            hidden.feedback().value(),
            matrix(4 * width, width));
    LstmGates.Step step = LstmGates.of(builder, gates, cell.feedback().value());
    close(hidden, add(step.hidden()));
    close(cell, add(step.cell()));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Value value : program.values()) {
      text.append(value).append(" <- ").append(program.origin(value)).append('\n');
    }
    for (int node = 0; node < program.nodeCount(); node++) {
      text.append(program.op(node).getClass().getSimpleName())
          .append(' ')
          .append(program.inputs(node))
          .append(program.memories(node))
          .append(" -> ")
          .append(program.outputs(node))
          .append('\n');
    }
    return text.toString();
  }
}
