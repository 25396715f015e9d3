package io.eddy.deploy.evaluate;

import io.eddy.model.cell.CellType;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.LearningRateSchedule;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.sequence.LanguageModel;
import io.eddy.model.sequence.LanguageModelReader;
import io.eddy.model.sequence.LanguageModelSpec;
import io.eddy.model.sequence.LanguageModelTrainer;
import io.eddy.model.training.UpdateSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/// Language models of characters: the first 80 % of a text are learned, and each of the two tenths
/// after it is read in one go, its state carried from one character to the next. The number of
/// epochs is fixed, so that no part of the text but the first decides anything.
final class Characters extends EvaluationTask {

  private static final int STEPS = 64;

  private final String file;
  private final Shape shape;
  private final boolean validation; // whether the metric is of the ninth tenth, else of the last

  /// The network and its training; the alphabet is the text's own.
  private record Shape(
      int embeddingSize,
      CellType cell,
      int hiddenSize,
      int layerCount,
      float dropout,
      int lanes,
      double learningRate,
      int epochs) {}

  private Characters(
      String data, String description, String file, boolean validation, Shape shape) {
    super("characters", data, description);
    this.file = file;
    this.validation = validation;
    this.shape = shape;
  }

  /// Shakespeare; the metric is of the ninth tenth, as the published comparison has it.
  static Characters tinyShakespeare() {
    return new Characters(
        "tinyshakespeare",
        "Next character of Shakespeare, nats on 80-90 %",
        "input.txt",
        true,
        new Shape(64, CellType.GRU, 320, 2, 0.3f, 32, 3e-3, 15));
  }

  /// War and Peace byte by byte; the metric is of the last tenth.
  static Characters warAndPeace() {
    return new Characters(
        "warpeace",
        "Next byte of War and Peace, nats on the last tenth",
        "warpeace.txt.gz",
        false,
        new Shape(64, CellType.LSTM, 128, 2, 0.05f, 50, 4e-3, 15));
  }

  @Override
  public TaskResult run(TaskRun run) throws IOException {
    Path path = run.folder().resolve(file);
    byte[] bytes = DataFile.bytes(path);
    int[] numbers = numbersOfBytes(bytes);
    int[] text = new int[bytes.length];
    for (int i = 0; i < text.length; i++) {
      text[i] = numbers[bytes[i] & 0xff];
    }
    int symbols = Arrays.stream(numbers).max().orElse(0) + 1;
    int trainEnd = (int) (text.length * 8L / 10);
    int validationEnd = (int) (text.length * 9L / 10);
    var model =
        new LanguageModel(
            new LanguageModelSpec(
                symbols,
                shape.embeddingSize(),
                shape.cell(),
                shape.hiddenSize(),
                shape.layerCount(),
                shape.dropout()));
    Parameters parameters = Parameters.initial(model.parameters(), run.seed());
    int[] learned = Arrays.copyOfRange(text, 0, trainEnd);
    long started = System.nanoTime();
    long read = train(model, parameters, learned, run);
    double seconds = (System.nanoTime() - started) * 1e-9;
    var reader = new LanguageModelReader(model, parameters, Kernels.best());
    double ninth = nats(reader, text, trainEnd, validationEnd);
    double tenth = nats(reader, text, validationEnd, text.length);
    return TaskResult.of(
            "nats", validation ? ninth : tenth, seconds, parameters.elementCount(), read / seconds)
        .with("nats_80_90", ninth)
        .with("nats_90_100", tenth);
  }

  /// Bytes that occur, numbered in their order.
  private static int[] numbersOfBytes(byte[] bytes) {
    int[] numbers = new int[256];
    for (byte b : bytes) {
      numbers[b & 0xff] = 1;
    }
    int next = 0;
    for (int b = 0; b < numbers.length; b++) {
      numbers[b] = numbers[b] > 0 ? next++ : 0;
    }
    return numbers;
  }

  /// @return characters read
  private long train(LanguageModel model, Parameters parameters, int[] text, TaskRun run) {
    int epochs = run.epochs().orElse(shape.epochs());
    var random = new SplittableRandom(run.seed());
    long read = 0;
    try (var team = new Team(run.threads())) {
      var trainer =
          new LanguageModelTrainer(
              model,
              parameters,
              STEPS,
              shape.lanes(),
              UpdateSettings.of(OptimizerSettings.Adam.defaults())
                  .withClipNorm(1)
                  .withSeed(run.seed()),
              Kernels.best(),
              team);
      long updates = (long) epochs * Math.ceilDiv(text.length / shape.lanes(), STEPS);
      var schedule =
          LearningRateSchedule.WarmUp.over(100, new LearningRateSchedule.Cosine(updates, 0.01));
      for (int epoch = 1; epoch <= epochs; epoch++) {
        run.progress().begin("Epoch " + epoch + " of " + epochs, text.length);
        double loss =
            trainer.readText(
                text,
                random.nextInt(STEPS),
                update -> shape.learningRate() * schedule.factor(update),
                (symbols, _) -> {
                  run.progress().advance(symbols);
                  return true;
                });
        read += text.length;
        run.report()
            .accept(String.format(Locale.ROOT, "epoch %d: %.4f nats while learning", epoch, loss));
      }
    }
    return read;
  }

  /// Mean surprise of the characters from one place to another, read from a fresh state.
  private static double nats(LanguageModelReader reader, int[] text, int from, int to) {
    reader.load(reader.freshState());
    double sum = 0;
    for (int at = from; at + 1 < to; at++) {
      reader.read(text[at]);
      sum += reader.surprise(text[at + 1]);
    }
    return sum / (to - from - 1);
  }
}
