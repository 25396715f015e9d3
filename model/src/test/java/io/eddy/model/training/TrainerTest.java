package io.eddy.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eddy.model.cell.CellType;
import io.eddy.model.cell.Cells;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.op.Add;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Multiply;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.optimizer.Penalty;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {

  private static final int STEPS = 9;
  private static final int ROWS = 5;

  /// A stack that learns to be zero: loss = (W h + b)².
  private static final class Example {
    final Program program;
    final Value x;
    final Value loss;

    Example(CellType cell) {
      var builder = new ProgramBuilder();
      x = builder.input("x", 3);
      Value h = Cells.stack(builder, cell, "rnn.", x, 19, 2);
      Value y =
          Linear.of(
              builder,
              h,
              ParameterSpec.matrix("head.weight", 1, 19, new Initializer.Xavier(1)),
              ParameterSpec.vector("head.bias", 1, new Initializer.Zero()));
      loss = Multiply.of(builder, y, y);
      program = builder.build();
    }

    Parameters train(UpdateSettings settings, int threads, int updates) {
      Parameters parameters = Parameters.initial(program.parameters(), 4);
      try (var team = new Team(threads)) {
        var trainer =
            new Trainer(program, parameters, loss, STEPS, ROWS, settings, Kernels.best(), team);
        var random = new SplittableRandom(4);
        for (int update = 0; update < updates; update++) {
          Rows rows = trainer.unroller().rows(x);
          for (int row = 0; row < STEPS * ROWS; row++) {
            for (int i = 0; i < 3; i++) {
              rows.values()[rows.at(row) + i] = (float) (2 * random.nextDouble() - 1);
            }
          }
          trainer.update(STEPS, 1f / (STEPS * ROWS), 0.01);
          trainer.unroller().carry();
        }
      }
      return parameters;
    }
  }

  @ParameterizedTest
  @EnumSource(CellType.class)
  void shouldGiveTheSameWeightsOnAnyNumberOfThreads(CellType cell) {
    var example = new Example(cell);
    UpdateSettings settings = UpdateSettings.of(new OptimizerSettings.AdamW(0.9, 0.999, 1e-8, 0.1));

    Parameters alone = example.train(settings.withClipNorm(0.05), 1, 8);

    for (int threads : new int[] {2, 3, 7}) {
      Parameters shared = example.train(settings.withClipNorm(0.05), threads, 8);
      for (int i = 0; i < alone.count(); i++) {
        assertThat(shared.values(i))
            .as("%s on %d threads", alone.specs().get(i).name(), threads)
            .isEqualTo(alone.values(i));
      }
    }
  }

  @Test
  void shouldLeaveFrozenPartsAsTheyWere() {
    var example = new Example(CellType.LSTM);
    Parameters before = Parameters.initial(example.program.parameters(), 4);

    Parameters after =
        example.train(
            UpdateSettings.of(OptimizerSettings.AdamW.decaying(0.1))
                .withPenalty(Penalty.l2(0.1))
                .withFrozen(name -> name.endsWith("_l0")),
            1,
            3);

    for (int i = 0; i < before.count(); i++) {
      String name = before.specs().get(i).name();
      if (name.endsWith("_l0")) {
        assertThat(after.values(i)).as(name).isEqualTo(before.values(i));
      } else {
        assertThat(after.values(i)).as(name).isNotEqualTo(before.values(i));
      }
    }
  }

  @Test
  void shouldReturnTheSumOfLossesAndLowerIt() {
    // loss = w² over 2 steps of 1 row; plain descent halves w: 1 - 0.25 · 2 · (1 + 1) / 2.
    Trainer trainer = square(UpdateSettings.of(OptimizerSettings.Sgd.defaults()));

    assertThat(trainer.update(2, 0.5f, 0.25)).isEqualTo(2);
    assertThat(trainer.evaluate(2)).isEqualTo(0.5);
    assertThat(trainer.optimizer().stepCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldClipBeforeItSteps(boolean byValue) {
    UpdateSettings settings = UpdateSettings.of(OptimizerSettings.Sgd.defaults());
    Trainer trainer = square(byValue ? settings.withClipValue(0.5) : settings.withClipNorm(0.5));

    trainer.update(1, 1, 1);

    assertThat(trainer.evaluate(1)).isEqualTo(0.25); // w = 1 - 0.5
  }

  private static Trainer square(UpdateSettings settings) {
    var builder = new ProgramBuilder();
    Value one = builder.input("one", 1);
    Value w = Linear.of(builder, one, ParameterSpec.matrix("w", 1, 1, new Initializer.Zero()));
    Value loss = Multiply.of(builder, w, w);
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    parameters.values("w")[0] = 1;
    var trainer = new Trainer(program, parameters, loss, 2, 1, settings);
    Rows rows = trainer.unroller().rows(one);
    rows.values()[rows.at(0)] = 1;
    rows.values()[rows.at(1)] = 1;
    return trainer;
  }

  /// s = s' + w x, so that the derivative of s by w counts the steps that gradients flow back.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void shouldLetGradientsFlowBackOverTheWholeChunkHoweverFarItMoves(int passed) {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    Value counts = builder.input("counts", 1);
    ProgramBuilder.Feedback before = builder.feedback("s", 1, 1);
    Value s =
        Add.of(
            builder,
            Linear.of(builder, x, ParameterSpec.matrix("w", 1, 1, new Initializer.Zero())),
            before.value());
    before.close(s);
    Value loss = Multiply.of(builder, s, counts);
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    var settings = UpdateSettings.of(OptimizerSettings.Sgd.defaults());
    var trainer = new Trainer(program, parameters, loss, 4, 1, settings);
    Rows ones = trainer.unroller().rows(x);
    Rows last = trainer.unroller().rows(counts);
    for (int step = 0; step < 4; step++) {
      ones.values()[ones.at(step)] = 1;
    }
    last.values()[last.at(3)] = 1;

    for (int chunk = 1; chunk <= 3; chunk++) {
      parameters.values("w")[0] = 1;
      double sum = trainer.update(4, 1, 1);
      // Steps since the start reach the state, but only those of the chunk its gradient.
      assertThat(sum).isEqualTo(4 + (chunk - 1) * passed);
      assertThat(parameters.values("w")[0]).isEqualTo(1 - 4f);
      trainer.unroller().carry(passed);
    }
  }

  @Test
  void shouldRefuseALossOfSeveralNumbersAndSenselessLimits() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 2);
    Value y = Linear.of(builder, x, ParameterSpec.matrix("w", 2, 2, new Initializer.Zero()));
    Program program = builder.build();
    Parameters parameters = Parameters.zeros(program.parameters());
    UpdateSettings settings = UpdateSettings.of(OptimizerSettings.Sgd.defaults());

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Trainer(program, parameters, y, 1, 1, settings))
        .withMessageContaining("is no loss");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings.withClipNorm(0))
        .withMessageContaining("expected above 0");
  }
}
