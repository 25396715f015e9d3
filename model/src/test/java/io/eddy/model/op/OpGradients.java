package io.eddy.model.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/// An op, or a few, against its formula written down a second time, in double: values against the
/// formula, gradients of all inputs, memories and parameters against the formula's central
/// differences.
///
/// On the way it asserts what every op has to keep: gradients are added and not overwritten, an
/// input without gradient changes no other's, two and three threads and the plain loops give the
/// bits of one thread and the vectors, and so does a stepper, event by event.
///
/// ```
/// OpGradients.of((builder, x) -> Multiply.of(builder, x.get(0), x.get(1)))
///     .input(5)
///     .input(5)
///     .rowFormula(x -> product(x.input(0), x.input(1)))
///     .check();
/// ```
public final class OpGradients {

  private static final double STEP = 1e-5;
  private static final float ALREADY = 0.25f; // stands in every gradient before backward

  /// From the inputs, in the order of their declaration, to what is looked at.
  @FunctionalInterface
  public interface Trace {
    /// Traces what is tested.
    Value of(ProgramBuilder builder, List<Value> inputs);
  }

  /// As [Trace], with several values to look at.
  @FunctionalInterface
  public interface TraceAll {
    /// Traces what is tested.
    List<Value> of(ProgramBuilder builder, List<Value> inputs);
  }

  /// From everything that goes in to the rows that come out, row `t * batch + b`; several outputs
  /// one after the other.
  @FunctionalInterface
  public interface Formula {
    /// Computes all rows.
    double[][] rows(Given given);
  }

  private enum Kind {
    /// Written by the caller, with gradient.
    PLAIN,
    /// As plain, by way of an op that copies it: so that it can be consumed.
    CONSUMABLE,
    /// Without gradient.
    CONSTANT,
    /// A memory of some slots.
    MEMORY
  }

  private record Input(
      Kind kind, int width, int slots, ToDoubleFunction<SplittableRandom> distribution) {}

  private final TraceAll trace;
  private final List<Input> inputs = new ArrayList<>();
  private Formula formula = given -> new double[0][];
  private int steps = 4;
  private int batch = 2;
  private long seed = 7;
  private boolean training;
  private boolean streams = true;
  private double tolerance = 1;

  private OpGradients(TraceAll trace) {
    this.trace = trace;
  }

  /// A test of one value.
  public static OpGradients of(Trace trace) {
    return new OpGradients((builder, inputs) -> List.of(trace.of(builder, inputs)));
  }

  /// A test of several values.
  public static OpGradients ofAll(TraceAll trace) {
    return new OpGradients(trace);
  }

  private OpGradients add(
      Kind kind, int width, int slots, ToDoubleFunction<SplittableRandom> distribution) {
    inputs.add(new Input(kind, width, slots, distribution));
    return this;
  }

  /// An input with gradient, uniform in [-1, 1).
  public OpGradients input(int width) {
    return input(width, -1, 1);
  }

  /// An input with gradient, uniform in [low, high).
  public OpGradients input(int width, double low, double high) {
    return add(Kind.PLAIN, width, 0, random -> low + (high - low) * random.nextDouble());
  }

  /// An input that the op may consume, uniform in [-1, 1).
  public OpGradients consumable(int width) {
    return add(Kind.CONSUMABLE, width, 0, random -> 2 * random.nextDouble() - 1);
  }

  /// An input without gradient: ids, flags, targets.
  public OpGradients constant(int width, ToDoubleFunction<SplittableRandom> distribution) {
    return add(Kind.CONSTANT, width, 0, distribution);
  }

  /// A memory with gradient, uniform in [-1, 1); batch entry b fills all its slots but b.
  public OpGradients memory(int width, int slots) {
    return add(Kind.MEMORY, width, slots, random -> 2 * random.nextDouble() - 1);
  }

  /// How many steps and batch entries, 4 and 2 if nothing is said.
  public OpGradients rows(int steps, int batch) {
    this.steps = steps;
    this.batch = batch;
    return this;
  }

  /// What inputs and parameters are drawn from.
  public OpGradients seed(long seed) {
    this.seed = seed;
    return this;
  }

  /// Runs as in training; a stepper is then not compared.
  public OpGradients training() {
    training = true;
    streams = false;
    return this;
  }

  /// Leaves out the stepper: what is traced looks ahead.
  public OpGradients unrolledOnly() {
    streams = false;
    return this;
  }

  /// Allows so many times the usual difference, for functions whose kernels round more.
  public OpGradients tolerance(double factor) {
    tolerance = factor;
    return this;
  }

  /// The formula over all rows.
  public OpGradients formula(Formula formula) {
    this.formula = formula;
    return this;
  }

  /// The formula of one row by itself.
  public OpGradients rowFormula(Function<Row, double[]> rowFormula) {
    return formula(
        given -> {
          double[][] out = new double[given.rowCount()][];
          for (int row = 0; row < out.length; row++) {
            out[row] = rowFormula.apply(new Row(given, row));
          }
          return out;
        });
  }

  /// One row of what goes in.
  public static final class Row {
    private final Given given;
    private final int index;

    private Row(Given given, int index) {
      this.given = given;
      this.index = index;
    }

    /// The row of an input.
    public double[] input(int input) {
      return given.input(input, index);
    }

    /// A parameter, flat as it is stored.
    public double[] parameter(String name) {
      return given.parameter(name);
    }

    /// The entries that this row's batch entry has in a memory.
    public double[][] memory(int input) {
      return given.memory(input, index % given.batch());
    }

    /// Step and batch entry in one, `t * batch + b`.
    public int index() {
      return index;
    }
  }

  /// Everything that goes in, in double.
  public static final class Given {
    private final OpGradients test;
    private final double[][] values; // by input, then by parameter
    private final List<ParameterSpec> specs;

    private Given(OpGradients test, Run run) {
      this.test = test;
      specs = run.program.parameters();
      values = new double[test.inputs.size() + specs.size()][];
      for (int i = 0; i < values.length; i++) {
        float[] from =
            i < test.inputs.size() ? run.drawn[i] : run.parameters.values(i - test.inputs.size());
        values[i] = new double[from.length];
        for (int j = 0; j < from.length; j++) {
          values[i][j] = from[j];
        }
      }
    }

    /// Rows of all steps.
    public int rowCount() {
      return test.steps * test.batch;
    }

    /// Steps.
    public int steps() {
      return test.steps;
    }

    /// Batch entries.
    public int batch() {
      return test.batch;
    }

    /// A row of an input.
    public double[] input(int input, int row) {
      int width = test.inputs.get(input).width;
      return Arrays.copyOfRange(values[input], row * width, (row + 1) * width);
    }

    /// The filled entries of a memory.
    public double[][] memory(int input, int batchEntry) {
      Input memory = test.inputs.get(input);
      double[][] entries = new double[memory.slots - batchEntry][];
      for (int slot = 0; slot < entries.length; slot++) {
        int from = (batchEntry * memory.slots + slot) * memory.width;
        entries[slot] = Arrays.copyOfRange(values[input], from, from + memory.width);
      }
      return entries;
    }

    /// A parameter, flat as it is stored: a matrix input-major.
    public double[] parameter(String name) {
      for (int i = 0; i < specs.size(); i++) {
        if (specs.get(i).name().equals(name)) {
          return values[test.inputs.size() + i].clone();
        }
      }
      throw new IllegalArgumentException("no parameter is named " + name);
    }
  }

  /// Compares everything.
  ///
  /// @throws AssertionError naming the element that differs and the seed
  public void check() {
    Run run = new Run(-1);
    run.fill();
    try (var team = new Team(1)) {
      run.unroll(team, Kernels.best());
    }
    Given given = new Given(this, run);
    double[][] expected = formula.rows(given);
    compareValues(run, expected);
    compareGradients(run, given);
    for (int threads = 1; threads <= 3; threads++) {
      try (var team = new Team(threads)) {
        compareBits(run, team, Kernels.best(), threads + " threads");
      }
    }
    try (var team = new Team(1)) {
      compareBits(run, team, Kernels.scalar(), "scalar kernels");
    }
    for (int i = 0; i < inputs.size(); i++) {
      compareWithoutGradientOf(i, run);
    }
    if (streams) {
      compareStepper(run, Kernels.best());
      compareStepper(run, Kernels.scalar());
    }
  }

  private void compareValues(Run run, double[][] expected) {
    assertThat(expected).as("rows of the formula").hasNumberOfRows(steps * batch);
    for (int row = 0; row < expected.length; row++) {
      float[] actual = run.out(row);
      assertThat(actual).as("row %d", row).hasSize(expected[row].length);
      for (int i = 0; i < actual.length; i++) {
        double value = expected[row][i];
        assertThat((double) actual[i])
            .as("row %d, element %d, seed %d", row, i, seed)
            .isCloseTo(value, offset(tolerance * (2e-6 + 2e-6 * Math.abs(value))));
      }
    }
  }

  private void compareGradients(Run run, Given given) {
    for (int index = 0; index < given.values.length; index++) {
      if (!run.hasGradient(index)) {
        continue;
      }
      double[] elements = given.values[index];
      float[] gradient = run.gradient(index);
      for (int i = 0; i < elements.length; i++) {
        double kept = elements[i];
        elements[i] = kept + STEP;
        double above = run.loss(formula.rows(given));
        elements[i] = kept - STEP;
        double below = run.loss(formula.rows(given));
        elements[i] = kept;
        double numeric = (above - below) / (2 * STEP);
        assertThat((double) gradient[i] - ALREADY)
            .as("gradient of %s, element %d, seed %d", run.name(index), i, seed)
            .isCloseTo(numeric, offset(tolerance * (1e-5 + 1e-4 * Math.abs(numeric))));
      }
    }
  }

  private void compareBits(Run expected, Team team, Kernels kernels, String with) {
    Run run = new Run(-1);
    run.fill();
    run.unroll(team, kernels);
    for (int row = 0; row < steps * batch; row++) {
      assertThat(run.out(row)).as("row %d with %s", row, with).isEqualTo(expected.out(row));
    }
    for (int i = 0; i < inputs.size() + run.parameters.count(); i++) {
      assertThat(run.gradient(i))
          .as("gradient of %s with %s", run.name(i), with)
          .isEqualTo(expected.gradient(i));
    }
  }

  private void compareWithoutGradientOf(int input, Run expected) {
    Run run = new Run(input);
    run.fill();
    try (var team = new Team(1)) {
      run.unroll(team, Kernels.best());
    }
    for (int i = 0; i < inputs.size() + run.parameters.count(); i++) {
      if (run.hasGradient(i)) {
        assertThat(run.gradient(i))
            .as("gradient of %s where %s has none", run.name(i), run.name(input))
            .isEqualTo(expected.gradient(i));
      }
    }
  }

  private void compareStepper(Run expected, Kernels kernels) {
    Run run = new Run(-1);
    run.fill();
    var stepper = new Stepper(run.program, run.parameters, batch, kernels);
    float[] state = new float[run.program.stateSize()];
    stepper.initialState(state, 0);
    for (int i = 0; i < inputs.size(); i++) {
      Input input = inputs.get(i);
      if (input.kind == Kind.MEMORY) {
        run.write(i, stepper.rows(run.written.get(i)), 0, batch * input.slots);
      }
    }
    for (int b = 0; b < batch; b++) {
      stepper.load(b, state, 0);
      for (int i = 0; i < inputs.size(); i++) {
        if (inputs.get(i).kind == Kind.MEMORY) {
          stepper.memoryLength(run.written.get(i), b, inputs.get(i).slots - b);
        }
      }
    }
    stepper.remember();
    for (int t = 0; t < steps; t++) {
      for (int i = 0; i < inputs.size(); i++) {
        if (inputs.get(i).kind != Kind.MEMORY) {
          run.write(i, stepper.rows(run.written.get(i)), t * batch, batch);
        }
      }
      stepper.step();
      for (int b = 0; b < batch; b++) {
        assertThat(run.out(stepper::rows, b))
            .as("step %d of row %d in the stream", t, b)
            .isEqualTo(expected.out(t * batch + b));
      }
    }
  }

  /// One program with what goes in and what comes out.
  private final class Run {
    final Program program;
    final Parameters parameters;
    final List<Value> written = new ArrayList<>();
    final List<Value> outputs;
    final float[][] drawn = new float[inputs.size()][];
    private final boolean[] differentiable = new boolean[inputs.size()];
    private final double[][] cotangent = new double[steps * batch][];
    private Function<Value, Rows> rows = value -> Rows.empty();
    private Parameters gradients;

    /// @param without an input whose gradient is not wanted, -1 for none
    Run(int without) {
      var builder = new ProgramBuilder();
      List<Value> given = new ArrayList<>();
      for (int i = 0; i < inputs.size(); i++) {
        Input input = inputs.get(i);
        boolean constant = input.kind == Kind.CONSTANT || i == without;
        differentiable[i] = !constant || input.kind == Kind.MEMORY;
        String name = "input" + i;
        Value value =
            input.kind == Kind.MEMORY
                ? builder.memory(name, input.width, input.slots)
                : constant
                    ? builder.input(name, input.width)
                    : builder.differentiableInput(name, input.width);
        written.add(value);
        given.add(input.kind == Kind.CONSUMABLE ? Affine.of(builder, 1, value, 0) : value);
      }
      outputs = trace.of(builder, given);
      program = builder.build();
      parameters = Parameters.initial(program.parameters(), seed);
      gradients = Parameters.zeros(program.parameters());
    }

    void fill() {
      var random = new SplittableRandom(seed);
      for (int i = 0; i < drawn.length; i++) {
        Input input = inputs.get(i);
        int count = (input.kind == Kind.MEMORY ? input.slots : steps) * batch * input.width;
        drawn[i] = new float[count];
        for (int j = 0; j < count; j++) {
          drawn[i][j] = (float) input.distribution.applyAsDouble(random);
        }
      }
      for (int p = 0; p < parameters.count(); p++) {
        if (parameters.specs().get(p).isLearned()) {
          for (int j = 0; j < parameters.values(p).length; j++) {
            parameters.values(p)[j] = (float) (2 * random.nextDouble() - 1);
          }
        }
      }
      int width = outputs.stream().mapToInt(Value::width).sum();
      for (int row = 0; row < cotangent.length; row++) {
        cotangent[row] = new double[width];
        for (int i = 0; i < width; i++) {
          cotangent[row][i] = (float) (2 * random.nextDouble() - 1);
        }
      }
    }

    void write(int input, Rows to, int firstRow, int rowCount) {
      int width = inputs.get(input).width;
      for (int row = 0; row < rowCount; row++) {
        System.arraycopy(drawn[input], (firstRow + row) * width, to.values(), to.at(row), width);
      }
    }

    void unroll(Team team, Kernels kernels) {
      var unroller = new Unroller(program, parameters, steps + 1, batch, kernels, team);
      rows = unroller::rows;
      gradients = unroller.gradients();
      for (int i = 0; i < inputs.size(); i++) {
        Input input = inputs.get(i);
        boolean memory = input.kind == Kind.MEMORY;
        write(i, unroller.rows(written.get(i)), 0, (memory ? input.slots : steps) * batch);
        for (int b = 0; memory && b < batch; b++) {
          unroller.memoryLength(written.get(i), b, input.slots - b);
        }
      }
      if (training) {
        unroller.forward(steps, seed);
      } else {
        unroller.forward(steps);
      }
      unroller.clearRowGradients();
      for (int p = 0; p < gradients.count(); p++) {
        Arrays.fill(gradients.values(p), ALREADY);
      }
      for (Value input : written) {
        Arrays.fill(rows.apply(input).gradients(), ALREADY);
      }
      int start = 0;
      for (Value output : outputs) {
        Rows to = unroller.rows(output);
        for (int row = 0; to.hasGradient() && row < steps * batch; row++) {
          for (int i = 0; i < output.width(); i++) {
            to.gradients()[to.at(row) + i] += (float) cotangent[row][start + i];
          }
        }
        start += output.width();
      }
      unroller.backward();
    }

    double loss(double[][] out) {
      double sum = 0;
      for (int row = 0; row < out.length; row++) {
        for (int i = 0; i < out[row].length; i++) {
          sum += cotangent[row][i] * out[row][i];
        }
      }
      return sum;
    }

    float[] out(int row) {
      return out(rows, row);
    }

    float[] out(Function<Value, Rows> from, int row) {
      float[] out = new float[outputs.stream().mapToInt(Value::width).sum()];
      int start = 0;
      for (Value output : outputs) {
        Rows of = from.apply(output);
        System.arraycopy(of.values(), of.at(row), out, start, output.width());
        start += output.width();
      }
      return out;
    }

    boolean hasGradient(int index) {
      return index < inputs.size()
          ? differentiable[index]
          : parameters.specs().get(index - inputs.size()).isLearned();
    }

    String name(int index) {
      return index < inputs.size()
          ? "input " + index
          : parameters.specs().get(index - inputs.size()).name();
    }

    /// Of an input or a parameter; empty where there is none.
    float[] gradient(int index) {
      if (index >= inputs.size()) {
        return gradients.values(index - inputs.size());
      }
      if (!hasGradient(index)) {
        return new float[0];
      }
      Rows of = rows.apply(written.get(index));
      int width = inputs.get(index).width;
      float[] gradient = new float[drawn[index].length];
      for (int row = 0; row < gradient.length / width; row++) {
        System.arraycopy(of.gradients(), of.at(row), gradient, row * width, width);
      }
      return gradient;
    }
  }
}
