package io.eddy.model.sequence;

import io.eddy.model.attention.Attention;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.LearningRateSchedule;
import io.eddy.model.parallel.Team;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.sequence.EncoderDecoderSpec.Reading;
import io.eddy.model.sequence.EncoderDecoderSpec.Source;
import io.eddy.model.text.Token;
import io.eddy.model.text.Tokenizer;
import io.eddy.model.text.Vocabulary;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// From vectors with sentences about them to a [TrainedCaptioner]: a decoder writes the words, and
/// before each it looks at the vectors by additive attention, as in "Show, attend and tell" (Xu et
/// al. 2015).
///
/// Deterministic: equal examples and settings give equal weights, to the bit, whatever the team's
/// size.
public final class CaptionerTraining {

  private static final double LAST_RATE = 0.01; // of the first

  private final CaptionerSettings settings;
  private final Team team;

  /// @param team threads that share the work; the caller closes it
  public CaptionerTraining(CaptionerSettings settings, Team team) {
    this.settings = settings;
    this.team = team;
  }

  /// Learns from examples.
  ///
  /// @param examples at least one of them with words
  /// @param heldOut examples of which the epoch whose weights are kept surprises least; none to
  ///   keep the last epoch's
  public TrainedCaptioner train(
      List<CaptionedVectors> examples, List<CaptionedVectors> heldOut, LearningListener listener) {
    List<CaptionedVectors> learned = examples.stream().filter(CaptionerTraining::hasWords).toList();
    ProgramBuilder.require(
        !learned.isEmpty(), "no vectors with a sentence about them, expected at least one");
    var counts = new Vocabulary.Counts();
    int[] lengths = new int[learned.size()];
    for (int i = 0; i < lengths.length; i++) {
      List<Token> words = Tokenizer.whitespace().tokenize(learned.get(i).caption());
      words.forEach(word -> counts.add(word.text()));
      lengths[i] = learned.get(i).vectors().length + Math.min(words.size(), settings.lengthMax());
    }
    TrainedCaptioner model =
        untrained(
            counts.vocabulary(
                1, settings.vocabularyMax(), TrainedCaptioner.START, TrainedCaptioner.END));
    int batchSize = Math.min(settings.batchSize(), learned.size());
    var random = new SplittableRandom(settings.seed());
    return learn(
        model,
        batchSize,
        Math.ceilDiv(learned.size(), batchSize),
        () -> {
          Iterator<int[]> batches = LengthBatches.shuffled(lengths, batchSize, random).iterator();
          return () -> Arrays.stream(batches.next()).mapToObj(learned::get).toList();
        },
        () -> loss(model, heldOut),
        listener);
  }

  /// Learns from examples that are made while it goes on, each of them read once.
  ///
  /// @param words all that sentences can hold, in the order of their numbers
  /// @param updatesPerEpoch batches that an epoch reads
  /// @param batches of as many examples as the settings say, one for each update
  public TrainedCaptioner train(
      List<String> words,
      int updatesPerEpoch,
      Supplier<List<CaptionedVectors>> batches,
      LearningListener listener) {
    List<String> all =
        Stream.concat(
                Stream.of(Vocabulary.UNKNOWN, TrainedCaptioner.START, TrainedCaptioner.END),
                words.stream())
            .toList();
    return learn(
        untrained(Vocabulary.of(all)),
        settings.batchSize(),
        updatesPerEpoch,
        () -> batches,
        () -> Double.NaN,
        listener);
  }

  private TrainedCaptioner learn(
      TrainedCaptioner model,
      int batchSize,
      int updates,
      Supplier<Supplier<List<CaptionedVectors>>> epochs,
      DoubleSupplier heldOutLoss,
      LearningListener listener) {
    var schedule =
        LearningRateSchedule.WarmUp.over(
            settings.warmUp(),
            new LearningRateSchedule.Cosine((long) settings.epochs() * updates, LAST_RATE));
    new EncoderDecoderEpochs(
            model.weights(),
            settings.lengthMax(),
            batchSize,
            settings.epochs(),
            settings.learningRate(),
            schedule,
            settings.clipNorm(),
            settings.seed())
        .run(
            updates,
            () -> {
              Supplier<List<CaptionedVectors>> batches = epochs.get();
              return () -> batch(model, batches.get());
            },
            heldOutLoss,
            team,
            listener);
    return model;
  }

  private static EncoderDecoderEpochs.Batch batch(
      TrainedCaptioner model, List<CaptionedVectors> examples) {
    return new EncoderDecoderEpochs.Batch(
        examples.stream().map(example -> SourceSequence.ofVectors(example.vectors())).toList(),
        examples.stream().map(example -> model.encode(example.caption())).toList());
  }

  /// Whether something is to be learned from an example.
  public static boolean hasWords(CaptionedVectors example) {
    return !Tokenizer.whitespace().tokenize(example.caption()).isEmpty();
  }

  /// How unexpected the sentences of examples are, in nats per word and end of a sentence; NaN
  /// without examples.
  public static double loss(TrainedCaptioner model, List<CaptionedVectors> examples) {
    Captioner captioner = model.reader(1, Kernels.best());
    double sum = 0;
    long words = 0;
    for (CaptionedVectors example : examples) {
      sum += captioner.surprise(example);
      words += 1 + Tokenizer.whitespace().tokenize(example.caption()).size();
    }
    return words == 0 ? Double.NaN : sum / words;
  }

  /// Share of examples whose sentence is written word for word; NaN without examples.
  public static double exact(TrainedCaptioner model, int beams, List<CaptionedVectors> examples) {
    Captioner captioner = model.reader(beams, Kernels.best());
    return examples.stream()
        .mapToDouble(
            example ->
                captioner
                        .caption(example.vectors())
                        .words()
                        .equals(
                            Tokenizer.whitespace().tokenize(example.caption()).stream()
                                .map(Token::text)
                                .toList())
                    ? 1
                    : 0)
        .average()
        .orElse(Double.NaN);
  }

  private TrainedCaptioner untrained(Vocabulary words) {
    var spec =
        new EncoderDecoderSpec(
            new Source.Vectors(settings.features()),
            settings.cellsMax(),
            words.size(),
            words.number(TrainedCaptioner.START),
            words.number(TrainedCaptioner.END),
            settings.embeddingSize(),
            settings.cell().cell(),
            settings.hiddenSize(),
            settings.layerCount(),
            Reading.BEFORE_CELL,
            Attention.Score.ADDITIVE,
            settings.dropout(),
            0);
    return new TrainedCaptioner(
        EncoderDecoderWeights.initial(spec, settings.seed()),
        words,
        settings.lengthMax(),
        Map.of());
  }
}
