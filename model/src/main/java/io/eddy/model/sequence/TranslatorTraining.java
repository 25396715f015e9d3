package io.eddy.model.sequence;

import io.eddy.model.attention.Attention;
import io.eddy.model.evaluation.Bleu;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.LearningRateSchedule;
import io.eddy.model.parallel.Team;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.sequence.EncoderDecoderSpec.Reading;
import io.eddy.model.sequence.EncoderDecoderSpec.Source;
import io.eddy.model.text.BytePairEncoding;
import io.eddy.model.text.Token;
import io.eddy.model.text.Tokenizer;
import io.eddy.model.text.Vocabulary;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/// From texts and their translations to a [TrainedTranslator]: words are cut into pieces that both
/// languages share, a recurrent encoder reads them in both directions, and a decoder with attention
/// (Bahdanau et al. 2015) writes the translation. What is kept, of the epochs and of the search's
/// length penalties, is what translates the pairs held out best, by BLEU.
///
/// Deterministic: equal pairs and settings give equal weights, to the bit, whatever the team's
/// size.
public final class TranslatorTraining {

  private static final double LAST_RATE = 0.02; // of the first
  private static final double[] LENGTH_PENALTIES = {0, 0.5, 1};
  private static final int MERGED_COUNT = 2;

  /// Pairs held out that are translated at most after every epoch, the last ones: more take time
  /// and change no choice.
  private static final int TRANSLATED_MAX = 2_000;

  private final TranslatorSettings settings;
  private final Team team;

  /// @param team threads that share the work; the caller closes it
  public TranslatorTraining(TranslatorSettings settings, Team team) {
    this.settings = settings;
    this.team = team;
  }

  /// Learns from pairs.
  ///
  /// @param pairs at least one of them with words in both texts
  /// @param heldOut pairs that tell which weights are kept; none to keep the last epoch's
  /// @param listener is told a share of BLEU that is missed as what is lost on the pairs held out
  /// @throws io.eddy.model.training.DivergedException once the loss is no number any more
  public TrainedTranslator train(
      List<TextPair> pairs, List<TextPair> heldOut, LearningListener listener) {
    List<TextPair> learned = pairs.stream().filter(TranslatorTraining::hasWords).toList();
    ProgramBuilder.require(
        !learned.isEmpty(), "no text with a translation, both with words, expected at least one");
    List<TextPair> tested =
        heldOut.subList(Math.max(0, heldOut.size() - TRANSLATED_MAX), heldOut.size());
    TrainedTranslator model = untrained(learned);
    List<SourceSequence> sources =
        learned.stream().map(pair -> model.encode(model.pieces(pair.source()))).toList();
    List<int[]> targets = learned.stream().map(pair -> model.encodeTarget(pair.target())).toList();
    int[] lengths = new int[learned.size()];
    Arrays.setAll(lengths, i -> sources.get(i).length() + targets.get(i).length);
    int batchSize = Math.min(settings.batchSize(), learned.size());
    int updates = Math.ceilDiv(learned.size(), batchSize);
    long decay = Math.max(1, (long) settings.epochs() * updates - settings.warmUp());
    var random = new SplittableRandom(settings.seed());
    new EncoderDecoderEpochs(
            model.weights(),
            targets.stream().mapToInt(target -> target.length).max().orElse(0),
            batchSize,
            settings.epochs(),
            settings.learningRate(),
            LearningRateSchedule.WarmUp.over(
                settings.warmUp(), new LearningRateSchedule.Cosine(decay, LAST_RATE)),
            settings.clipNorm(),
            settings.seed())
        .run(
            updates,
            () -> {
              Iterator<int[]> batches =
                  LengthBatches.shuffled(lengths, batchSize, random).iterator();
              return () -> {
                int[] batch = batches.next();
                return new EncoderDecoderEpochs.Batch(
                    Arrays.stream(batch).mapToObj(sources::get).toList(),
                    Arrays.stream(batch).mapToObj(targets::get).toList());
              };
            },
            () -> tested.isEmpty() ? Double.NaN : 1 - bleu(model, 1, tested, listener) / 100,
            team,
            listener);
    return penalized(model, tested, listener);
  }

  /// Whether something is to be learned from a pair.
  public static boolean hasWords(TextPair pair) {
    Tokenizer words = Tokenizer.whitespace();
    return !words.tokenize(pair.source()).isEmpty() && !words.tokenize(pair.target()).isEmpty();
  }

  /// How well a model translates, from 0 to 100; NaN without pairs.
  ///
  /// @param beams of the search
  public static double bleu(TrainedTranslator model, int beams, List<TextPair> pairs) {
    return bleu(model, beams, pairs, new LearningListener() {});
  }

  private static double bleu(
      TrainedTranslator model, int beams, List<TextPair> pairs, LearningListener listener) {
    if (pairs.isEmpty()) {
      return Double.NaN;
    }
    TextTranslator translator = model.reader(beams, Kernels.best());
    var bleu = new Bleu();
    for (TextPair pair : pairs) {
      bleu.add(words(translator.text(pair.source())), words(pair.target()));
      listener.advance(0);
    }
    return bleu.value();
  }

  /// How unexpected the translations of pairs are, in nats per word and end of a text, whatever
  /// pieces a model cuts words into; NaN without pairs.
  public static double loss(TrainedTranslator model, List<TextPair> pairs) {
    TextTranslator translator = model.reader(1, Kernels.best());
    double sum = 0;
    long words = 0;
    for (TextPair pair : pairs) {
      sum += translator.surprise(pair);
      words += 1 + Tokenizer.whitespace().tokenize(pair.target()).size();
    }
    return words == 0 ? Double.NaN : sum / words;
  }

  private TrainedTranslator penalized(
      TrainedTranslator model, List<TextPair> tested, LearningListener listener) {
    if (tested.isEmpty() || settings.beams() == 1) {
      return model;
    }
    TrainedTranslator best = model;
    double bestBleu = Double.NEGATIVE_INFINITY;
    for (double penalty : LENGTH_PENALTIES) {
      TrainedTranslator one = model.withLengthPenalty(penalty);
      double bleu = bleu(one, settings.beams(), tested, listener);
      best = bleu > bestBleu ? one : best;
      bestBleu = Math.max(bleu, bestBleu);
    }
    return best;
  }

  private TrainedTranslator untrained(List<TextPair> pairs) {
    Optional<BytePairEncoding> encoding =
        settings.merges() == 0 ? Optional.empty() : Optional.of(encoding(pairs));
    Tokenizer words = Tokenizer.whitespace();
    Tokenizer pieces = encoding.map(cut -> cut.tokenizer(words)).orElse(words);
    Vocabulary source = vocabulary(pieces, pairs.stream().map(TextPair::source).toList());
    Vocabulary target = vocabulary(pieces, pairs.stream().map(TextPair::target).toList());
    var spec =
        new EncoderDecoderSpec(
            new Source.Symbols(source.size(), true),
            settings.sourceLengthMax(),
            target.size(),
            target.number(TrainedTranslator.START),
            target.number(TrainedTranslator.END),
            settings.embeddingSize(),
            settings.cell().cell(),
            settings.hiddenSize(),
            settings.layerCount(),
            Reading.BEFORE_CELL,
            Attention.Score.GENERAL,
            settings.dropout(),
            settings.labelSmoothing());
    return new TrainedTranslator(
        EncoderDecoderWeights.initial(spec, settings.seed()),
        encoding,
        source,
        target,
        settings.targetLengthMax(),
        0,
        Map.of());
  }

  private BytePairEncoding encoding(List<TextPair> pairs) {
    Map<String, Long> words = new HashMap<>();
    for (TextPair pair : pairs) {
      for (String side : List.of(pair.source(), pair.target())) {
        Tokenizer.whitespace()
            .tokenize(side)
            .forEach(word -> words.merge(word.text(), 1L, Long::sum));
      }
    }
    return BytePairEncoding.learn(words, settings.merges(), MERGED_COUNT);
  }

  private Vocabulary vocabulary(Tokenizer pieces, List<String> texts) {
    var counts = new Vocabulary.Counts();
    for (String text : texts) {
      for (Token piece : pieces.tokenize(text)) {
        counts.add(piece.text());
      }
    }
    // Both languages number alike, although no text begins with a start.
    return counts.vocabulary(
        1, settings.vocabularyMax(), TrainedTranslator.START, TrainedTranslator.END);
  }

  private static List<String> words(String text) {
    return Arrays.asList(text.split(" "));
  }
}
