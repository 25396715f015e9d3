package io.eddy.benchmarks.race;

import io.eddy.model.cell.Cells;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Precision;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Value;

/// Eddy's stepper: the same one that the stream runs.
abstract class EddyCell extends Contender {

  final CellWork work;
  private final Precision precision;
  final Stepper stepper;
  final float[] state;
  private final Value input;
  private final Rows events;
  private final Rows hidden;
  private int steps;

  EddyCell(String name, CellWork work, Precision precision) {
    super(name);
    this.precision = precision;
    this.work = work;
    var builder = new ProgramBuilder();
    input = builder.input("x", work.inputSize);
    Value out = Cells.stack(builder, work.cell, "", input, work.hiddenSize, 1);
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    set(parameters, "weight_ih_l0", work.weightIh);
    set(parameters, "weight_hh_l0", work.weightHh);
    set(parameters, "bias_ih_l0", work.biasIh);
    set(parameters, "bias_hh_l0", work.biasHh);
    stepper = new Stepper(program, parameters, work.keys, Kernels.best(), precision);
    events = stepper.rows(input);
    hidden = stepper.rows(out);
    state = new float[work.keys * program.stateSize()];
  }

  /// Puts PyTorch's values where the kernels want them.
  static void set(Parameters parameters, String name, float[] pytorch) {
    float[] values = parameters.values(name);
    for (ParameterSpec spec : parameters.specs()) {
      if (spec.name().equals(name) && spec.isMatrix()) {
        int inputs = spec.inputs();
        for (int i = 0; i < pytorch.length; i++) {
          values[i % inputs * spec.outputs() + i / inputs] = pytorch[i];
        }
      } else if (spec.name().equals(name)) {
        System.arraycopy(pytorch, 0, values, 0, values.length);
      }
    }
  }

  final int stateSize() {
    return state.length / work.keys;
  }

  @Override
  final float tolerance() {
    return switch (precision) {
      case FLOAT32 -> super.tolerance();
      // Weights of 8 bits, and an error that the state carries on.
      case BFLOAT16 -> 1e-2f;
    };
  }

  @Override
  final float[] result() {
    for (int key = 0; key < work.keys; key++) {
      stepper.initialState(state, key * stateSize());
      stepper.load(key, state, key * stateSize());
    }
    steps = 0;
    run(CellWork.EVENTS);
    float[] result = new float[work.keys * work.hiddenSize];
    for (int key = 0; key < work.keys; key++) {
      System.arraycopy(
          hidden.values(), hidden.at(key), result, key * work.hiddenSize, work.hiddenSize);
    }
    return result;
  }

  @Override
  final void run(int repetitions) {
    for (int i = 0; i < repetitions; i++) {
      float[] event = work.events[steps % CellWork.EVENTS];
      System.arraycopy(event, 0, events.values(), events.at(0), event.length);
      step();
      steps++;
    }
  }

  abstract void step();

  /// The state stays in the stepper, as it does in ONNX Runtime's pinned tensors.
  static final class Pinned extends EddyCell {

    Pinned(CellWork work, Precision precision) {
      super(
          switch (precision) {
            case FLOAT32 -> "Eddy";
            case BFLOAT16 -> "Eddy bf16";
          },
          work,
          precision);
    }

    @Override
    void step() {
      stepper.step();
    }
  }

  /// The state comes from and goes to the caller's array, as from a per-key store.
  static final class Usual extends EddyCell {

    Usual(CellWork work) {
      super("Eddy, load and store", work, Precision.FLOAT32);
    }

    @Override
    void step() {
      for (int key = 0; key < work.keys; key++) {
        stepper.load(key, state, key * stateSize());
      }
      stepper.step();
      for (int key = 0; key < work.keys; key++) {
        stepper.store(key, state, key * stateSize());
      }
    }
  }
}
