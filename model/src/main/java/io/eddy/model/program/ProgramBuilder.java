package io.eddy.model.program;

import io.eddy.model.parameter.ParameterSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Traces a network's equations into a [Program].
///
/// Each method adds one operation and returns its value. Shapes are checked here, once, so that ops
/// need not look at them again. Some operations *consume* an input: they compute in its place, and
/// nothing else may read it afterwards.
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
    return value(name, width, new Program.Origin.Input());
  }

  /// Columns `start` to `start + width` of a value, without a copy.
  public Value columns(Value of, int start, int width) {
    checkReadable(of);
    if (start < 0 || start + width > of.width()) {
      throw new IllegalArgumentException(
          "columns " + start + " to " + (start + width) + " of " + of + " do not exist");
    }
    return value(of.name() + ".columns", width, new Program.Origin.Columns(of.index(), start));
  }

  /// `bias + x · Wᵀ`; several biases are added up, as PyTorch's recurrent layers have two.
  public Value linear(Value x, ParameterSpec weight, ParameterSpec... biases) {
    checkReadable(x);
    checkWeight(x, weight);
    for (ParameterSpec bias : biases) {
      check(
          !bias.isMatrix() && bias.outputs() == weight.outputs(),
          bias.name() + " must be a vector of " + weight.outputs());
    }
    int[] indices = new int[1 + biases.length];
    indices[0] = parameter(weight);
    for (int i = 0; i < biases.length; i++) {
      indices[i + 1] = parameter(biases[i]);
    }
    Value out = computed(weight.name() + ".product", weight.outputs());
    var op = new Linear(x.width(), out.width(), false);
    add(op, new int[] {x.index()}, new int[] {out.index()}, indices);
    return out;
  }

  /// `onto + x · Wᵀ`, added up in the place of `onto`, which is consumed.
  public Value accumulate(Value onto, Value x, ParameterSpec weight) {
    checkReadable(x);
    checkWeight(x, weight);
    check(onto.width() == weight.outputs(), weight.name() + " does not fit onto " + onto);
    consume(onto);
    Value out =
        value(
            weight.name() + ".sum",
            onto.width(),
            new Program.Origin.InPlace(nodes.size(), onto.index()));
    var op = new Linear(x.width(), out.width(), true);
    add(op, new int[] {x.index()}, new int[] {out.index()}, new int[] {parameter(weight)});
    return out;
  }

  /// `tanh(x)`.
  public Value tanh(Value x) {
    checkReadable(x);
    Value out = computed("tanh", x.width());
    add(new Tanh(x.width()), new int[] {x.index()}, new int[] {out.index()}, new int[0]);
    return out;
  }

  /// h and c of an LSTM step.
  ///
  /// @param hidden h, the output
  /// @param cell c
  public record Lstm(Value hidden, Value cell) {}

  /// The element-wise part of an LSTM step; see [LstmGates].
  ///
  /// @param gates (4H), order i, f, g, o, before activation; consumed
  /// @param before the cell before, (H)
  public Lstm lstm(Value gates, Value before) {
    checkReadable(before);
    int hiddenSize = before.width();
    check(gates.width() == 4 * hiddenSize, gates + " must be four times as wide as " + before);
    consume(gates);
    Value hidden = computed("lstm.hidden", hiddenSize);
    Value cell = computed("lstm.cell", hiddenSize);
    Value tanhCell = computed("lstm.tanh", hiddenSize);
    add(
        new LstmGates(hiddenSize),
        new int[] {gates.index(), before.index()},
        new int[] {hidden.index(), cell.index(), tanhCell.index()},
        new int[0]);
    return new Lstm(hidden, cell);
  }

  /// The element-wise part of a GRU step; see [GruGates].
  ///
  /// @param x the input's products, (3H), order r, z, n; consumed
  /// @param h the state's products, (3H); consumed
  /// @param before the output before, (H)
  public Value gru(Value x, Value h, Value before) {
    checkReadable(before);
    int hiddenSize = before.width();
    check(x.width() == 3 * hiddenSize, x + " must be three times as wide as " + before);
    check(h.width() == 3 * hiddenSize, h + " must be three times as wide as " + before);
    consume(x);
    consume(h);
    Value out = computed("gru.hidden", hiddenSize);
    add(
        new GruGates(hiddenSize),
        new int[] {x.index(), h.index(), before.index()},
        new int[] {out.index()},
        new int[0]);
    return out;
  }

  /// Quantiles that cannot cross; see [QuantileFan].
  ///
  /// @param raw (quantiles · horizon), quantile-major
  public Value quantileFan(Value raw, int quantiles) {
    checkReadable(raw);
    check(
        quantiles % 2 == 1 && raw.width() % quantiles == 0,
        raw + " is no odd number of quantiles: " + quantiles);
    Value out = computed("quantiles", raw.width());
    var op = new QuantileFan(quantiles, raw.width() / quantiles);
    add(op, new int[] {raw.index()}, new int[] {out.index()}, new int[0]);
    return out;
  }

  /// The pinball loss; see [PinballLoss].
  public Value pinballLoss(Value quantiles, Value target, Value weight, float[] levels) {
    checkReadable(quantiles);
    checkReadable(target);
    checkReadable(weight);
    check(
        quantiles.width() == levels.length * target.width() && target.width() == weight.width(),
        "quantiles, target and weight do not fit together");
    Value out = computed("loss", 1);
    add(
        new PinballLoss(levels, target.width()),
        new int[] {quantiles.index(), target.index(), weight.index()},
        new int[] {out.index()},
        new int[0]);
    return out;
  }

  /// What a value was `steps` steps ago; zero before the first step.
  public Value delay(Value of, int steps) {
    Feedback feedback = feedback(of.name() + ".delayed", of.width(), steps);
    feedback.close(of);
    return feedback.value();
  }

  /// A delay whose source is traced later: the edge that makes a network recurrent. Zero before the
  /// first step.
  public Feedback feedback(String name, int width, int steps) {
    return new Feedback(openDelay(name, width, steps, -1));
  }

  /// As [#feedback(String, int, int)], with a learned initial state.
  public Feedback feedback(String name, ParameterSpec initial, int steps) {
    check(!initial.isMatrix(), initial.name() + " must be a vector");
    return new Feedback(openDelay(name, initial.outputs(), steps, parameter(initial)));
  }

  private Value openDelay(String name, int width, int steps, int initialParameter) {
    check(steps >= 1, name + ": a delay of " + steps + " steps, expected at least 1");
    return value(name, width, new Program.Origin.Delayed(OPEN, steps, initialParameter));
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
      check(source.width() == value.width(), value + " is not as wide as its source " + source);
      check(
          !(origins.get(source.index()) instanceof Program.Origin.Delayed),
          "a delay of a delay: use one delay of more steps");
      var open = (Program.Origin.Delayed) origins.get(value.index());
      check(open.value() == OPEN, value + " has a source already");
      origins.set(
          value.index(),
          new Program.Origin.Delayed(source.index(), open.steps(), open.initialParameter()));
    }
  }

  /// The finished program.
  public Program build() {
    for (int i = 0; i < origins.size(); i++) {
      if (origins.get(i) instanceof Program.Origin.Delayed delayed && delayed.value() == OPEN) {
        throw new IllegalStateException(values.get(i) + " never got its source");
      }
    }
    return new Program(values, origins, nodes, parameters);
  }

  private int parameter(ParameterSpec spec) {
    int index = parameters.indexOf(spec);
    if (index < 0) {
      parameters.add(spec);
      index = parameters.size() - 1;
    }
    return index;
  }

  private Value computed(String name, int width) {
    return value(name, width, new Program.Origin.Computed(nodes.size()));
  }

  private Value value(String name, int width, Program.Origin origin) {
    Value value = new Value(values.size(), width, name);
    values.add(value);
    origins.add(origin);
    return value;
  }

  private void add(Op op, int[] inputs, int[] outputs, int[] parameterIndices) {
    nodes.add(new Program.Node(op, inputs, outputs, parameterIndices));
  }

  private void consume(Value value) {
    check(
        !consumed.contains(value.index()) && !read.contains(value.index()),
        value + " cannot be computed in place: another operation reads it");
    Program.Origin origin = origins.get(value.index());
    check(
        origin instanceof Program.Origin.Computed || origin instanceof Program.Origin.InPlace,
        value + " cannot be computed in place: it is no operation's output");
    consumed.add(value.index());
  }

  private void checkReadable(Value value) {
    check(!consumed.contains(value.index()), value + " was consumed by an earlier operation");
    read.add(value.index());
  }

  private static void checkWeight(Value x, ParameterSpec weight) {
    check(
        weight.isMatrix() && weight.inputs() == x.width(),
        weight.name() + " must be a matrix of " + x.width() + " inputs for " + x);
  }

  private static void check(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
