package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.LearningRateSchedule;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.text.Vocabulary;
import io.eddy.model.training.UpdateSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;

/// From tagged texts to a [TrainedTagger]: counts words, characters, tags and labels, and learns.
///
/// Deterministic: equal texts and settings give equal weights, to the bit, whatever the team's
/// size.
public final class TaggerTraining {

  private static final int WARM_UP = 100;
  private static final int WORD_LENGTH = 20;

  /// Rarer characters are unknown ones.
  private static final int CHARACTER_COUNT = 3;

  private final TaggerSettings settings;
  private final Team team;

  /// @param team threads that share the work; the caller closes it
  public TaggerTraining(TaggerSettings settings, Team team) {
    this.settings = settings;
    this.team = team;
  }

  /// A network that has learned nothing, and the number of its first rare word.
  private record Start(TrainedTagger model, int firstRare) {}

  /// Learns from texts.
  ///
  /// @param texts with tags, at least one of them with words
  /// @param heldOut texts on which the epoch whose weights are kept does best; none to keep the
  ///   last epoch's
  public TrainedTagger train(
      List<AnnotatedText> texts, List<AnnotatedText> heldOut, LearningListener listener) {
    Start start = untrained(texts);
    TrainedTagger model = start.model;
    List<TaggedMessage> messages =
        texts.stream().filter(text -> !text.tokens().isEmpty()).map(model::encode).toList();
    int batchSize = Math.min(settings.batchSize(), messages.size());
    int[] lengths = messages.stream().mapToInt(message -> message.tokens().size()).toArray();
    long updates = (long) settings.epochs() * Math.ceilDiv(messages.size(), batchSize);
    var schedule =
        LearningRateSchedule.WarmUp.over(WARM_UP, new LearningRateSchedule.Cosine(updates, 0.01));
    var random = new SplittableRandom(settings.seed());
    var trainer =
        new SequenceTaggerTrainer(
            model.network(),
            model.spelling(),
            model.tagging(),
            start.firstRare,
            batchSize,
            UpdateSettings.of(OptimizerSettings.Adam.defaults())
                .withClipNorm(settings.clipNorm())
                .withSeed(settings.seed()),
            Kernels.best(),
            team);
    Parameters bestSpelling = model.spelling().copy();
    Parameters bestTagging = model.tagging().copy();
    double bestLoss = Double.POSITIVE_INFINITY;
    long update = 0;
    for (int epoch = 1; epoch <= settings.epochs(); epoch++) {
      listener.begin(epoch, settings.epochs(), messages.size());
      double sum = 0;
      List<int[]> batches = LengthBatches.shuffled(lengths, batchSize, random);
      for (int[] batch : batches) {
        sum +=
            trainer.update(
                Arrays.stream(batch).mapToObj(messages::get).toList(),
                settings.learningRate() * schedule.factor(update++));
        listener.advance(batch.length);
      }
      double validationLoss =
          heldOut.isEmpty() ? Double.NaN : TaggerScore.of(model, heldOut, batchSize).loss();
      listener.end(epoch, settings.epochs(), sum / batches.size(), validationLoss);
      if (heldOut.isEmpty() || validationLoss < bestLoss) {
        bestLoss = validationLoss;
        bestSpelling.set(model.spelling());
        bestTagging.set(model.tagging());
      }
    }
    model.spelling().set(bestSpelling);
    model.tagging().set(bestTagging);
    return model;
  }

  private Start untrained(List<AnnotatedText> texts) {
    var words = new Vocabulary.Counts();
    var characters = new Vocabulary.Counts();
    var tags = new TreeSet<String>();
    var labels = new TreeSet<String>();
    for (AnnotatedText whole : texts) {
      AnnotatedText text = whole.upTo(settings.lengthMax());
      for (String token : text.tokens()) {
        words.add(TrainedClassifier.word(token));
        token.codePoints().forEach(point -> characters.add(Character.toString(point)));
      }
      tags.addAll(text.tags());
      labels.add(text.label());
    }
    ProgramBuilder.require(
        !tags.isEmpty(), texts.size() + " texts without a tag, expected at least one");
    var network =
        new SequenceTagger(
            new SequenceTaggerSpec(
                settings.wordSize(),
                settings.characterSize(),
                settings.filterCount(),
                settings.filterWidth(),
                settings.cell(),
                settings.hiddenSize(),
                settings.layerCount(),
                settings.dropout(),
                tags.size(),
                labels.size() > 1 ? labels.size() : 0,
                settings.lengthMax(),
                WORD_LENGTH),
            words.vocabulary(1, settings.vocabularyMax()),
            characters.vocabulary(
                CHARACTER_COUNT,
                Integer.MAX_VALUE,
                SequenceTagger.WORD_START,
                SequenceTagger.WORD_END));
    var model =
        new TrainedTagger(
            network,
            List.copyOf(tags),
            labels.size() > 1 ? List.copyOf(labels) : List.of(),
            Parameters.initial(network.spellingParameters(), settings.seed()),
            Parameters.initial(network.taggingParameters(), settings.seed() + 1),
            Map.of());
    return new Start(
        model, words.vocabulary(settings.rareCount() + 1, settings.vocabularyMax()).size());
  }
}
