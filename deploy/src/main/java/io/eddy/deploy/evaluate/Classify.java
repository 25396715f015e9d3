package io.eddy.deploy.evaluate;

import io.eddy.model.cell.CellType;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.AnnotatedText;
import io.eddy.model.sequence.ClassifierSettings;
import io.eddy.model.sequence.ClassifierTraining;
import io.eddy.model.sequence.TextClassifier;
import io.eddy.model.sequence.TrainedClassifier;
import io.eddy.model.text.Token;
import io.eddy.model.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Classes of sentences: what they feel, what they ask for. Beside the network stands its linear
/// path alone, learned in the same way: a bag of words and pairs of words.
final class Classify extends EvaluationTask {

  private static final int BATCH = 50;

  private final Source source;
  private final Shape shape;

  /// What is learned and what is then measured.
  private record Split(List<AnnotatedText> train, List<AnnotatedText> test) {

    /// Longer sentences than were learned from are read up to their length.
    int longest() {
      return train.stream().mapToInt(text -> text.tokens().size()).max().orElse(1);
    }
  }

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
      int epochs) {

    ClassifierSettings settings(int longest, TaskRun run) {
      return new ClassifierSettings(
          embeddingSize,
          CellType.LSTM,
          hiddenSize,
          dropout,
          Integer.MAX_VALUE,
          longest,
          forgotten,
          countedShare,
          BATCH,
          learningRate,
          run.epochs().orElse(epochs),
          1,
          run.seed());
    }
  }

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

  private static List<AnnotatedText> sentences(List<String> lines, int label, int text) {
    Tokenizer tokenizer = Tokenizer.whitespace();
    return lines.stream()
        .skip(1)
        .map(line -> line.split("\t", -1))
        .map(
            cells ->
                AnnotatedText.labelled(
                    tokenizer.tokenize(cells[text]).stream().map(Token::text).toList(),
                    cells[label]))
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
      ClassifierSettings settings = shape.settings(split.longest(), run);
      String name = splits.size() == 1 ? "" : "Fold " + (number + 1) + ", ";
      TrainedClassifier baseline =
          train(settings.linear(), split.train, name + "bag of words, ", run);
      long started = System.nanoTime();
      TrainedClassifier classifier = train(settings, split.train, name, run);
      seconds += (System.nanoTime() - started) * 1e-9;
      tokens +=
          settings.epochs() * split.train.stream().mapToLong(text -> text.tokens().size()).sum();
      parameters = classifier.parameters().elementCount();
      right += right(classifier, split.test);
      rightOfBaseline += right(baseline, split.test);
      measured += split.test.size();
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

  private static TrainedClassifier train(
      ClassifierSettings settings, List<AnnotatedText> texts, String name, TaskRun run) {
    try (var team = new Team(run.threads())) {
      return new ClassifierTraining(settings, team).train(texts, List.of(), run.listener(name));
    }
  }

  private static int right(TrainedClassifier classifier, List<AnnotatedText> texts) {
    TextClassifier reader = classifier.reader(Kernels.best());
    return (int)
        texts.stream().filter(text -> reader.label(text.tokens()).equals(text.label())).count();
  }
}
