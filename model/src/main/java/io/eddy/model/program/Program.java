package io.eddy.model.program;

import io.eddy.model.parameter.ParameterSpec;
import java.util.List;

/// The straight-line list of operations that one step of a network makes, traced once from its
/// equations by a [ProgramBuilder].
///
/// Time enters by delays alone. A [Stepper] runs a program event by event and keeps each delay as
/// state; an [Unroller] runs it over many steps and reads the same delays as index shifts. A
/// program is immutable and holds no weights.
public final class Program {

  /// Where a value comes from.
  sealed interface Origin {

    /// Written by the caller.
    record Input() implements Origin {}

    /// Output of a node, in storage of its own.
    record Computed(int node) implements Origin {}

    /// Output of a node that continues in the storage of another value.
    record InPlace(int node, int value) implements Origin {}

    /// Columns of another value, from `start` on.
    record Columns(int value, int start) implements Origin {}

    /// Another value, `steps` steps earlier; before the first step the initial parameter, or zero
    /// if it is -1.
    record Delayed(int value, int steps, int initialParameter) implements Origin {}
  }

  /// One op with the indices of what it reads and writes.
  @SuppressWarnings("ArrayRecordComponent") // nobody compares nodes
  record Node(Op op, int[] inputs, int[] outputs, int[] parameters) {}

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

  /// Floats of state that one row carries between steps: all delays, in the order of tracing, each
  /// oldest step first.
  public int stateSize() {
    int size = 0;
    for (int value = 0; value < values.size(); value++) {
      if (origins.get(value) instanceof Origin.Delayed delayed) {
        size += delayed.steps() * values.get(value).width();
      }
    }
    return size;
  }

  /// The value in whose storage this one lies, delays and columns followed to their source.
  int root(int value) {
    return switch (origins.get(value)) {
      case Origin.Input() -> value;
      case Origin.Computed(int node) -> value;
      case Origin.InPlace(int node, int other) -> root(other);
      case Origin.Columns(int other, int start) -> root(other);
      case Origin.Delayed(int other, int steps, int initial) -> root(other);
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
      case Origin.Input() -> false;
      case Origin.Computed(int node) -> nodeNeedsGradient(node, need);
      case Origin.InPlace(int node, int other) -> nodeNeedsGradient(node, need);
      case Origin.Columns(int other, int start) -> need[other];
      case Origin.Delayed(int other, int steps, int initial) -> need[other] || initial >= 0;
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
    return false;
  }
}
