package io.eddy.deploy.evaluate;

import io.eddy.model.cell.CellType;
import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.LearningListener;
import io.eddy.model.sequence.TextPair;
import io.eddy.model.sequence.TrainedTranslator;
import io.eddy.model.sequence.TranslatorSettings;
import io.eddy.model.sequence.TranslatorTraining;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Translation of image captions, German to English, by the recipe of [TranslatorTraining]. What is
/// kept, of the epochs and of the search's length penalties, is what translates the validation part
/// best.
final class Translation extends EvaluationTask {

  private static final int MERGES = 5_000;
  private static final int MAX_LENGTH = 40;
  private static final int SIZE = 192;
  private static final float DROPOUT = 0.2f;
  private static final float LABEL_SMOOTHING = 0.1f;
  private static final int BATCH = 64;
  private static final double LEARNING_RATE = 2.5e-3;
  private static final int WARM_UP = 200;
  private static final int EPOCHS = 15;
  private static final int BEAMS = 6;

  Translation() {
    super(
        "translate",
        "multi30k",
        "Image captions, German to English, BLEU on the test part of 2016");
  }

  @Override
  public TaskResult run(TaskRun run) throws IOException {
    List<TextPair> train = read(run.folder(), "train", ".txt.gz");
    List<TextPair> validation = read(run.folder(), "val", ".txt");
    int epochs = run.epochs().orElse(EPOCHS);
    long started = System.nanoTime();
    TrainedTranslator model;
    try (var team = new Team(run.threads())) {
      model =
          new TranslatorTraining(settings(epochs, run.seed()), team)
              .train(train, validation, listener(run));
    }
    double seconds = (System.nanoTime() - started) * 1e-9;
    run.report()
        .accept(
            String.format(
                Locale.ROOT,
                "%,d German and %,d English symbols, length penalty %.1f",
                model.source().size(),
                model.target().size(),
                model.lengthPenalty()));
    long read = epochs * train.stream().mapToLong(model::pieceCount).sum();
    double bleu = bleu(model, read(run.folder(), "test_2016_flickr", ".txt"));
    double later = bleu(model, read(run.folder(), "test_2017_flickr", ".txt"));
    return TaskResult.of("bleu", bleu, seconds, model.weights().size(), read / seconds)
        .with("bleu_2017", later)
        .with("bleu_validation", bleu(model, validation))
        .with("length_penalty", model.lengthPenalty());
  }

  private static TranslatorSettings settings(int epochs, long seed) {
    return new TranslatorSettings(
        MERGES,
        SIZE,
        CellType.GRU,
        SIZE,
        1,
        DROPOUT,
        LABEL_SMOOTHING,
        Integer.MAX_VALUE,
        MAX_LENGTH,
        MAX_LENGTH,
        BEAMS,
        BATCH,
        LEARNING_RATE,
        WARM_UP,
        epochs,
        1,
        seed);
  }

  private static List<TextPair> read(Path folder, String part, String ending) throws IOException {
    String prefix = part + ".lc.norm.tok.";
    List<String> german = DataFile.lines(folder.resolve(prefix + "de" + ending));
    List<String> english = DataFile.lines(folder.resolve(prefix + "en" + ending));
    List<TextPair> pairs = new ArrayList<>();
    for (int line = 0; line < german.size(); line++) {
      pairs.add(new TextPair(german.get(line), english.get(line)));
    }
    return pairs;
  }

  private static double bleu(TrainedTranslator model, List<TextPair> pairs) {
    return TranslatorTraining.bleu(model, BEAMS, pairs);
  }

  private static LearningListener listener(TaskRun run) {
    return run.listener(
        "",
        (epoch, loss, validationLoss) ->
            String.format(
                Locale.ROOT,
                "epoch %d: loss %.4f while learning, validation BLEU %.2f without beams",
                epoch,
                loss,
                100 * (1 - validationLoss)));
  }
}
