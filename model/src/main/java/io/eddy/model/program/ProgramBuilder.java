package io.eddy.model.program;

import io.eddy.model.parameter.ParameterSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Traces a network's equations into a [Program].
///
/// Operations come from the ops' own factories, such as `Linear.of(builder, x, weight)`; here are
/// what no op can do, inputs, memories and the edges in time, and [#node] by which ops are added.
/// Shapes are checked once, while tracing, so that ops need not look at them again. Some operations
/// *consume* an input: they compute in its place, and nothing else may read it afterwards.
public final class ProgramBuilder {

  private static final int OPEN = -1;

  private final List<Value> values = new ArrayList<>();
  private final List<Program.Origin> origins = new ArrayList<>();
  private final List<Program.Node> nodes = new ArrayList<>();
  private final List<ParameterSpec> parameters = new ArrayList<>();
  private final Set<Integer> consumed = new HashSet<>();
  private final Set<Integer> read = new HashSet<>();

  /// A program without operations.
  public ProgramBuilder() {}

  /// A value that the caller writes before every step.
  public Value input(String name, int width) {
    return value(name, width, 0, new Program.Origin.Input(false));
  }

  /// An input whose gradient the caller wants: the output of another program.
  public Value differentiableInput(String name, int width) {
    return value(name, width, 0, new Program.Origin.Input(true));
  }

  /// A memory that the caller writes before a sequence, the same at all its steps, with gradient:
  /// an encoder's states, an image's regions. Ops that compute row by row turn memories into
  /// memories, once per sequence.
  ///
  /// @param slots entries per row of the batch, at most; see [Unroller#memoryLength]
  public Value memory(String name, int width, int slots) {
    require(slots >= 1, name + ": a memory of " + slots + " slots, expected at least 1");
    return value(name, width, slots, new Program.Origin.Input(true));
  }

  /// Columns `start` to `start + width` of a value, without a copy.
  public Value columns(Value of, int start, int width) {
    checkReadable(of);
    require(!isPast(of), of + " is a past: use the past of the columns");
    require(
        start >= 0 && width >= 1 && start + width <= of.width(),
        "columns " + start + " to " + (start + width) + " of " + of + " do not exist");
    return value(
        of.name() + ".columns", width, of.slots(), new Program.Origin.Columns(of.index(), start));
  }

  /// The last `window` rows of a value, this step's included, as a memory that moves along: a key's
  /// own past.
  ///
  /// @param of a value of every step; where it is a delay, the rows before its first are no entries
  public Value past(Value of, int window) {
    return past(of, window, false);
  }

  /// As [#past(Value, int)], for what products run along entries: keys. In the stream's state they
  /// lie turned round, entry after entry for each element.
  public Value pastKeys(Value of, int window) {
    return past(of, window, true);
  }

  /// Whether a value shows another's earlier rows.
  public boolean isDelay(Value value) {
    return isDelayed(value.index());
  }

  /// Whether a memory is some value's past, not one that stays the same at all steps.
  public boolean isPast(Value memory) {
    return origins.get(memory.index()) instanceof Program.Origin.Past;
  }

  /// Steps that lie between a value's row, or a past's newest entry, and the row that it shows.
  public int delayOf(Value value) {
    return delayOf(value.index());
  }

  private int delayOf(int value) {
    return switch (origins.get(value)) {
      case Program.Origin.Delayed(int of, int steps, int initial) ->
          of == OPEN ? steps : steps + delayOf(of);
      case Program.Origin.Columns(int of, int start) -> delayOf(of);
      case Program.Origin.Past(int of, int window, boolean turned) -> delayOf(of);
      default -> 0;
    };
  }

  private Value past(Value of, int window, boolean turned) {
    checkReadable(of);
    require(window >= 1, of + ": a past of " + window + " steps, expected at least 1");
    require(!of.isMemory(), of + " is a memory, which has no past");
    return value(
        of.name() + ".past",
        of.width(),
        window,
        new Program.Origin.Past(of.index(), window, turned));
  }

  /// What a value was `steps` steps ago; zero before the first step.
  public Value delay(Value of, int steps) {
    Feedback feedback = feedback(of.name() + ".delayed", of.width(), steps);
    feedback.close(of);
    return feedback.value();
  }

  /// What a value will be `steps` steps later, zero after the last: only where the whole message is
  /// known, so for an [Unroller] and not for a [Stepper].
  public Value lookahead(Value of, int steps) {
    checkReadable(of);
    require(steps >= 1, of + ": a look ahead by " + steps + " steps, expected at least 1");
    require(!of.isMemory(), of + " is a memory, which has no time");
    return value(
        of.name() + ".ahead",
        of.width(),
        0,
        new Program.Origin.Delayed(of.index(), -steps, Program.NO_PARAMETER));
  }

  /// A delay whose source is traced later: the edge that makes a network recurrent. Zero before the
  /// first step.
  public Feedback feedback(String name, int width, int steps) {
    return new Feedback(openDelay(name, width, steps, Program.NO_PARAMETER));
  }

  /// As [#feedback(String, int, int)], with a learned initial state.
  public Feedback feedback(String name, ParameterSpec initial, int steps) {
    require(initial.kind() == ParameterSpec.Kind.VECTOR, initial.name() + " must be a vector");
    return new Feedback(openDelay(name, initial.outputs(), steps, parameter(initial)));
  }

  private Value openDelay(String name, int width, int steps, int initialParameter) {
    require(steps >= 1, name + ": a delay of " + steps + " steps, expected at least 1");
    return value(name, width, 0, new Program.Origin.Delayed(OPEN, steps, initialParameter));
  }

  /// A delay that waits for its source.
  public final class Feedback {
    private final Value value;

    private Feedback(Value value) {
      this.value = value;
    }

    /// The source as it was before.
    public Value value() {
      return value;
    }

    /// Names the source.
    public void close(Value source) {
      checkReadable(source);
      require(source.width() == value.width(), value + " is not as wide as its source " + source);
      require(!source.isMemory(), source + " is a memory, which cannot be delayed");
      require(
          !isDelayed(source.index()),
          source + " is a delay itself: use one delay of more steps instead of a delay of a delay");
      var open = (Program.Origin.Delayed) origins.get(value.index());
      require(open.value() == OPEN, value + " has a source already");
      origins.set(
          value.index(),
          new Program.Origin.Delayed(source.index(), open.steps(), open.initialParameter()));
    }
  }

  private boolean isDelayed(int value) {
    return switch (origins.get(value)) {
      case Program.Origin.Delayed delayed -> true;
      case Program.Origin.Columns(int of, int start) -> isDelayed(of);
      default -> false;
    };
  }

  /// Begins to add an operation.
  public NodeBuilder node(Op op) {
    return new NodeBuilder(op);
  }

  /// What an operation reads; one of the `writes` methods ends it.
  public final class NodeBuilder {
    private final Op op;
    private final List<Value> inputs = new ArrayList<>();
    private final List<Value> memories = new ArrayList<>();
    private final List<ParameterSpec> specs = new ArrayList<>();

    private NodeBuilder(Op op) {
      this.op = op;
    }

    /// Adds inputs.
    public NodeBuilder reads(Value... added) {
      for (Value value : added) {
        checkReadable(value);
        inputs.add(value);
      }
      return this;
    }

    /// Adds inputs in whose place the operation computes: nothing else may read them.
    public NodeBuilder consumes(Value... added) {
      for (Value value : added) {
        consume(value);
        inputs.add(value);
      }
      return this;
    }

    /// Adds memories, all of whose entries the operation may read at every step.
    public NodeBuilder remembers(Value... added) {
      for (Value value : added) {
        checkReadable(value);
        require(value.isMemory(), value + " is no memory: use memory, past or pastKeys");
        memories.add(value);
      }
      return this;
    }

    /// Adds parameters.
    public NodeBuilder parameters(ParameterSpec... added) {
      specs.addAll(List.of(added));
      return this;
    }

    /// Ends the operation with one output.
    public Value writes(String name, int width) {
      Value out = value(name, width, slots(), new Program.Origin.Computed(nodes.size()));
      add(List.of(out));
      return out;
    }

    /// Ends the operation with several outputs.
    public List<Value> writesAll(List<String> names, List<Integer> widths) {
      int slots = slots();
      List<Value> outputs = new ArrayList<>();
      for (int i = 0; i < names.size(); i++) {
        outputs.add(
            value(names.get(i), widths.get(i), slots, new Program.Origin.Computed(nodes.size())));
      }
      add(outputs);
      return outputs;
    }

    /// Ends the operation with an output in the place of a value, which is consumed.
    public Value writesOnto(String name, Value onto) {
      consume(onto);
      Value out =
          value(
              name,
              onto.width(),
              onto.slots(),
              new Program.Origin.InPlace(nodes.size(), onto.index()));
      require(onto.slots() == slots(), onto + " and " + inputs + " do not lie in the same rows");
      add(List.of(out));
      return out;
    }

    private int slots() {
      int slots = inputs.isEmpty() ? 0 : inputs.getFirst().slots();
      for (Value input : inputs) {
        require(input.slots() == slots, inputs.getFirst() + " and " + input + " lie in other rows");
        require(
            !(origins.get(input.index()) instanceof Program.Origin.Past),
            input + " is a past, which only an attention can read");
      }
      return slots;
    }

    private void add(List<Value> outputs) {
      int[] parameterIndices = new int[specs.size()];
      for (int i = 0; i < parameterIndices.length; i++) {
        parameterIndices[i] = parameter(specs.get(i));
      }
      nodes.add(
          new Program.Node(
              op, indices(inputs), indices(memories), indices(outputs), parameterIndices));
    }
  }

  private static int[] indices(List<Value> values) {
    return values.stream().mapToInt(Value::index).toArray();
  }

  /// Refuses equations that do not fit together.
  ///
  /// @throws IllegalArgumentException with the message, unless `holds`
  public static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }

  /// The finished program.
  public Program build() {
    for (int i = 0; i < origins.size(); i++) {
      if (origins.get(i) instanceof Program.Origin.Delayed delayed && delayed.value() == OPEN) {
        throw new IllegalStateException(values.get(i) + " never got its source");
      }
    }
    var program = new Program(values, origins, nodes, parameters);
    program.checkInitialStates();
    return program;
  }

  private int parameter(ParameterSpec spec) {
    int index = parameters.indexOf(spec);
    if (index < 0) {
      parameters.add(spec);
      index = parameters.size() - 1;
    }
    return index;
  }

  private Value value(String name, int width, int slots, Program.Origin origin) {
    require(width >= 1, name + ": a width of " + width + ", expected at least 1");
    Value value = new Value(values.size(), width, slots, name);
    values.add(value);
    origins.add(origin);
    return value;
  }

  private void checkOwn(Value value) {
    require(
        value.index() < values.size() && values.get(value.index()).equals(value),
        value + " is a value of another program");
  }

  private void consume(Value value) {
    checkOwn(value);
    require(
        !consumed.contains(value.index()) && !read.contains(value.index()),
        value + " cannot be computed in place: another operation reads it");
    Program.Origin origin = origins.get(value.index());
    require(
        origin instanceof Program.Origin.Computed || origin instanceof Program.Origin.InPlace,
        value + " cannot be computed in place: it is no operation's output");
    consumed.add(value.index());
  }

  private void checkReadable(Value value) {
    checkOwn(value);
    require(!consumed.contains(value.index()), value + " was consumed by an earlier operation");
    read.add(value.index());
  }
}
