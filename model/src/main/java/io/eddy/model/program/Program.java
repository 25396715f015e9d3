package io.eddy.model.program;

import io.eddy.model.parameter.ParameterSpec;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The straight-line list of operations that one step of a network makes, traced once from its
/// equations by a [ProgramBuilder].
///
/// Time enters by two edges alone, delays and pasts. A [Stepper] runs a program event by event and
/// keeps both as state; an [Unroller] runs it over many steps and reads them as index shifts. A
/// program is immutable and holds no weights.
public final class Program {

  /// Instead of a parameter's index.
  static final int NO_PARAMETER = -1;

  /// Where a value comes from; other values by their index.
  public sealed interface Origin {

    /// Written by the caller.
    record Input(boolean differentiable) implements Origin {}

    /// Output of a node, in storage of its own.
    record Computed(int node) implements Origin {}

    /// Output of a node that continues in the storage of another value.
    record InPlace(int node, int value) implements Origin {}

    /// Columns of another value, from `start` on.
    record Columns(int value, int start) implements Origin {}

    /// Another value, `steps` steps earlier, or later if negative; before the first step the
    /// initial parameter, or zero without one.
    record Delayed(int value, int steps, int initialParameter) implements Origin {}

    /// The last `window` rows of another value.
    ///
    /// @param turned whether the stepper keeps them element after element
    record Past(int value, int window, boolean turned) implements Origin {}
  }

  /// One op with the indices of what it reads and writes.
  @SuppressWarnings("ArrayRecordComponent") // nobody compares nodes
  record Node(Op op, int[] inputs, int[] memories, int[] outputs, int[] parameters) {}

  final List<Value> values;
  final List<Origin> origins;
  final List<Node> nodes;
  private final List<ParameterSpec> parameters;

  Program(
      List<Value> values, List<Origin> origins, List<Node> nodes, List<ParameterSpec> parameters) {
    this.values = List.copyOf(values);
    this.origins = List.copyOf(origins);
    this.nodes = List.copyOf(nodes);
    this.parameters = List.copyOf(parameters);
  }

  /// The parameters that the equations declared, in the order of their first use.
  public List<ParameterSpec> parameters() {
    return parameters;
  }

  /// All values, in the order of tracing.
  public List<Value> values() {
    return values;
  }

  /// Where a value comes from.
  public Origin origin(Value value) {
    return origins.get(value.index());
  }

  /// Number of operations.
  public int nodeCount() {
    return nodes.size();
  }

  /// An operation, in the order of tracing.
  public Op op(int node) {
    return nodes.get(node).op();
  }

  /// What an operation reads of every step, consumed values included.
  public List<Value> inputs(int node) {
    return select(nodes.get(node).inputs());
  }

  /// The memories that an operation reads.
  public List<Value> memories(int node) {
    return select(nodes.get(node).memories());
  }

  /// What an operation writes.
  public List<Value> outputs(int node) {
    return select(nodes.get(node).outputs());
  }

  /// The parameters of an operation.
  public List<ParameterSpec> parameters(int node) {
    return Arrays.stream(nodes.get(node).parameters()).mapToObj(parameters::get).toList();
  }

  private List<Value> select(int[] indices) {
    return Arrays.stream(indices).mapToObj(values::get).toList();
  }

  /// Floats of state that one row carries between steps: all delays and pasts, in the order of
  /// tracing, each delay oldest step first.
  public int stateSize() {
    int size = 0;
    for (int value = 0; value < values.size(); value++) {
      int width = values.get(value).width();
      switch (origins.get(value)) {
        case Origin.Delayed(int of, int steps, int initial) -> size += Math.max(0, steps) * width;
        case Origin.Past(int of, int window, boolean turned) ->
            size += PastRing.stateSize(window, width, turned);
        case Origin.Input input -> {}
        case Origin.Computed computed -> {}
        case Origin.InPlace inPlace -> {}
        case Origin.Columns columns -> {}
      }
    }
    return size;
  }

  /// The delays, in the order of tracing, each with its steps: together with the pasts they are the
  /// state. Their rows at step 0 are what a sequence starts from, so that a network can start where
  /// another ended.
  public Map<Value, Integer> delays() {
    Map<Value, Integer> delays = new LinkedHashMap<>();
    for (int value = 0; value < values.size(); value++) {
      if (origins.get(value) instanceof Origin.Delayed(int of, int steps, int initial)
          && steps > 0) {
        delays.put(values.get(value), steps);
      }
    }
    return Collections.unmodifiableMap(delays);
  }

  /// The value in whose storage this one lies, delays, pasts and columns followed to their source.
  int root(int value) {
    return switch (origins.get(value)) {
      case Origin.Input(boolean differentiable) -> value;
      case Origin.Computed(int node) -> value;
      case Origin.InPlace(int node, int other) -> root(other);
      case Origin.Columns(int other, int start) -> root(other);
      case Origin.Delayed(int other, int steps, int initial) -> root(other);
      case Origin.Past(int other, int window, boolean turned) -> root(other);
    };
  }

  /// Steps that lie between a value's row and the row of its root that it shows.
  int delay(int value) {
    return switch (origins.get(value)) {
      case Origin.Input(boolean differentiable) -> 0;
      case Origin.Computed(int node) -> 0;
      case Origin.InPlace(int node, int other) -> 0;
      case Origin.Columns(int other, int start) -> delay(other);
      case Origin.Delayed(int other, int steps, int initial) -> steps + delay(other);
      case Origin.Past(int other, int window, boolean turned) -> delay(other);
    };
  }

  /// The node after which a value is complete, -1 if it is so before the first.
  int producer(int value) {
    return switch (origins.get(value)) {
      case Origin.Input(boolean differentiable) -> -1;
      case Origin.Computed(int node) -> node;
      case Origin.InPlace(int node, int other) -> node;
      case Origin.Columns(int other, int start) -> producer(other);
      case Origin.Delayed(int other, int steps, int initial) -> -1;
      case Origin.Past(int other, int window, boolean turned) -> producer(other);
    };
  }

  /// The node that computes what a value shows, at whatever step; -1 for an input.
  int writer(int value) {
    return switch (origins.get(value)) {
      case Origin.Input(boolean differentiable) -> -1;
      case Origin.Computed(int node) -> node;
      case Origin.InPlace(int node, int other) -> node;
      case Origin.Columns(int other, int start) -> writer(other);
      case Origin.Delayed(int other, int steps, int initial) -> writer(other);
      case Origin.Past(int other, int window, boolean turned) -> writer(other);
    };
  }

  /// The column of a value's root that is its first.
  private int firstColumn(int value) {
    return switch (origins.get(value)) {
      case Origin.Input(boolean differentiable) -> 0;
      case Origin.Computed(int node) -> 0;
      case Origin.InPlace(int node, int other) -> 0;
      case Origin.Columns(int other, int start) -> start + firstColumn(other);
      case Origin.Delayed(int other, int steps, int initial) -> firstColumn(other);
      case Origin.Past(int other, int window, boolean turned) -> firstColumn(other);
    };
  }

  /// Whether a value looks ahead, or is a part or the past of one that does.
  boolean looksAhead(int value) {
    return switch (origins.get(value)) {
      case Origin.Input(boolean differentiable) -> false;
      case Origin.Computed(int node) -> false;
      case Origin.InPlace(int node, int other) -> false;
      case Origin.Columns(int other, int start) -> looksAhead(other);
      case Origin.Delayed(int other, int steps, int initial) -> steps < 0 || looksAhead(other);
      case Origin.Past(int other, int window, boolean turned) -> looksAhead(other);
    };
  }

  /// Whether two values show the same columns of one root, at whatever steps.
  boolean sharesRowsWith(int one, int other) {
    return root(one) == root(other)
        && firstColumn(one) < firstColumn(other) + values.get(other).width()
        && firstColumn(other) < firstColumn(one) + values.get(one).width();
  }

  /// Refuses what an unroller, which keeps each value once, cannot start from.
  ///
  /// @throws IllegalStateException if what a value was before its first step is told twice
  void checkInitialStates() {
    for (int one = 0; one < origins.size(); one++) {
      for (int other = 0; other < one; other++) {
        if (origins.get(one) instanceof Origin.Delayed(int source, int steps, int initial)
            && origins.get(other)
                instanceof Origin.Delayed(int otherSource, int otherSteps, int otherInitial)
            && steps > 0
            && otherSteps > 0
            && sharesRowsWith(one, other)
            && (initial != otherInitial
                || (initial >= 0 && firstColumn(one) != firstColumn(other)))) {
          throw new IllegalStateException(
              values.get(other)
                  + " and "
                  + values.get(one)
                  + " are delays of the same value from two initial states: delay a copy of it,"
                  + " such as Affine.of(builder, 1, value, 0)");
        }
      }
    }
  }

  /// The memory input that a memory was computed from; itself for a past.
  int memoryInput(int value) {
    return switch (origins.get(value)) {
      case Origin.Input(boolean differentiable) -> value;
      case Origin.Computed(int node) -> memoryInput(nodes.get(node).inputs()[0]);
      case Origin.InPlace(int node, int other) -> memoryInput(other);
      case Origin.Columns(int other, int start) -> memoryInput(other);
      case Origin.Delayed(int other, int steps, int initial) -> value;
      case Origin.Past(int other, int window, boolean turned) -> value;
    };
  }

  /// For every value, whether a parameter can change it: only then does it need a gradient.
  boolean[] needGradient() {
    boolean[] need = new boolean[values.size()];
    boolean changed = true;
    while (changed) {
      changed = false;
      for (int value = 0; value < need.length; value++) {
        if (!need[value] && needsGradient(value, need)) {
          need[value] = true;
          // Storage is shared by all values of one root, so is its gradient.
          need[root(value)] = true;
          changed = true;
        }
      }
    }
    return need;
  }

  private boolean needsGradient(int value, boolean[] need) {
    return switch (origins.get(value)) {
      case Origin.Input(boolean differentiable) -> differentiable;
      case Origin.Computed(int node) -> nodeNeedsGradient(node, need);
      case Origin.InPlace(int node, int other) -> need[other] || nodeNeedsGradient(node, need);
      case Origin.Columns(int other, int start) -> need[other];
      case Origin.Delayed(int other, int steps, int initial) -> need[other] || initial >= 0;
      case Origin.Past(int other, int window, boolean turned) -> need[other];
    };
  }

  private boolean nodeNeedsGradient(int node, boolean[] need) {
    if (nodes.get(node).parameters().length > 0) {
      return true;
    }
    for (int input : nodes.get(node).inputs()) {
      if (need[input]) {
        return true;
      }
    }
    for (int memory : nodes.get(node).memories()) {
      if (need[memory]) {
        return true;
      }
    }
    return false;
  }
}
