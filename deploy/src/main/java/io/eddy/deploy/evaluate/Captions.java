package io.eddy.deploy.evaluate;

import io.eddy.deploy.evaluate.Scene.Word;
import io.eddy.model.cell.CellType;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.Caption;
import io.eddy.model.sequence.CaptionedVectors;
import io.eddy.model.sequence.Captioner;
import io.eddy.model.sequence.CaptionerSettings;
import io.eddy.model.sequence.CaptionerTraining;
import io.eddy.model.sequence.LearningListener;
import io.eddy.model.sequence.TrainedCaptioner;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/// Sentences about generated scenes (see [Scene]): vectors of the grid's cells in, words out, with
/// attention over the cells as in "Show, attend and tell" (Xu et al. 2015). Measured on scenes that
/// hold a combination which no scene of the training has.
final class Captions extends EvaluationTask {

  private static final int MAX_LENGTH = 16;
  private static final int EMBEDDING = 32;
  private static final int HIDDEN = 96;
  private static final float DROPOUT = 0.3f;
  private static final int BATCH = 64;
  private static final int UPDATES_PER_EPOCH = 200;
  private static final int EPOCHS = 10;
  private static final double LEARNING_RATE = 4e-3;
  private static final int WARM_UP = 100;
  private static final int TESTED = 1_000;

  /// Shares of the sentences that are right to the word, and of the named shapes that are looked at
  /// most while they are named.
  private record Score(double exact, double attention) {}

  Captions() {
    super(
        "caption",
        "scenes",
        "Sentences on generated scenes with combinations never seen, exact to the word");
  }

  @Override
  public boolean readsFiles() {
    return false;
  }

  @Override
  public TaskResult run(TaskRun run) {
    int epochs = run.epochs().orElse(EPOCHS);
    var random = new SplittableRandom(run.seed());
    long started = System.nanoTime();
    var words = new AtomicLong();
    TrainedCaptioner model;
    try (var team = new Team(run.threads())) {
      model =
          new CaptionerTraining(settings(epochs, run.seed()), team)
              .train(Scene.words(), UPDATES_PER_EPOCH, () -> batch(random, words), listener(run));
    }
    double seconds = (System.nanoTime() - started) * 1e-9;
    Captioner captioner = model.reader(1, Kernels.best());
    Score held = score(captioner, random, true);
    Score seen = score(captioner, random, false);
    return TaskResult.of(
            "exact", held.exact, seconds, model.weights().size(), words.get() / seconds)
        .with("attention_on_shape", held.attention)
        .with("exact_of_seen", seen.exact)
        .with("attention_on_shape_of_seen", seen.attention);
  }

  private static CaptionerSettings settings(int epochs, long seed) {
    return new CaptionerSettings(
        Scene.FEATURES,
        Scene.CELLS,
        EMBEDDING,
        CellType.LSTM,
        HIDDEN,
        1,
        DROPOUT,
        Integer.MAX_VALUE,
        MAX_LENGTH,
        BATCH,
        LEARNING_RATE,
        WARM_UP,
        epochs,
        1,
        seed);
  }

  /// Scenes that nobody has seen before.
  ///
  /// @param words of all sentences so far
  private static List<CaptionedVectors> batch(SplittableRandom random, AtomicLong words) {
    List<CaptionedVectors> batch = new ArrayList<>();
    for (int b = 0; b < BATCH; b++) {
      Scene scene = Scene.any(random, false);
      List<String> sentence = scene.sentence().stream().map(Word::text).toList();
      batch.add(new CaptionedVectors(scene.features(), String.join(" ", sentence)));
      words.addAndGet(sentence.size());
    }
    return batch;
  }

  private static LearningListener listener(TaskRun run) {
    return run.listener(
        "",
        (epoch, loss, _) ->
            String.format(Locale.ROOT, "epoch %d: loss %.5f while learning", epoch, loss));
  }

  /// What is written wrong names no shape, and so looks at none.
  private static Score score(Captioner captioner, SplittableRandom random, boolean heldOut) {
    int exact = 0;
    int shapes = 0;
    int attended = 0;
    for (int test = 0; test < TESTED; test++) {
      Scene scene = Scene.any(random, heldOut);
      List<Word> sentence = scene.sentence();
      Caption written = captioner.caption(scene.features());
      boolean right = written.words().equals(sentence.stream().map(Word::text).toList());
      exact += right ? 1 : 0;
      shapes += scene.items().size();
      if (right) {
        for (int i = 0; i < sentence.size(); i++) {
          int cell = sentence.get(i).cell();
          attended += cell >= 0 && greatest(written.attention()[i]) == cell ? 1 : 0;
        }
      }
    }
    return new Score((double) exact / TESTED, (double) attended / shapes);
  }

  private static int greatest(float[] row) {
    int greatest = 0;
    for (int i = 1; i < row.length; i++) {
      greatest = row[i] > row[greatest] ? i : greatest;
    }
    return greatest;
  }
}
