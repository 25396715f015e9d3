package io.eddy.deploy.evaluate;

import io.eddy.model.cell.CellType;
import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.AnnotatedText;
import io.eddy.model.sequence.TaggerScore;
import io.eddy.model.sequence.TaggerSettings;
import io.eddy.model.sequence.TaggerTraining;
import io.eddy.model.sequence.TrainedTagger;
import io.eddy.model.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Tags of tokens: parts of speech, names, slots with the intent of the whole. After each epoch the
/// validation part is tagged, and the weights that did best there tag the test part, once.
final class Tagging extends EvaluationTask {

  private final String trainingFile;
  private final Shape shape;

  /// The network and its training; vocabularies and tags are the training part's own.
  ///
  /// @param rareCount a word that occurs no more often is read as unknown at times
  private record Shape(
      int wordSize,
      int characterSize,
      int filterCount,
      int filterWidth,
      int hiddenSize,
      int layerCount,
      float dropout,
      int batchSize,
      double learningRate,
      int rareCount,
      int epochs) {

    TaggerSettings settings(int longest, TaskRun run) {
      return new TaggerSettings(
          wordSize,
          characterSize,
          filterCount,
          filterWidth,
          CellType.LSTM,
          hiddenSize,
          layerCount,
          dropout,
          Integer.MAX_VALUE,
          longest,
          rareCount,
          batchSize,
          learningRate,
          run.epochs().orElse(epochs),
          5,
          run.seed());
    }
  }

  private Tagging(String task, String data, String description, String trainingFile, Shape shape) {
    super(task, data, description);
    this.trainingFile = trainingFile;
    this.shape = shape;
  }

  /// Universal parts of speech of English web text.
  static Tagging partsOfSpeech() {
    return new Tagging(
        "tag",
        "ud-english-ewt",
        "Parts of speech (UPOS), share of tokens",
        "train.tsv.gz",
        new Shape(100, 32, 128, 5, 160, 1, 0.4f, 32, 3e-3, 1, 8));
  }

  /// New and rare names in messages.
  static Tagging entities() {
    return new Tagging(
        "entities",
        "ner-wnut17",
        "Names in social media, F1 of exact spans",
        "train.tsv",
        new Shape(64, 32, 128, 5, 128, 1, 0.5f, 16, 3e-3, 3, 8));
  }

  /// Slots and intents of requests to an assistant.
  static Tagging slots() {
    return new Tagging(
        "slots",
        "slu-snips",
        "Slots and intent of requests, F1 of exact spans",
        "train.tsv.gz",
        new Shape(100, 32, 100, 5, 160, 1, 0.4f, 32, 3e-3, 1, 4));
  }

  /// The three parts.
  private record Parts(
      List<AnnotatedText> training, List<AnnotatedText> validation, List<AnnotatedText> test) {
    int longest() {
      return Stream.of(training, validation, test)
          .flatMap(List::stream)
          .mapToInt(message -> message.tokens().size())
          .max()
          .orElse(1);
    }
  }

  @Override
  public TaskResult run(TaskRun run) throws IOException {
    Path folder = run.folder();
    var parts =
        new Parts(
            TaggedText.read(folder.resolve(trainingFile)),
            TaggedText.read(folder.resolve("dev.tsv")),
            TaggedText.read(folder.resolve("test.tsv")));
    TaggerSettings settings = shape.settings(parts.longest(), run);
    long started = System.nanoTime();
    TrainedTagger tagger;
    try (var team = new Team(run.threads())) {
      tagger =
          new TaggerTraining(settings, team)
              .train(parts.training(), parts.validation(), run.listener(""));
    }
    double seconds = (System.nanoTime() - started) * 1e-9;
    long read =
        settings.epochs() * parts.training().stream().mapToLong(text -> text.tokens().size()).sum();
    TaggerScore score = TaggerScore.of(tagger, parts.test(), shape.batchSize());
    TaskResult result =
        TaskResult.of(
            tagger.hasSpans() ? "f1" : "accuracy",
            tagger.hasSpans() ? score.f1() : score.accuracy(),
            seconds,
            tagger.parameterCount(),
            read / seconds);
    if (!tagger.labels().isEmpty()) {
      result = result.with("intent_accuracy", score.labelAccuracy());
    }
    return tagger.hasSpans()
        ? result.with("token_accuracy", score.accuracy())
        : result.with("baseline_accuracy", baseline(parts));
  }

  /// Share of the test part's tokens whose tag is the one that the word mostly had in training; a
  /// word that was not there counts as a name.
  private static double baseline(Parts parts) {
    Map<String, Vocabulary.Counts> seen = new HashMap<>();
    for (AnnotatedText message : parts.training()) {
      for (int t = 0; t < message.tokens().size(); t++) {
        seen.computeIfAbsent(message.tokens().get(t), _ -> new Vocabulary.Counts())
            .add(message.tags().get(t));
      }
    }
    Map<String, String> most = new HashMap<>();
    // The first token of a vocabulary is the unknown one, the second the most frequent.
    seen.forEach((word, counts) -> most.put(word, counts.vocabulary(1, 2).token(1)));
    long tokens = 0;
    long right = 0;
    for (AnnotatedText message : parts.test()) {
      for (int t = 0; t < message.tokens().size(); t++) {
        String answer = most.getOrDefault(message.tokens().get(t), "PROPN");
        tokens++;
        right += message.tags().get(t).equals(answer) ? 1 : 0;
      }
    }
    return (double) right / tokens;
  }
}
