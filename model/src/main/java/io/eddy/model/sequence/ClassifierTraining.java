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

/// From labelled texts to a [TrainedClassifier]: counts words, pairs and labels, starts the linear
/// path from naive Bayes, and learns.
///
/// Deterministic: equal texts and settings give equal weights, to the bit, whatever the team's
/// size.
public final class ClassifierTraining {

  private final ClassifierSettings settings;
  private final Team team;

  /// @param team threads that share the work; the caller closes it
  public ClassifierTraining(ClassifierSettings settings, Team team) {
    this.settings = settings;
    this.team = team;
  }

  /// Learns from texts.
  ///
  /// @param texts with at least 2 different labels
  /// @param heldOut texts of which the epoch whose weights are kept surprises least; none to keep
  ///   the last epoch's
  public TrainedClassifier train(
      List<AnnotatedText> texts, List<AnnotatedText> heldOut, LearningListener listener) {
    TrainedClassifier model = untrained(texts);
    List<LabelledMessage> messages =
        texts.stream()
            .map(text -> model.encode(text.tokens(), model.labels().indexOf(text.label())))
            .toList();
    model.network().count(model.parameters(), messages, settings.countedShare());
    int batchSize = Math.min(settings.batchSize(), messages.size());
    int[] lengths = messages.stream().mapToInt(message -> message.symbols().length).toArray();
    long updates = (long) settings.epochs() * Math.ceilDiv(messages.size(), batchSize);
    var schedule = new LearningRateSchedule.Cosine(updates, 0.01);
    var random = new SplittableRandom(settings.seed());
    var trainer =
        new SequenceClassifierTrainer(
            model.network(),
            model.parameters(),
            batchSize,
            settings.forgotten(),
            UpdateSettings.of(OptimizerSettings.Adam.defaults())
                .withClipNorm(settings.clipNorm())
                .withSeed(settings.seed()),
            Kernels.best(),
            team);
    Parameters best = model.parameters().copy();
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
      double loss = sum / batches.size();
      double validationLoss = loss(model, heldOut);
      listener.end(epoch, settings.epochs(), loss, validationLoss);
      if (heldOut.isEmpty() || validationLoss < bestLoss) {
        bestLoss = validationLoss;
        best.set(model.parameters());
      }
    }
    model.parameters().set(best);
    return model;
  }

  /// How unexpected the texts' labels are, in nats per text; NaN without texts.
  public static double loss(TrainedClassifier model, List<AnnotatedText> texts) {
    TextClassifier reader = model.reader(Kernels.best());
    return texts.stream().mapToDouble(reader::surprise).average().orElse(Double.NaN);
  }

  /// Share of texts whose label is the likeliest; NaN without texts.
  public static double accuracy(TrainedClassifier model, List<AnnotatedText> texts) {
    TextClassifier reader = model.reader(Kernels.best());
    return texts.stream()
        .mapToDouble(text -> reader.label(text.tokens()).equals(text.label()) ? 1 : 0)
        .average()
        .orElse(Double.NaN);
  }

  private TrainedClassifier untrained(List<AnnotatedText> texts) {
    var words = new Vocabulary.Counts();
    var pairs = new Vocabulary.Counts();
    for (AnnotatedText whole : texts) {
      AnnotatedText text = whole.upTo(settings.lengthMax());
      String before = "";
      for (int i = 0; i < text.tokens().size(); i++) {
        String word = TrainedClassifier.word(text.tokens().get(i));
        words.add(word);
        if (i > 0) {
          pairs.add(TrainedClassifier.pair(before, word));
        }
        before = word;
      }
    }
    List<String> labels = texts.stream().map(AnnotatedText::label).distinct().sorted().toList();
    ProgramBuilder.require(
        labels.size() >= 2,
        texts.size() + " texts with the labels " + labels + ", expected at least 2 labels");
    Vocabulary wordNumbers = words.vocabulary(1, settings.vocabularyMax());
    Vocabulary pairNumbers = pairs.vocabulary(1, settings.vocabularyMax());
    var network =
        new SequenceClassifier(
            new SequenceClassifierSpec(
                wordNumbers.size(),
                pairNumbers.size(),
                labels.size(),
                settings.embeddingSize(),
                settings.cell(),
                settings.hiddenSize(),
                settings.dropout(),
                settings.lengthMax()));
    return new TrainedClassifier(
        network,
        wordNumbers,
        pairNumbers,
        labels,
        Parameters.initial(network.parameters(), settings.seed()),
        Map.of());
  }
}
