package io.eddy.model.composition;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.cell.Lstm;
import io.eddy.model.cell.Stack;
import io.eddy.model.loss.CrossEntropyLoss;
import io.eddy.model.op.Attend;
import io.eddy.model.op.Concatenation;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Lookup;
import io.eddy.model.op.Relu;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import io.eddy.model.training.Trainer;
import io.eddy.model.training.UpdateSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Two inputs: a grid of coloured shapes, and a question about it in words. The question goes
/// through an LSTM, word by word; what it has become at the last word attends over the grid's
/// cells, and both together give the answer.
class VisualQuestionTest {

  private static final List<String> COLOURS = List.of("red", "green", "blue");
  private static final List<String> SHAPES = List.of("circle", "square", "triangle");
  private static final List<String> ANSWERS = List.of("red", "green", "blue", "yes", "no");
  private static final List<String> WORDS =
      List.of(
          "",
          "what",
          "colour",
          "is",
          "the",
          "there",
          "a",
          "red",
          "green",
          "blue",
          "circle",
          "square",
          "triangle");
  private static final int CELLS = 9;
  private static final int FEATURES = COLOURS.size() + SHAPES.size();
  private static final int LONGEST = 5;
  private static final int BATCH = 32;
  private static final long SEED = 23;

  /// @param cells colour · 3 + shape by cell, -1 for an empty one
  @SuppressWarnings("ArrayRecordComponent") // scenes are compared by their key
  private record Scene(int[] cells, String question, String answer) {

    static Scene draw(SplittableRandom random) {
      int[] cells = new int[CELLS];
      for (int cell = 0; cell < CELLS; cell++) {
        cells[cell] = random.nextInt(2) == 0 ? -1 : random.nextInt(COLOURS.size() * SHAPES.size());
      }
      return random.nextBoolean() ? colour(cells, random) : existence(cells, random);
    }

    /// Only one object has the shape that is asked for.
    private static Scene colour(int[] cells, SplittableRandom random) {
      int shape = random.nextInt(SHAPES.size());
      for (int cell = 0; cell < CELLS; cell++) {
        if (cells[cell] >= 0 && cells[cell] % SHAPES.size() == shape) {
          cells[cell] = -1;
        }
      }
      int colour = random.nextInt(COLOURS.size());
      cells[random.nextInt(CELLS)] = colour * SHAPES.size() + shape;
      return new Scene(cells, "what colour is the " + SHAPES.get(shape), COLOURS.get(colour));
    }

    /// The object is there in half of the scenes.
    private static Scene existence(int[] cells, SplittableRandom random) {
      int asked = random.nextInt(COLOURS.size() * SHAPES.size());
      for (int cell = 0; cell < CELLS; cell++) {
        cells[cell] = cells[cell] == asked ? -1 : cells[cell];
      }
      boolean there = random.nextBoolean();
      if (there) {
        cells[random.nextInt(CELLS)] = asked;
      }
      return new Scene(
          cells,
          "is there a "
              + COLOURS.get(asked / SHAPES.size())
              + " "
              + SHAPES.get(asked % SHAPES.size()),
          there ? "yes" : "no");
    }

    boolean asksForColour() {
      return question.startsWith("what");
    }

    /// Equal for scenes with equal grids and questions.
    List<Object> key() {
      List<Object> key = new ArrayList<>();
      for (int cell : cells) {
        key.add(cell);
      }
      key.add(question);
      return key;
    }
  }

  private final Value grid;
  private final Value words;
  private final Value answer;
  private final Value last;
  private final Value logits;
  private final Trainer trainer;
  private final Batch batch;

  VisualQuestionTest() {
    var builder = new ProgramBuilder();
    grid = builder.memory("grid", FEATURES, CELLS);
    words = builder.input("words", 1);
    answer = builder.input("answer", 1);
    last = builder.input("last", 1);
    Value embedded =
        Lookup.of(
            builder,
            words,
            ParameterSpec.table("words.weight", WORDS.size(), 16, new Initializer.Normal(1)));
    Value question = Stack.of(new Lstm(), 32, 1).trace(builder, "question.", embedded);
    int size = 32;
    Value keys = Linear.of(builder, grid, matrix("keys.weight", size, FEATURES));
    Value values = Linear.of(builder, grid, matrix("values.weight", size, FEATURES));
    Value query = Linear.of(builder, question, matrix("query.weight", size, 32));
    Value seen = Attend.of(builder, query, keys, values, 2, 0.5f).context();
    Value joint =
        Relu.of(
            builder,
            Linear.of(
                builder,
                Concatenation.of(builder, question, seen),
                matrix("joint.weight", 32, 32 + size),
                ParameterSpec.vector("joint.bias", 32, new Initializer.Zero())));
    logits = Linear.of(builder, joint, matrix("answer.weight", ANSWERS.size(), 32));
    Value loss = CrossEntropyLoss.of(builder, logits, answer, last, 0);
    var program = builder.build();
    trainer =
        new Trainer(
            program,
            Parameters.initial(program.parameters(), SEED),
            loss,
            LONGEST,
            BATCH,
            UpdateSettings.of(OptimizerSettings.Adam.defaults()).withClipNorm(1));
    batch = new Batch(trainer.unroller(), BATCH);
  }

  private static ParameterSpec matrix(String name, int outputs, int inputs) {
    return ParameterSpec.matrix(name, outputs, inputs, new Initializer.Xavier(1));
  }

  private void write(Scene[] scenes) {
    batch.resetAll();
    Rows cells = trainer.unroller().rows(grid);
    Arrays.fill(cells.values(), 0);
    for (int b = 0; b < BATCH; b++) {
      for (int cell = 0; cell < CELLS; cell++) {
        int content = scenes[b].cells[cell];
        if (content >= 0) {
          int at = cells.at(b * CELLS + cell);
          cells.values()[at + content / SHAPES.size()] = 1;
          cells.values()[at + COLOURS.size() + content % SHAPES.size()] = 1;
        }
      }
      List<String> question = List.of(scenes[b].question.split(" "));
      for (int t = 0; t < LONGEST; t++) {
        batch.set(words, t, b, 0, WORDS.indexOf(question.get(t)));
        batch.set(answer, t, b, 0, ANSWERS.indexOf(scenes[b].answer));
        batch.set(last, t, b, 0, t == LONGEST - 1 ? 1 : 0);
      }
    }
  }

  @Test
  void shouldAnswerQuestionsAboutScenesItHasNotSeen() {
    var random = new SplittableRandom(SEED);
    Set<List<Object>> seen = new HashSet<>();
    int updates = 1200;
    for (int update = 0; update < updates; update++) {
      Scene[] scenes = new Scene[BATCH];
      for (int b = 0; b < BATCH; b++) {
        scenes[b] = Scene.draw(random);
        seen.add(scenes[b].key());
      }
      write(scenes);
      trainer.update(LONGEST, 1f / BATCH, 0.01 * (1 - update / (double) updates));
    }

    int[] right = new int[2];
    int[] asked = new int[2];
    while (asked[0] + asked[1] < 1000) {
      Scene[] scenes = new Scene[BATCH];
      for (int b = 0; b < BATCH; b++) {
        do {
          scenes[b] = Scene.draw(random);
        } while (seen.contains(scenes[b].key()));
      }
      write(scenes);
      trainer.evaluate(LONGEST);
      for (int b = 0; b < BATCH; b++) {
        int kind = scenes[b].asksForColour() ? 0 : 1;
        asked[kind]++;
        int best = batch.greatest(logits, LONGEST - 1, b);
        right[kind] += ANSWERS.get(best).equals(scenes[b].answer) ? 1 : 0;
      }
    }
    // Guessing gives a third of the colours and half of the others.
    assertThat((double) right[0] / asked[0])
        .as("colours of %d, seed %d", asked[0], SEED)
        .isGreaterThan(0.95);
    assertThat((double) right[1] / asked[1])
        .as("yes or no of %d, seed %d", asked[1], SEED)
        .isGreaterThan(0.95);
  }
}
