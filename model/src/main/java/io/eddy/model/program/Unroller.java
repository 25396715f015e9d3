package io.eddy.model.program;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.Arrays;
import java.util.List;

/// Runs a program over many steps at once, forward and backward: the trainer's half of the program.
///
/// Every value lies in one array of (steps · rows) rows, row `t * rowCount + b` for step t of batch
/// entry b. A value that is delayed has as many steps more in front, for the state that the chunk
/// starts from; the delay is the same array seen from further left, so neither its values nor its
/// gradients are ever copied.
///
/// Truncated back-propagation through time (Williams and Peng 1990): [#forward], [#backward], then
/// [#carry()] moves the state over the border while its gradient stops there. One thread at a time.
public final class Unroller {

  private static final float[] NONE = new float[0];

  private final Program program;
  private final Parameters parameters;
  private final Parameters gradients;
  private final int maxSteps;
  private final int rowCount;
  private final List<Schedule.Component> schedule;
  private final int[] prefixSteps; // by root value: steps that lie before the chunk
  private final Rows[] rows; // row 0 = step 0 of the chunk
  private final Frame[] frames;
  private final float[][] transposed; // by parameter, (outputs, inputs), where backward needs it
  private final boolean[] fresh; // by batch entry: starts from the initial state
  private int steps;

  /// @param parameters weights, shared: an optimiser changes them between calls
  /// @param maxSteps greatest number of steps of one chunk
  /// @param rowCount batch entries
  public Unroller(
      Program program, Parameters parameters, int maxSteps, int rowCount, Kernels kernels) {
    Stepper.checkParameters(program, parameters);
    this.program = program;
    this.parameters = parameters;
    this.maxSteps = maxSteps;
    this.rowCount = rowCount;
    gradients = Parameters.zeros(parameters.specs());
    schedule = Schedule.of(program);
    fresh = new boolean[rowCount];
    prefixSteps = prefixSteps(program);
    boolean[] needGradient = program.needGradient();
    rows = new Rows[program.values.size()];
    for (int value = 0; value < rows.length; value++) {
      bind(value, needGradient);
    }
    transposed = new float[parameters.count()][];
    Arrays.fill(transposed, NONE);
    frames = new Frame[program.nodes.size()];
    for (int i = 0; i < frames.length; i++) {
      frames[i] = frame(program.nodes.get(i), kernels);
    }
    for (int row = 0; row < rowCount; row++) {
      reset(row);
    }
  }

  private static int[] prefixSteps(Program program) {
    int[] prefix = new int[program.values.size()];
    for (Program.Origin origin : program.origins) {
      if (origin instanceof Program.Origin.Delayed(int source, int delay, int initial)) {
        int root = program.root(source);
        prefix[root] = Math.max(prefix[root], delay);
      }
    }
    return prefix;
  }

  private Rows bind(int value, boolean[] needGradient) {
    if (rows[value] == null) {
      rows[value] =
          switch (program.origins.get(value)) {
            case Program.Origin.Input() -> allocate(value, needGradient[value]);
            case Program.Origin.Computed(int node) -> allocate(value, needGradient[value]);
            case Program.Origin.InPlace(int node, int other) -> bind(other, needGradient);
            case Program.Origin.Columns(int other, int start) ->
                bind(other, needGradient).shifted(start);
            case Program.Origin.Delayed(int other, int delay, int initial) -> {
              Rows source = bind(other, needGradient);
              yield source.shifted(-delay * rowCount * source.stride);
            }
          };
    }
    return rows[value];
  }

  private Rows allocate(int value, boolean withGradient) {
    int width = program.values.get(value).width();
    int prefix = prefixSteps[value] * rowCount;
    int total = prefix + maxSteps * rowCount;
    Rows all = withGradient ? Rows.withGradient(total, width) : Rows.withoutGradient(total, width);
    return all.shifted(prefix * width);
  }

  private Frame frame(Program.Node node, Kernels kernels) {
    int[] indices = node.parameters();
    float[][] weights = new float[indices.length][];
    float[][] weightGradients = new float[indices.length][];
    float[][] turned = new float[indices.length][];
    Rows[] inputs = select(node.inputs());
    for (int p = 0; p < indices.length; p++) {
      int index = indices[p];
      weights[p] = parameters.values(index);
      weightGradients[p] = gradients.values(index);
      if (parameters.specs().get(index).isMatrix()
          && inputs[0].hasGradient()
          && transposed[index].length == 0) {
        transposed[index] = new float[weights[p].length];
      }
      turned[p] = transposed[index];
    }
    return new Frame(kernels, inputs, select(node.outputs()), weights, turned, weightGradients);
  }

  private Rows[] select(int[] indices) {
    Rows[] selected = new Rows[indices.length];
    for (int i = 0; i < indices.length; i++) {
      selected[i] = rows[indices[i]];
    }
    return selected;
  }

  /// Where a value's rows lie: row `t * rowCount + b`.
  public Rows rows(Value value) {
    return rows[value.index()];
  }

  /// The gradients that [#backward] adds to, in the order of the parameters.
  public Parameters gradients() {
    return gradients;
  }

  /// Starts a batch entry anew, from the learned initial state, else from zeros.
  public void reset(int row) {
    fresh[row] = true;
    for (int value = 0; value < rows.length; value++) {
      if (program.origins.get(value)
          instanceof Program.Origin.Delayed(int source, int delay, int initial)) {
        int width = program.values.get(value).width();
        for (int slot = 0; slot < delay; slot++) {
          int at = rows[value].at(slot * rowCount + row);
          if (initial < 0) {
            Arrays.fill(rows[value].values, at, at + width, 0);
          } else {
            System.arraycopy(parameters.values(initial), 0, rows[value].values, at, width);
          }
        }
      }
    }
  }

  /// Computes all values of a chunk from the inputs and the state it starts from.
  ///
  /// @param stepCount steps of this chunk, at most the number given at construction
  public void forward(int stepCount) {
    if (stepCount < 1 || stepCount > maxSteps) {
      throw new IllegalArgumentException(
          "a chunk of " + stepCount + " steps, expected 1 to " + maxSteps);
    }
    steps = stepCount;
    for (Schedule.Component component : schedule) {
      if (component.recurrent()) {
        for (int t = 0; t < steps; t++) {
          for (int node : component.nodes()) {
            op(node).forward(frames[node], t * rowCount, (t + 1) * rowCount);
          }
        }
      } else {
        for (int node : component.nodes()) {
          op(node).forward(frames[node], 0, steps * rowCount);
        }
      }
    }
  }

  /// Adds to [#gradients()] the derivative of `seed · Σ loss` over all rows of the last chunk.
  ///
  /// @param loss a value of width 1
  /// @param seed the derivative of what is minimised by each row of the loss
  public void backward(Value loss, float seed) {
    for (int value = 0; value < rows.length; value++) {
      if (program.root(value) == value) {
        Arrays.fill(rows[value].gradients, 0);
      }
    }
    for (int index = 0; index < transposed.length; index++) {
      if (transposed[index].length > 0) {
        transpose(parameters.specs().get(index), parameters.values(index), transposed[index]);
      }
    }
    Rows lossRows = rows[loss.index()];
    for (int row = 0; row < steps * rowCount; row++) {
      lossRows.gradients[lossRows.at(row)] = seed;
    }
    for (int i = schedule.size() - 1; i >= 0; i--) {
      backward(schedule.get(i));
    }
    addInitialStateGradients();
  }

  private void backward(Schedule.Component component) {
    List<Integer> nodes = component.nodes();
    int firstStep = component.recurrent() ? steps - 1 : 0;
    int rowsAtOnce = component.recurrent() ? rowCount : steps * rowCount;
    for (int t = firstStep; t >= 0; t--) {
      for (int i = nodes.size() - 1; i >= 0; i--) {
        int node = nodes.get(i);
        op(node).backward(frames[node], t * rowCount, t * rowCount + rowsAtOnce);
      }
    }
    for (int node : nodes) {
      op(node).backwardParameters(frames[node], 0, steps * rowCount);
    }
  }

  private void addInitialStateGradients() {
    for (int value = 0; value < rows.length; value++) {
      if (program.origins.get(value)
              instanceof Program.Origin.Delayed(int source, int delay, int initial)
          && initial >= 0) {
        float[] gradient = gradients.values(initial);
        for (int slot = 0; slot < delay; slot++) {
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
  }

  /// Moves the state over the border: the next chunk goes on where the last one ended.
  public void carry() {
    Arrays.fill(fresh, false);
    for (int value = 0; value < rows.length; value++) {
      int prefix = prefixSteps[value];
      if (prefix > 0) {
        Rows all = rows[value];
        int stepSize = rowCount * all.stride;
        System.arraycopy(
            all.values,
            all.offset + (steps - prefix) * stepSize,
            all.values,
            all.offset - prefix * stepSize,
            prefix * stepSize);
      }
    }
  }

  private Op op(int node) {
    return program.nodes.get(node).op();
  }

  private static void transpose(ParameterSpec spec, float[] stored, float[] out) {
    int outputs = spec.outputs();
    int inputs = spec.inputs();
    for (int input = 0; input < inputs; input++) {
      for (int output = 0; output < outputs; output++) {
        out[output * inputs + input] = stored[input * outputs + output];
      }
    }
  }
}
