package io.eddy.model.composition;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.cell.Elman;
import io.eddy.model.cell.Gru;
import io.eddy.model.cell.Lstm;
import io.eddy.model.cell.Stack;
import io.eddy.model.cell.Transfer;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.loss.CrossEntropyLoss;
import io.eddy.model.op.Add;
import io.eddy.model.op.Affine;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Multiply;
import io.eddy.model.op.Tanh;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import io.eddy.model.training.Trainer;
import io.eddy.model.training.UpdateSettings;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Which steps have an input and which an answer, with the same few means each time: inputs are
/// zero where there is none, the loss's weight is 0 where no answer is asked for, and a mask holds
/// the state where a sequence has ended.
class SequenceShapesTest {

  private static final int BATCH = 16;
  private static final long SEED = 31;

  /// A network from `inputs` to logits of `classes`, with the class that is right, whether it
  /// counts, and whether the step is part of the sequence.
  private static final class Classifier {
    final Value x;
    final Value target;
    final Value counts;
    final Value mask;
    final Value logits;
    final Trainer trainer;
    final Batch batch;
    final int steps;
    private final Program program;
    private final Parameters parameters;

    /// @param network from x and the mask to the hidden value
    Classifier(
        int inputs, int classes, int steps, BiFunction<ProgramBuilder, Value[], Value> network) {
      this(
          inputs,
          classes,
          steps,
          network,
          null,
          UpdateSettings.of(OptimizerSettings.Adam.defaults()).withClipNorm(1));
    }

    /// @param trained weights to go on from; null to start anew
    Classifier(
        int inputs,
        int classes,
        int steps,
        BiFunction<ProgramBuilder, Value[], Value> network,
        @Nullable Parameters trained,
        UpdateSettings settings) {
      this.steps = steps;
      var builder = new ProgramBuilder();
      x = builder.input("x", inputs);
      target = builder.input("target", 1);
      counts = builder.input("counts", 1);
      mask = builder.input("mask", 1);
      Value hidden = network.apply(builder, new Value[] {x, mask});
      logits =
          Linear.of(
              builder,
              hidden,
              ParameterSpec.matrix(
                  "head.weight", classes, hidden.width(), new Initializer.Xavier(1)),
              ParameterSpec.vector("head.bias", classes, new Initializer.Zero()));
      Value loss = CrossEntropyLoss.of(builder, logits, target, counts, 0);
      program = builder.build();
      parameters = trained == null ? Parameters.initial(program.parameters(), SEED) : trained;
      trainer = new Trainer(program, parameters, loss, steps, BATCH, settings);
      batch = new Batch(trainer.unroller(), BATCH);
    }

    /// Everything zero: nothing counts, nothing is part of a sequence.
    void clear() {
      for (Value value : new Value[] {x, target, counts, mask}) {
        Arrays.fill(trainer.unroller().rows(value).values(), 0);
      }
      batch.resetAll();
    }

    void answer(int step, int entry, int answer) {
      batch.set(target, step, entry, 0, answer);
      batch.set(counts, step, entry, 0, 1);
    }

    /// Updates, then the share of right answers in fresh examples.
    double learn(int updates, double rate, Runnable write) {
      for (int update = 0; update < updates; update++) {
        clear();
        write.run();
        trainer.update(steps, 1f / BATCH, rate);
      }
      int asked = 0;
      int right = 0;
      for (int round = 0; round < 20; round++) {
        clear();
        write.run();
        trainer.evaluate(steps);
        for (int t = 0; t < steps; t++) {
          for (int b = 0; b < BATCH; b++) {
            if (batch.get(counts, t, b, 0) != 0) {
              asked++;
              right += batch.greatest(logits, t, b) == batch.get(target, t, b, 0) ? 1 : 0;
            }
          }
        }
      }
      return (double) right / asked;
    }
  }

  /// A chunk of one step: no time at all. The exclusive or of two bits.
  @Test
  void shouldLearnOneToOne() {
    var random = new SplittableRandom(SEED);
    var network =
        new Classifier(
            2,
            2,
            1,
            (builder, in) ->
                Tanh.of(
                    builder,
                    Linear.of(
                        builder,
                        in[0],
                        ParameterSpec.matrix("hidden.weight", 8, 2, new Initializer.Xavier(1)),
                        ParameterSpec.vector("hidden.bias", 8, new Initializer.Zero()))));

    double accuracy =
        network.learn(
            300,
            0.03,
            () -> {
              for (int b = 0; b < BATCH; b++) {
                int first = random.nextInt(2);
                int second = random.nextInt(2);
                network.batch.set(network.x, 0, b, 0, first);
                network.batch.set(network.x, 0, b, 1, second);
                network.answer(0, b, first ^ second);
              }
            });

    assertThat(accuracy).as("guessing gives 0.5, seed %d", SEED).isEqualTo(1);
  }

  /// One input at the first step, an answer at each: spells out one of three words.
  @Test
  void shouldLearnOneToMany() {
    String[] words = {"eddies", "stream", "topics"};
    String letters = "acdeimoprst";
    var random = new SplittableRandom(SEED);
    var network =
        new Classifier(
            words.length,
            letters.length(),
            6,
            (builder, in) -> Stack.of(Gru.pyTorch(), 24, 1).trace(builder, "rnn.", in[0]));

    double accuracy =
        network.learn(
            300,
            0.01,
            () -> {
              for (int b = 0; b < BATCH; b++) {
                int word = random.nextInt(words.length);
                network.batch.set(network.x, 0, b, word, 1);
                for (int t = 0; t < 6; t++) {
                  network.answer(t, b, letters.indexOf(words[word].charAt(t)));
                }
              }
            });

    assertThat(accuracy).as("guessing gives 0.2 at most, seed %d", SEED).isEqualTo(1);
  }

  /// An input at each step, one answer at the end, which is the chunk's last row for sequences of
  /// all lengths, since the mask holds the state: which of two symbols came first.
  @Test
  void shouldLearnManyToOneOfAnyLength() {
    int steps = 15;
    var random = new SplittableRandom(SEED);
    var network =
        new Classifier(
            3,
            2,
            steps,
            (builder, in) -> Stack.of(new Lstm(), 16, 1).trace(builder, "rnn.", in[0], in[1]));

    double accuracy =
        network.learn(
            300,
            0.02,
            () -> {
              for (int b = 0; b < BATCH; b++) {
                int length = random.nextInt(4, steps + 1);
                int first = random.nextInt(length - 1);
                int second = random.nextInt(first + 1, length);
                int which = random.nextInt(2);
                for (int t = 0; t < steps; t++) {
                  int symbol = t == first ? which : t == second ? 1 - which : 2;
                  network.batch.set(network.x, t, b, symbol, 1);
                  network.batch.set(network.mask, t, b, 0, t < length ? 1 : 0);
                }
                network.answer(steps - 1, b, which);
              }
            });

    assertThat(accuracy).as("guessing gives 0.5, seed %d", SEED).isGreaterThan(0.99);
  }

  /// An input and an answer at each step: whether the ones so far are odd.
  @Test
  void shouldLearnManyToManyInStep() {
    int steps = 10;
    var random = new SplittableRandom(SEED);
    var network =
        new Classifier(
            1,
            2,
            steps,
            (builder, in) -> Stack.of(new Lstm(), 16, 1).trace(builder, "rnn.", in[0]));

    double accuracy =
        network.learn(
            600,
            0.02,
            () -> {
              for (int b = 0; b < BATCH; b++) {
                int parity = 0;
                for (int t = 0; t < steps; t++) {
                  int bit = random.nextInt(2);
                  parity ^= bit;
                  network.batch.set(network.x, t, b, 0, bit);
                  network.answer(t, b, parity);
                }
              }
            });

    assertThat(accuracy).as("guessing gives 0.5, seed %d", SEED).isGreaterThan(0.99);
  }

  @Test
  void shouldGiveEachSequenceOfAPaddedBatchTheBitsItHasAlone() {
    var builder = new ProgramBuilder();
    Value x = builder.differentiableInput("x", 3);
    Value mask = builder.input("mask", 1);
    Value h = Stack.of(Gru.pyTorch(), 7, 2).trace(builder, "", x, mask);
    Program program = builder.build();
    Parameters parameters = Parameters.initial(program.parameters(), SEED);
    int[] lengths = {6, 1, 9, 4};
    int steps = 9;
    var together = new Unroller(program, parameters, steps, lengths.length, Kernels.best());
    var random = new SplittableRandom(SEED);
    var batched = new Batch(together, lengths.length);
    for (int t = 0; t < steps; t++) {
      for (int b = 0; b < lengths.length; b++) {
        for (int i = 0; i < 3; i++) {
          // What stands behind a sequence must not show in anything that comes out.
          double number = t < lengths[b] ? random.nextDouble() - 0.5 : Float.NaN;
          batched.set(x, t, b, i, number);
        }
        batched.set(mask, t, b, 0, t < lengths[b] ? 1 : 0);
      }
    }
    together.forward(steps);

    for (int b = 0; b < lengths.length; b++) {
      var unroller = new Unroller(program, parameters, lengths[b], 1, Kernels.best());
      var alone = new Batch(unroller, 1);
      for (int t = 0; t < lengths[b]; t++) {
        for (int i = 0; i < 3; i++) {
          alone.set(x, t, 0, i, batched.get(x, t, b, i));
        }
        alone.set(mask, t, 0, 0, 1);
      }
      unroller.forward(lengths[b]);
      for (int t = 0; t < steps; t++) {
        for (int i = 0; i < h.width(); i++) {
          int last = Math.min(t, lengths[b] - 1);
          assertThat(batched.get(h, t, b, i))
              .as("sequence %d, step %d, element %d, seed %d", b, t, i, SEED)
              .isEqualTo(alone.get(h, last, 0, i));
        }
      }
    }
  }

  /// A level that follows its series: `s = keep · s' + rest · x`, and the forecast of x is s'. All
  /// series lie around 5, so a level that starts at zero is wrong by 5 at first, and one that has
  /// learned where to start only by the noise of 1.
  @Test
  void shouldLearnWhereToStart() {
    int steps = 8;
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 1);
    ProgramBuilder.Feedback level =
        builder.feedback("level", ParameterSpec.vector("level", 1, new Initializer.Zero()), 1);
    Value rest =
        Linear.of(builder, x, ParameterSpec.matrix("rest", 1, 1, new Initializer.Constant(0.2f)));
    Value next =
        Linear.onto(
            builder,
            rest,
            level.value(),
            ParameterSpec.matrix("keep", 1, 1, new Initializer.Constant(0.8f)));
    level.close(next);
    Value forecast =
        Linear.of(
            builder, level.value(), ParameterSpec.matrix("one", 1, 1, new Initializer.Constant(1)));
    Value error = Add.of(builder, x, Affine.of(builder, -1, forecast, 0));
    Value loss = Multiply.of(builder, error, error);
    Program program = builder.build();
    Parameters parameters = Parameters.initial(program.parameters(), SEED);
    var trainer =
        new Trainer(
            program,
            parameters,
            loss,
            steps,
            BATCH,
            UpdateSettings.of(OptimizerSettings.Adam.defaults())
                .withFrozen(name -> !name.equals("level")));
    var batch = new Batch(trainer.unroller(), BATCH);
    var random = new SplittableRandom(SEED);
    for (int update = 0; update < 300; update++) {
      batch.resetAll();
      for (int t = 0; t < steps; t++) {
        for (int b = 0; b < BATCH; b++) {
          batch.set(x, t, b, 0, 5 + noise(random));
        }
      }
      trainer.update(steps, 1f / (steps * BATCH), 0.1);
    }

    var stepper = new Stepper(program, parameters, 1, Kernels.best());
    float[] state = new float[program.stateSize()];
    stepper.initialState(state, 0);
    stepper.load(0, state, 0);
    double sum = 0;
    for (int series = 0; series < 200; series++) {
      stepper.load(0, state, 0);
      stepper.rows(x).values()[0] = (float) (5 + noise(random));
      stepper.step();
      sum += stepper.rows(loss).values()[0];
    }
    assertThat(sum / 200)
        .as("squared error of a new key's first forecast, 26 from zero, seed %d", SEED)
        .isLessThan(1.3);
    assertThat(parameters.values("keep")).containsExactly(0.8f);
  }

  /// Uniform with variance 1.
  private static double noise(SplittableRandom random) {
    return (2 * random.nextDouble() - 1) * Math.sqrt(3);
  }

  /// A network learns which symbol came first; then its head alone learns to say the opposite, with
  /// everything that could move the rest: decay, momentum, a clipped norm.
  @Test
  void shouldFineTuneAHeadOnAFrozenBody() {
    int steps = 6;
    var random = new SplittableRandom(SEED);
    BiFunction<ProgramBuilder, Value[], Value> body =
        (builder, in) -> Stack.of(new Elman(Transfer.TANH), 16, 2).trace(builder, "rnn.", in[0]);
    var network = new Classifier(2, 2, steps, body);
    double first = network.learn(300, 0.01, () -> firstSymbols(network, random, false));
    Parameters before = network.parameters.copy();
    var tuned =
        new Classifier(
            2,
            2,
            steps,
            body,
            network.parameters,
            UpdateSettings.of(OptimizerSettings.AdamW.decaying(0.1))
                .withClipNorm(1)
                .withFrozen(name -> name.startsWith("rnn.")));

    double second = tuned.learn(300, 0.03, () -> firstSymbols(tuned, random, true));

    assertThat(first).as("guessing gives 0.5, seed %d", SEED).isGreaterThan(0.99);
    assertThat(second).as("without learning 0.01, seed %d", SEED).isGreaterThan(0.99);
    for (ParameterSpec spec : network.program.parameters()) {
      float[] now = network.parameters.values(spec.name());
      if (spec.name().startsWith("rnn.")) {
        assertThat(now).as(spec.name()).isEqualTo(before.values(spec.name()));
      } else {
        assertThat(now).as(spec.name()).isNotEqualTo(before.values(spec.name()));
      }
    }
  }

  private static void firstSymbols(Classifier network, SplittableRandom random, boolean opposite) {
    for (int b = 0; b < BATCH; b++) {
      int first = random.nextInt(2);
      network.batch.set(network.x, 0, b, first, 1);
      network.answer(network.steps - 1, b, opposite ? 1 - first : first);
    }
  }
}
