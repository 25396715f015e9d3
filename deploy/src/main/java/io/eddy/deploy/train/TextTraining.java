package io.eddy.deploy.train;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.model.checkpoint.CaptionerCheckpoint;
import io.eddy.model.checkpoint.ClassifierCheckpoint;
import io.eddy.model.checkpoint.LanguageModelCheckpoint;
import io.eddy.model.checkpoint.TaggerCheckpoint;
import io.eddy.model.checkpoint.TranslatorCheckpoint;
import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.AnnotatedText;
import io.eddy.model.sequence.CaptionedVectors;
import io.eddy.model.sequence.CaptionerTraining;
import io.eddy.model.sequence.ClassifierTraining;
import io.eddy.model.sequence.LanguageModelTraining;
import io.eddy.model.sequence.LearningListener;
import io.eddy.model.sequence.TaggerScore;
import io.eddy.model.sequence.TaggerTraining;
import io.eddy.model.sequence.TextPair;
import io.eddy.model.sequence.TrainedCaptioner;
import io.eddy.model.sequence.TrainedClassifier;
import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.model.sequence.TrainedTagger;
import io.eddy.model.sequence.TrainedTranslator;
import io.eddy.model.sequence.TranslatorTraining;
import io.eddy.model.training.DivergedException;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.token.Utf8Symbols;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Trains the model of a job that reads messages from a file, by the job's own settings: what comes
/// out can serve in the application that is configured so.
public final class TextTraining {
  private final ProcessorsConfig config;
  private final Path train;
  private final @Nullable Path validation;
  private final LearningListener listener;

  /// What a training came to.
  ///
  /// @param file the checkpoint
  /// @param figures what was measured, by name
  @SuppressWarnings("ArrayRecordComponent") // nobody compares files
  public record Result(byte[] file, Map<String, Object> figures) {}

  /// @param train messages, oldest first
  /// @param validation messages to validate on; null for the last of `train`
  public TextTraining(
      ProcessorsConfig config, Path train, @Nullable Path validation, LearningListener listener) {
    this.config = config;
    this.train = train;
    this.validation = validation;
    this.listener = listener;
  }

  /// Examples to learn from and to validate on.
  private record Split<T>(List<T> learned, List<T> heldOut) {}

  /// Trains.
  ///
  /// @throws UserException if the files are not of the job's form, or hold too little
  public Result run() throws IOException {
    try (var team = new Team(config.trainingThreads())) {
      return switch (config.job()) {
        case LANGUAGE_MODEL, COMPLETE -> languageModel(team);
        case CLASSIFY -> classifier(team);
        case TAG -> tagger(team);
        case TRANSLATE -> translator(team);
        case CAPTION -> captioner(team);
        case FORECAST ->
            throw new UserException(
                ExitCode.USAGE,
                ProcessorsConfig.JOB
                    + " is forecast, expected one that reads messages: language-model, complete,"
                    + " classify, tag, translate or caption");
      };
    } catch (DivergedException e) {
      throw new UserException(ExitCode.FAILED, "the training diverged: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new UserException(ExitCode.USAGE, train + ": " + e.getMessage(), e);
    }
  }

  private Result languageModel(Team team) throws IOException {
    List<String> all = new TextFile(train, config).messages();
    Split<String> split =
        validation == null
            ? split(all)
            : new Split<>(all, new TextFile(validation, config).messages());
    int[] text = symbols(split.learned);
    int[] heldOut = symbols(split.heldOut);
    var training = new LanguageModelTraining(config.trainingSettings(), team);
    if (!training.isEnough(text, heldOut)) {
      throw new UserException(
          ExitCode.USAGE,
          "%s holds %d messages, too few to learn from".formatted(train, all.size()));
    }
    TrainedLanguageModel start =
        TrainedLanguageModel.initial(config.languageModelSpec(), config.seed());
    LanguageModelTraining.Outcome outcome = training.train(start, text, heldOut, listener);
    Map<String, Object> figures = figures(split);
    figures.put("validation_loss", outcome.loss());
    figures.put("validation_bits_per_symbol", outcome.loss() / StrictMath.log(2));
    figures.put("parameters", outcome.parameters().elementCount());
    var model =
        new TrainedLanguageModel(start.network(), outcome.parameters(), provenance(figures));
    return new Result(LanguageModelCheckpoint.write(model), figures);
  }

  /// As the stream reads messages: bytes and an end each.
  private int[] symbols(List<String> messages) {
    return messages.stream()
        .flatMapToInt(
            message -> {
              byte[] bytes = Utf8Symbols.of(message, config.textMessageBytesMax());
              return IntStream.rangeClosed(0, bytes.length)
                  .map(i -> i < bytes.length ? Utf8Symbols.symbol(bytes[i]) : Utf8Symbols.END);
            })
        .toArray();
  }

  private Result classifier(Team team) throws IOException {
    Split<AnnotatedText> split = examples(TextFile::annotated);
    TrainedClassifier model =
        new ClassifierTraining(config.classifierSettings(split.learned.size(), config.seed()), team)
            .train(split.learned, split.heldOut, listener);
    Map<String, Object> figures = figures(split);
    figures.put("validation_loss", ClassifierTraining.loss(model, split.heldOut));
    figures.put("validation_accuracy", ClassifierTraining.accuracy(model, split.heldOut));
    figures.put("labels", model.labels().size());
    figures.put("words", model.words().size());
    figures.put("parameters", model.parameters().elementCount());
    return new Result(
        ClassifierCheckpoint.write(model.withProvenance(provenance(figures))), figures);
  }

  private Result tagger(Team team) throws IOException {
    Split<AnnotatedText> split = examples(TextFile::annotated);
    TrainedTagger model =
        new TaggerTraining(config.taggerSettings(split.learned.size(), config.seed()), team)
            .train(split.learned, split.heldOut, listener);
    TaggerScore score = TaggerScore.of(model, split.heldOut, config.trainingSettings().batchSize());
    Map<String, Object> figures = figures(split);
    figures.put("validation_loss", score.loss());
    figures.put("validation_accuracy", score.accuracy());
    if (model.hasSpans()) {
      figures.put("validation_f1", score.f1());
    }
    if (!model.labels().isEmpty()) {
      figures.put("validation_label_accuracy", score.labelAccuracy());
    }
    figures.put("tags", model.tags().size());
    figures.put("words", model.network().words().size());
    figures.put("parameters", model.parameterCount());
    return new Result(TaggerCheckpoint.write(model.withProvenance(provenance(figures))), figures);
  }

  private Result translator(Team team) throws IOException {
    Split<TextPair> split = examples(TextFile::translated);
    TrainedTranslator model =
        new TranslatorTraining(config.translatorSettings(split.learned.size(), config.seed()), team)
            .train(split.learned, split.heldOut, listener);
    Map<String, Object> figures = figures(split);
    figures.put("validation_loss", TranslatorTraining.loss(model, split.heldOut));
    figures.put(
        "validation_bleu", TranslatorTraining.bleu(model, config.translateBeams(), split.heldOut));
    figures.put("source_pieces", model.source().size());
    figures.put("target_pieces", model.target().size());
    figures.put("parameters", model.weights().size());
    return new Result(
        TranslatorCheckpoint.write(model.withProvenance(provenance(figures))), figures);
  }

  private Result captioner(Team team) throws IOException {
    Split<CaptionedVectors> split = examples(TextFile::captioned);
    TrainedCaptioner model =
        new CaptionerTraining(config.captionerSettings(split.learned.size(), config.seed()), team)
            .train(split.learned, split.heldOut, listener);
    Map<String, Object> figures = figures(split);
    figures.put("validation_loss", CaptionerTraining.loss(model, split.heldOut));
    figures.put(
        "validation_exact", CaptionerTraining.exact(model, config.captionBeams(), split.heldOut));
    figures.put("words", model.words().size());
    figures.put("parameters", model.weights().size());
    return new Result(
        CaptionerCheckpoint.write(model.withProvenance(provenance(figures))), figures);
  }

  /// What a file is read as.
  private interface Form<T> {
    List<T> read(TextFile file) throws IOException;
  }

  private <T> Split<T> examples(Form<T> form) throws IOException {
    List<T> all = form.read(new TextFile(train, config));
    Split<T> split =
        validation == null
            ? split(all)
            : new Split<>(all, form.read(new TextFile(validation, config)));
    if (split.learned.isEmpty() || split.heldOut.isEmpty()) {
      throw new UserException(
          ExitCode.USAGE,
          "%s holds %d messages, too few to learn from".formatted(train, all.size()));
    }
    return split;
  }

  /// The newest of them validate.
  private <T> Split<T> split(List<T> all) {
    int border = (int) Math.round(all.size() * (1 - config.trainingSettings().validationShare()));
    return new Split<>(all.subList(0, border), all.subList(border, all.size()));
  }

  private static <T> Map<String, Object> figures(Split<T> split) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("messages", split.learned.size());
    figures.put("validation_messages", split.heldOut.size());
    return figures;
  }

  private Map<String, String> provenance(Map<String, Object> figures) {
    Map<String, String> provenance = new LinkedHashMap<>();
    provenance.put("training.file", String.valueOf(train.getFileName()));
    figures.forEach((name, value) -> provenance.put(name.replace('_', '.'), value.toString()));
    return provenance;
  }
}
