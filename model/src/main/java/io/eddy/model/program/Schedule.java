package io.eddy.model.program;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/// The order in which an unroller runs a program's nodes over many steps: its strongly connected
/// components, sources first (Tarjan 1972).
///
/// Only a component with a cycle, which a delay must close, has to go step by step; every other
/// runs once for the rows of all steps. So the second layer's input product is one matrix product,
/// and a network whose only delays lie on no cycle is not stepped at all.
final class Schedule {

  /// Nodes that run together.
  ///
  /// @param nodes indices in the order of tracing
  /// @param recurrent whether they lie on a cycle
  /// @param slots entries of the memory that they compute, 0 if they compute values of every step
  record Component(List<Integer> nodes, boolean recurrent, int slots) {}

  private final Program program;
  private final int[] order; // Tarjan's index, 0 = not visited
  private final int[] low;
  private final boolean[] onStack;
  private final Deque<Integer> stack = new ArrayDeque<>();
  private final List<Component> components = new ArrayList<>();
  private int visited;

  private Schedule(Program program) {
    this.program = program;
    int nodes = program.nodes.size();
    order = new int[nodes];
    low = new int[nodes];
    onStack = new boolean[nodes];
  }

  static List<Component> of(Program program) {
    var schedule = new Schedule(program);
    for (int node = 0; node < program.nodes.size(); node++) {
      if (schedule.order[node] == 0) {
        schedule.visit(node);
      }
    }
    // A component is complete only after all that it reads from, so they come out sources first.
    return List.copyOf(schedule.components);
  }

  private void visit(int node) {
    order[node] = low[node] = ++visited;
    stack.push(node);
    onStack[node] = true;
    boolean readsItself = false;
    for (int source : sources(node)) {
      readsItself |= source == node;
      if (order[source] == 0) {
        visit(source);
        low[node] = Math.min(low[node], low[source]);
      } else if (onStack[source]) {
        low[node] = Math.min(low[node], order[source]);
      }
    }
    if (low[node] == order[node]) {
      List<Integer> members = new ArrayList<>();
      int member;
      do {
        member = stack.pop();
        onStack[member] = false;
        members.add(member);
      } while (member != node);
      Collections.sort(members);
      int slots = program.values.get(program.nodes.get(node).outputs()[0]).slots();
      components.add(new Component(List.copyOf(members), members.size() > 1 || readsItself, slots));
    }
  }

  /// Nodes whose output this one reads, delays followed.
  private List<Integer> sources(int node) {
    List<Integer> sources = new ArrayList<>();
    for (int input : program.nodes.get(node).inputs()) {
      addSource(input, sources);
    }
    for (int memory : program.nodes.get(node).memories()) {
      addSource(memory, sources);
    }
    // A node that computes in place waits for whoever wrote there before.
    for (int output : program.nodes.get(node).outputs()) {
      if (program.origins.get(output) instanceof Program.Origin.InPlace(int self, int other)) {
        addSource(other, sources);
      }
    }
    return sources;
  }

  private void addSource(int value, List<Integer> sources) {
    switch (program.origins.get(value)) {
      case Program.Origin.Input(boolean differentiable) -> {}
      case Program.Origin.Computed(int node) -> sources.add(node);
      case Program.Origin.InPlace(int node, int other) -> sources.add(node);
      case Program.Origin.Columns(int other, int start) -> addSource(other, sources);
      case Program.Origin.Delayed(int other, int steps, int initial) -> addSource(other, sources);
      case Program.Origin.Past(int other, int window, boolean turned) -> addSource(other, sources);
    }
  }
}
