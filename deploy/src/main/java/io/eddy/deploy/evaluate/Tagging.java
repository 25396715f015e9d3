package io.eddy.deploy.evaluate;

import io.eddy.model.cell.Lstm;
import io.eddy.model.evaluation.SpanScore;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.LearningRateSchedule;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.sequence.LengthBatches;
import io.eddy.model.sequence.MessageTagger;
import io.eddy.model.sequence.SequenceTagger;
import io.eddy.model.sequence.SequenceTaggerSpec;
import io.eddy.model.sequence.SequenceTaggerTrainer;
import io.eddy.model.sequence.TagRules;
import io.eddy.model.sequence.TaggedMessage;
import io.eddy.model.text.Vocabulary;
import io.eddy.model.training.UpdateSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Tags of tokens: parts of speech, names, slots with the intent of the whole. After each epoch the
/// validation part is tagged, and the weights that did best there tag the test part, once.
final class Tagging extends EvaluationTask {

  private static final int WORD_LENGTH = 20;

  private final String trainingFile;
  private final boolean spans; // whether tags are of spans, else each counts by itself
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
      int epochs) {}

  private Tagging(
      String task,
      String data,
      String description,
      String trainingFile,
      boolean spans,
      Shape shape) {
    super(task, data, description);
    this.trainingFile = trainingFile;
    this.spans = spans;
    this.shape = shape;
  }

  /// Universal parts of speech of English web text.
  static Tagging partsOfSpeech() {
    return new Tagging(
        "tag",
        "ud-english-ewt",
        "Parts of speech (UPOS), share of tokens",
        "train.tsv.gz",
        false,
        new Shape(100, 32, 128, 5, 160, 1, 0.4f, 32, 3e-3, 1, 8));
  }

  /// New and rare names in messages.
  static Tagging entities() {
    return new Tagging(
        "entities",
        "ner-wnut17",
        "Names in social media, F1 of exact spans",
        "train.tsv",
        true,
        new Shape(64, 32, 128, 5, 128, 1, 0.5f, 16, 3e-3, 3, 8));
  }

  /// Slots and intents of requests to an assistant.
  static Tagging slots() {
    return new Tagging(
        "slots",
        "slu-snips",
        "Slots and intent of requests, F1 of exact spans",
        "train.tsv.gz",
        true,
        new Shape(100, 32, 100, 5, 160, 1, 0.4f, 32, 3e-3, 1, 4));
  }

  /// The three parts.
  private record Parts(
      List<TaggedText> training, List<TaggedText> validation, List<TaggedText> test) {
    int longest() {
      return Stream.of(training, validation, test)
          .flatMap(List::stream)
          .mapToInt(message -> message.tokens().size())
          .max()
          .orElse(1);
    }
  }

  /// The names behind the numbers of tags and labels, and the vocabularies.
  ///
  /// @param firstRare number of the first rare word
  private record Names(
      List<String> tags,
      List<String> labels,
      Vocabulary words,
      Vocabulary characters,
      int firstRare) {

    static Names of(List<TaggedText> training, int rareCount) {
      var words = new Vocabulary.Counts();
      var characters = new Vocabulary.Counts();
      var tags = new TreeSet<String>();
      var labels = new TreeSet<String>();
      for (TaggedText message : training) {
        for (String token : message.tokens()) {
          words.add(token.toLowerCase(Locale.ROOT));
          token.codePoints().forEach(point -> characters.add(Character.toString(point)));
        }
        tags.addAll(message.tags());
        labels.add(message.label());
      }
      return new Names(
          List.copyOf(tags),
          List.copyOf(labels),
          words.vocabulary(1, Integer.MAX_VALUE),
          characters.vocabulary(
              3, Integer.MAX_VALUE, SequenceTagger.WORD_START, SequenceTagger.WORD_END),
          words.vocabulary(rareCount + 1, Integer.MAX_VALUE).size());
    }

    TaggedMessage encode(TaggedText message) {
      return new TaggedMessage(
          message.tokens(),
          message.tags().stream().map(tags::indexOf).toList(),
          labels.indexOf(message.label()));
    }

    TaggedText decode(TaggedMessage message) {
      return new TaggedText(
          message.tokens(),
          message.tags().stream().map(tags::get).toList(),
          labels.get(message.label()));
    }
  }

  /// How well one part was tagged.
  private record Scores(double accuracy, double f1, double labelAccuracy) {}

  @Override
  public TaskResult run(TaskRun run) throws IOException {
    Path folder = run.folder();
    var parts =
        new Parts(
            TaggedText.read(folder.resolve(trainingFile)),
            TaggedText.read(folder.resolve("dev.tsv")),
            TaggedText.read(folder.resolve("test.tsv")));
    Names names = Names.of(parts.training(), shape.rareCount());
    boolean labelled = names.labels().size() > 1;
    var tagger =
        new SequenceTagger(
            new SequenceTaggerSpec(
                shape.wordSize(),
                shape.characterSize(),
                shape.filterCount(),
                shape.filterWidth(),
                new Lstm(),
                shape.hiddenSize(),
                shape.layerCount(),
                shape.dropout(),
                names.tags().size(),
                labelled ? names.labels().size() : 0,
                parts.longest(),
                WORD_LENGTH),
            names.words(),
            names.characters());
    Parameters spelling = Parameters.initial(tagger.spellingParameters(), run.seed());
    Parameters tagging = Parameters.initial(tagger.taggingParameters(), run.seed() + 1);
    var reader =
        new MessageTagger(
            tagger,
            spelling,
            tagging,
            spans ? TagRules.spans(names.tags()) : TagRules.none(names.tags().size()),
            shape.batchSize(),
            Kernels.best());
    long started = System.nanoTime();
    long read = train(tagger, spelling, tagging, reader, names, parts, run);
    double seconds = (System.nanoTime() - started) * 1e-9;
    Scores scores = scores(reader, names, parts.test());
    TaskResult result =
        TaskResult.of(
            spans ? "f1" : "accuracy",
            spans ? scores.f1() : scores.accuracy(),
            seconds,
            (long) spelling.elementCount() + tagging.elementCount(),
            read / seconds);
    if (labelled) {
      result = result.with("intent_accuracy", scores.labelAccuracy());
    }
    return spans
        ? result.with("token_accuracy", scores.accuracy())
        : result.with("baseline_accuracy", baseline(parts));
  }

  /// Leaves the weights that did best on the validation part.
  ///
  /// @return tokens read
  private long train(
      SequenceTagger tagger,
      Parameters spelling,
      Parameters tagging,
      MessageTagger reader,
      Names names,
      Parts parts,
      TaskRun run) {
    List<TaggedMessage> messages = parts.training().stream().map(names::encode).toList();
    int[] lengths = messages.stream().mapToInt(message -> message.tokens().size()).toArray();
    int epochs = run.epochs().orElse(shape.epochs());
    long updates = (long) epochs * Math.ceilDiv(messages.size(), shape.batchSize());
    var schedule =
        LearningRateSchedule.WarmUp.over(100, new LearningRateSchedule.Cosine(updates, 0.01));
    var random = new SplittableRandom(run.seed());
    Parameters bestSpelling = spelling.copy();
    Parameters bestTagging = tagging.copy();
    double best = -1;
    long update = 0;
    try (var team = new Team(run.threads())) {
      var trainer =
          new SequenceTaggerTrainer(
              tagger,
              spelling,
              tagging,
              names.firstRare(),
              shape.batchSize(),
              UpdateSettings.of(OptimizerSettings.Adam.defaults())
                  .withClipNorm(5)
                  .withSeed(run.seed()),
              Kernels.best(),
              team);
      for (int epoch = 1; epoch <= epochs; epoch++) {
        run.progress().begin("Epoch " + epoch + " of " + epochs, messages.size());
        double loss = 0;
        List<int[]> batches = LengthBatches.shuffled(lengths, shape.batchSize(), random);
        for (int[] batch : batches) {
          loss +=
              trainer.update(
                  Arrays.stream(batch).mapToObj(messages::get).toList(),
                  shape.learningRate() * schedule.factor(update++));
          run.progress().advance(batch.length);
        }
        Scores scores = scores(reader, names, parts.validation());
        double score = spans ? scores.f1() + scores.labelAccuracy() : scores.accuracy();
        if (score > best) {
          best = score;
          bestSpelling.set(spelling);
          bestTagging.set(tagging);
        }
        run.report().accept(line(epoch, loss / batches.size(), scores, names));
      }
    }
    spelling.set(bestSpelling);
    tagging.set(bestTagging);
    return (long) epochs * Arrays.stream(lengths).sum();
  }

  private String line(int epoch, double loss, Scores scores, Names names) {
    var line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "epoch %d: loss %.3f a message; ", epoch, loss));
    line.append(
        spans
            ? String.format(Locale.ROOT, "validation F1 %.4f", scores.f1())
            : String.format(Locale.ROOT, "validation accuracy %.4f", scores.accuracy()));
    if (names.labels().size() > 1) {
      line.append(String.format(Locale.ROOT, ", intents %.4f", scores.labelAccuracy()));
    }
    return line.toString();
  }

  private Scores scores(MessageTagger reader, Names names, List<TaggedText> messages) {
    List<TaggedMessage> answers = reader.tagAll(messages.stream().map(TaggedText::tokens).toList());
    var found = new SpanScore();
    long tokens = 0;
    long right = 0;
    long rightLabels = 0;
    for (int i = 0; i < messages.size(); i++) {
      TaggedText message = messages.get(i);
      TaggedText answer = names.decode(answers.get(i));
      for (int t = 0; t < message.tags().size(); t++) {
        tokens++;
        right += message.tags().get(t).equals(answer.tags().get(t)) ? 1 : 0;
      }
      if (spans) {
        found.add(message.tags(), answer.tags());
      }
      rightLabels += message.label().equals(answer.label()) ? 1 : 0;
    }
    return new Scores((double) right / tokens, found.f1(), (double) rightLabels / messages.size());
  }

  /// Share of the test part's tokens whose tag is the one that the word mostly had in training; a
  /// word that was not there counts as a name.
  private static double baseline(Parts parts) {
    Map<String, Vocabulary.Counts> seen = new HashMap<>();
    for (TaggedText message : parts.training()) {
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
    for (TaggedText message : parts.test()) {
      for (int t = 0; t < message.tokens().size(); t++) {
        String answer = most.getOrDefault(message.tokens().get(t), "PROPN");
        tokens++;
        right += message.tags().get(t).equals(answer) ? 1 : 0;
      }
    }
    return (double) right / tokens;
  }
}
