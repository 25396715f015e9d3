package io.eddy.deploy.evaluate;

import io.eddy.model.cell.CellType;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.LearningRateSchedule;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.sequence.LabelledMessage;
import io.eddy.model.sequence.LengthBatches;
import io.eddy.model.sequence.MessageClassifier;
import io.eddy.model.sequence.SequenceClassifier;
import io.eddy.model.sequence.SequenceClassifierSpec;
import io.eddy.model.sequence.SequenceClassifierTrainer;
import io.eddy.model.text.Token;
import io.eddy.model.text.Tokenizer;
import io.eddy.model.text.Vocabulary;
import io.eddy.model.training.UpdateSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/// Classes of sentences: what they feel, what they ask for. Beside the network stands its linear
/// path alone, learned in the same way: a bag of words and pairs of words.
final class Classify extends EvaluationTask {

  private static final int BATCH = 50;

  private final Source source;
  private final Shape shape;

  /// A sentence and its class.
  private record Sentence(List<Token> tokens, String label) {}

  /// What is learned and what is then measured.
  private record Split(List<Sentence> train, List<Sentence> test) {}

  /// Where sentences come from.
  @FunctionalInterface
  private interface Source {
    List<Split> splits(Path folder) throws IOException;
  }

  /// The network and its training.
  private record Shape(
      int embeddingSize,
      int hiddenSize,
      float dropout,
      double forgotten,
      double countedShare,
      double learningRate,
      int epochs) {}

  private Classify(String task, String data, String description, Source source, Shape shape) {
    super(task, data, description);
    this.source = source;
    this.shape = shape;
  }

  /// Ten folds, each measured by a network that learned from the other nine.
  static Classify movieReviews() {
    return new Classify(
        "sentiment",
        "mr-polarity",
        "Feeling of sentences on films, accuracy over 10 folds",
        Classify::folds,
        SENTIMENT);
  }

  static Classify sentimentTreebank() {
    return new Classify(
        "sentiment",
        "sst2",
        "Feeling of sentences on films, learned from sentences alone, accuracy",
        folder -> List.of(split(folder, "train.tsv", "test.tsv", 0, 1)),
        SENTIMENT);
  }

  static Classify questions() {
    return new Classify(
        "question",
        "trec-questions",
        "What a question asks for, 6 classes, accuracy",
        folder -> List.of(split(folder, "train.tsv", "test.tsv", 0, 2)),
        new Shape(100, 100, 0.5f, 0.1, 0.1, 2e-3, 15));
  }

  private static final Shape SENTIMENT = new Shape(100, 100, 0.5f, 0.2, 0.2, 1e-3, 6);

  private static Split split(Path folder, String train, String test, int label, int text)
      throws IOException {
    return new Split(
        sentences(DataFile.lines(folder.resolve(train)), label, text),
        sentences(DataFile.lines(folder.resolve(test)), label, text));
  }

  private static List<Sentence> sentences(List<String> lines, int label, int text) {
    Tokenizer tokenizer = Tokenizer.whitespace().lowerCase();
    return lines.stream()
        .skip(1)
        .map(line -> line.split("\t", -1))
        .map(cells -> new Sentence(tokenizer.tokenize(cells[text]), cells[label]))
        .toList();
  }

  private static List<Split> folds(Path folder) throws IOException {
    List<String> lines = DataFile.lines(folder.resolve("rt_polarity.tsv"));
    List<Split> splits = new ArrayList<>();
    for (int fold = 0; fold < 10; fold++) {
      String prefix = fold + "\t";
      splits.add(
          new Split(
              sentences(without(lines, prefix, false), 1, 2),
              sentences(without(lines, prefix, true), 1, 2)));
    }
    return splits;
  }

  /// The header and the lines that begin, or do not begin, so.
  private static List<String> without(List<String> lines, String prefix, boolean begins) {
    List<String> chosen = new ArrayList<>(List.of(lines.getFirst()));
    lines.stream().skip(1).filter(line -> line.startsWith(prefix) == begins).forEach(chosen::add);
    return chosen;
  }

  @Override
  public TaskResult run(TaskRun run) throws IOException {
    List<Split> splits = source.splits(run.folder());
    int right = 0;
    int rightOfBaseline = 0;
    int measured = 0;
    long tokens = 0;
    double seconds = 0;
    long parameters = 0;
    for (int number = 0; number < splits.size(); number++) {
      Split split = splits.get(number);
      Numbered numbered = Numbered.of(split, shape);
      String name = splits.size() == 1 ? "" : "Fold " + (number + 1) + ", ";
      Parameters baseline = Parameters.initial(numbered.linear.parameters(), run.seed());
      train(numbered.linear, baseline, numbered.train, name + "bag of words, ", run);
      Parameters weights = Parameters.initial(numbered.network.parameters(), run.seed());
      long started = System.nanoTime();
      tokens += train(numbered.network, weights, numbered.train, name, run);
      seconds += (System.nanoTime() - started) * 1e-9;
      parameters = weights.elementCount();
      right += right(numbered.network, weights, numbered.test);
      rightOfBaseline += right(numbered.linear, baseline, numbered.test);
      measured += numbered.test.size();
      run.report()
          .accept(
              String.format(
                  Locale.ROOT,
                  "%saccuracy %.4f, bag of words %.4f",
                  name,
                  (double) right / measured,
                  (double) rightOfBaseline / measured));
    }
    return TaskResult.of(
            "accuracy", (double) right / measured, seconds, parameters, tokens / seconds)
        .with("baseline_accuracy", (double) rightOfBaseline / measured);
  }

  /// A split in numbers, and networks of its shape.
  private record Numbered(
      SequenceClassifier network,
      SequenceClassifier linear,
      List<LabelledMessage> train,
      List<LabelledMessage> test) {

    static Numbered of(Split split, Shape shape) {
      var words = new Vocabulary.Counts();
      var pairs = new Vocabulary.Counts();
      for (Sentence sentence : split.train) {
        for (int i = 0; i < sentence.tokens.size(); i++) {
          words.add(sentence.tokens.get(i).text());
          if (i > 0) {
            pairs.add(pair(sentence.tokens, i));
          }
        }
      }
      List<String> labels = split.train.stream().map(Sentence::label).distinct().sorted().toList();
      Vocabulary wordNumbers = words.vocabulary(1, Integer.MAX_VALUE);
      Vocabulary pairNumbers = pairs.vocabulary(1, Integer.MAX_VALUE);
      int maxLength =
          split.train.stream().mapToInt(sentence -> sentence.tokens.size()).max().orElse(1);
      return new Numbered(
          network(shape, shape.hiddenSize, wordNumbers, pairNumbers, labels.size(), maxLength),
          network(shape, 0, wordNumbers, pairNumbers, labels.size(), maxLength),
          messages(split.train, wordNumbers, pairNumbers, labels, maxLength),
          messages(split.test, wordNumbers, pairNumbers, labels, maxLength));
    }

    private static SequenceClassifier network(
        Shape shape, int hiddenSize, Vocabulary words, Vocabulary pairs, int labels, int length) {
      return new SequenceClassifier(
          new SequenceClassifierSpec(
              words.size(),
              pairs.size(),
              labels,
              shape.embeddingSize,
              CellType.LSTM,
              hiddenSize,
              shape.dropout,
              length));
    }

    private static String pair(List<Token> tokens, int second) {
      return tokens.get(second - 1).text() + " " + tokens.get(second).text();
    }

    /// Longer sentences than were learned from are read up to their length.
    private static List<LabelledMessage> messages(
        List<Sentence> sentences,
        Vocabulary words,
        Vocabulary pairs,
        List<String> labels,
        int maxLength) {
      List<LabelledMessage> messages = new ArrayList<>();
      for (Sentence sentence : sentences) {
        int length = Math.min(maxLength, sentence.tokens.size());
        int[] pairNumbers = new int[length];
        for (int i = 1; i < length; i++) {
          pairNumbers[i] = pairs.number(pair(sentence.tokens, i));
        }
        messages.add(
            new LabelledMessage(
                Arrays.copyOf(words.numbers(sentence.tokens), length),
                pairNumbers,
                labels.indexOf(sentence.label)));
      }
      return messages;
    }
  }

  /// @return tokens read
  private long train(
      SequenceClassifier classifier,
      Parameters parameters,
      List<LabelledMessage> messages,
      String name,
      TaskRun run) {
    classifier.count(parameters, messages, shape.countedShare());
    int epochs = run.epochs().orElse(shape.epochs());
    int[] lengths = messages.stream().mapToInt(message -> message.symbols().length).toArray();
    long tokens = Arrays.stream(lengths).sum();
    var random = new SplittableRandom(run.seed());
    long updates = (long) epochs * Math.ceilDiv(messages.size(), BATCH);
    var schedule = new LearningRateSchedule.Cosine(updates, 0.01);
    try (var team = new Team(run.threads())) {
      var trainer =
          new SequenceClassifierTrainer(
              classifier,
              parameters,
              BATCH,
              shape.forgotten(),
              UpdateSettings.of(OptimizerSettings.Adam.defaults())
                  .withClipNorm(1)
                  .withSeed(run.seed()),
              Kernels.best(),
              team);
      long update = 0;
      for (int epoch = 1; epoch <= epochs; epoch++) {
        run.progress().begin(name + "epoch " + epoch + " of " + epochs, messages.size());
        for (int[] batch : LengthBatches.shuffled(lengths, BATCH, random)) {
          trainer.update(
              Arrays.stream(batch).mapToObj(messages::get).toList(),
              shape.learningRate() * schedule.factor(update++));
          run.progress().advance(BATCH);
        }
      }
    }
    return epochs * tokens;
  }

  private static int right(
      SequenceClassifier network, Parameters weights, List<LabelledMessage> messages) {
    var classifier = new MessageClassifier(network, weights, Kernels.best());
    int right = 0;
    for (LabelledMessage message : messages) {
      right +=
          classifier.classify(message.symbols(), message.pairs()).label() == message.label()
              ? 1
              : 0;
    }
    return right;
  }
}
