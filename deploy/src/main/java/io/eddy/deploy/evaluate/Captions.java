package io.eddy.deploy.evaluate;

import io.eddy.deploy.evaluate.Scene.Word;
import io.eddy.model.attention.Attention;
import io.eddy.model.cell.Lstm;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.LearningRateSchedule;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.sequence.EncoderDecoder;
import io.eddy.model.sequence.EncoderDecoderSpec;
import io.eddy.model.sequence.EncoderDecoderSpec.Reading;
import io.eddy.model.sequence.EncoderDecoderSpec.Source;
import io.eddy.model.sequence.EncoderDecoderTrainer;
import io.eddy.model.sequence.SourceSequence;
import io.eddy.model.sequence.Transducer;
import io.eddy.model.text.Vocabulary;
import io.eddy.model.training.UpdateSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// Sentences about generated scenes (see [Scene]): vectors of the grid's cells in, words out, with
/// attention over the cells as in "Show, attend and tell" (Xu et al. 2015). Measured on scenes that
/// hold a combination which no scene of the training has.
final class Captions extends EvaluationTask {

  private static final String START = "<s>";
  private static final String END = "</s>";
  private static final int MAX_LENGTH = 16;
  private static final int EMBEDDING = 32;
  private static final int HIDDEN = 96;
  private static final float DROPOUT = 0.3f;
  private static final int BATCH = 64;
  private static final int UPDATES_PER_EPOCH = 200;
  private static final int EPOCHS = 10;
  private static final double LEARNING_RATE = 4e-3;
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
    Vocabulary vocabulary =
        Vocabulary.of(
            Stream.concat(Stream.of(Vocabulary.UNKNOWN, START, END), Scene.words().stream())
                .toList());
    var model =
        new EncoderDecoder(
            new EncoderDecoderSpec(
                new Source.Vectors(Scene.FEATURES),
                Scene.CELLS,
                vocabulary.size(),
                vocabulary.number(START),
                vocabulary.number(END),
                EMBEDDING,
                new Lstm(),
                HIDDEN,
                1,
                Reading.BEFORE_CELL,
                Attention.Score.ADDITIVE,
                DROPOUT,
                0));
    Parameters encoder = Parameters.initial(model.encoderParameters(), run.seed());
    Parameters decoder = Parameters.initial(model.decoderParameters(), run.seed() + 1);
    var random = new SplittableRandom(run.seed());
    long started = System.nanoTime();
    long words = train(model, encoder, decoder, vocabulary, random, run);
    double seconds = (System.nanoTime() - started) * 1e-9;
    var transducer = new Transducer(model, encoder, decoder, 1, Kernels.best());
    Score held = score(transducer, vocabulary, random, true);
    Score seen = score(transducer, vocabulary, random, false);
    return TaskResult.of(
            "exact",
            held.exact,
            seconds,
            encoder.elementCount() + decoder.elementCount(),
            words / seconds)
        .with("attention_on_shape", held.attention)
        .with("exact_of_seen", seen.exact)
        .with("attention_on_shape_of_seen", seen.attention);
  }

  /// @return words read
  private static long train(
      EncoderDecoder model,
      Parameters encoder,
      Parameters decoder,
      Vocabulary vocabulary,
      SplittableRandom random,
      TaskRun run) {
    int epochs = run.epochs().orElse(EPOCHS);
    var schedule =
        LearningRateSchedule.WarmUp.over(
            100, new LearningRateSchedule.Cosine((long) epochs * UPDATES_PER_EPOCH, 0.01));
    long read = 0;
    try (var team = new Team(run.threads())) {
      var trainer =
          new EncoderDecoderTrainer(
              model,
              encoder,
              decoder,
              false,
              MAX_LENGTH,
              BATCH,
              UpdateSettings.of(OptimizerSettings.Adam.defaults())
                  .withClipNorm(1)
                  .withSeed(run.seed()),
              Kernels.best(),
              team);
      long update = 0;
      for (int epoch = 1; epoch <= epochs; epoch++) {
        run.progress().begin("Epoch " + epoch + " of " + epochs, UPDATES_PER_EPOCH);
        double loss = 0;
        for (int i = 0; i < UPDATES_PER_EPOCH; i++) {
          List<SourceSequence> sources = new ArrayList<>();
          List<int[]> targets = new ArrayList<>();
          for (int b = 0; b < BATCH; b++) {
            Scene scene = Scene.any(random, false);
            int[] target = symbols(scene.sentence(), vocabulary);
            sources.add(SourceSequence.ofVectors(scene.features()));
            targets.add(target);
            read += target.length;
          }
          loss += trainer.update(sources, targets, LEARNING_RATE * schedule.factor(update++));
          run.progress().advance(1);
        }
        run.report()
            .accept(
                String.format(
                    Locale.ROOT,
                    "epoch %d: loss %.5f while learning",
                    epoch,
                    loss / UPDATES_PER_EPOCH));
      }
    }
    return read;
  }

  private static int[] symbols(List<Word> sentence, Vocabulary vocabulary) {
    return sentence.stream().mapToInt(word -> vocabulary.number(word.text())).toArray();
  }

  /// What is written wrong names no shape, and so looks at none.
  private static Score score(
      Transducer transducer, Vocabulary vocabulary, SplittableRandom random, boolean heldOut) {
    int exact = 0;
    int shapes = 0;
    int attended = 0;
    for (int test = 0; test < TESTED; test++) {
      Scene scene = Scene.any(random, heldOut);
      SourceSequence source = SourceSequence.ofVectors(scene.features());
      List<Word> sentence = scene.sentence();
      List<String> written =
          transducer.greedy(source, MAX_LENGTH).symbols().stream().map(vocabulary::token).toList();
      boolean right = written.equals(sentence.stream().map(Word::text).toList());
      exact += right ? 1 : 0;
      shapes += scene.items().size();
      if (right) {
        float[][] attention = transducer.attention(source, symbols(sentence, vocabulary));
        for (int i = 0; i < sentence.size(); i++) {
          int cell = sentence.get(i).cell();
          attended += cell >= 0 && greatest(attention[i]) == cell ? 1 : 0;
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
