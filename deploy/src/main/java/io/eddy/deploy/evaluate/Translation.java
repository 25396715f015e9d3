package io.eddy.deploy.evaluate;

import io.eddy.model.attention.Attention;
import io.eddy.model.cell.Gru;
import io.eddy.model.evaluation.Bleu;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.LearningRateSchedule;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.sequence.EncoderDecoder;
import io.eddy.model.sequence.EncoderDecoderSpec;
import io.eddy.model.sequence.EncoderDecoderSpec.Reading;
import io.eddy.model.sequence.EncoderDecoderSpec.Source;
import io.eddy.model.sequence.EncoderDecoderTrainer;
import io.eddy.model.sequence.Hypothesis;
import io.eddy.model.sequence.LengthBatches;
import io.eddy.model.sequence.SourceSequence;
import io.eddy.model.sequence.Transducer;
import io.eddy.model.text.BytePairEncoding;
import io.eddy.model.text.Tokenizer;
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

/// Translation of image captions, German to English: words are cut into pieces that both languages
/// share, a recurrent encoder reads them in both directions, and a decoder with attention (Bahdanau
/// et al. 2015) writes the translation, found by beam search. What is kept, of the epochs and of
/// the search's length penalties, is what translates the validation part best.
final class Translation extends EvaluationTask {

  private static final String START = "<s>";
  private static final String END = "</s>";
  private static final int MERGES = 5_000;
  private static final int MAX_LENGTH = 40;
  private static final int SIZE = 192;
  private static final float DROPOUT = 0.2f;
  private static final float LABEL_SMOOTHING = 0.1f;
  private static final int BATCH = 64;
  private static final double LEARNING_RATE = 2.5e-3;
  private static final int WARM_UP = 200;
  private static final int EPOCHS = 15;
  private static final int BEAMS = 6;
  private static final double[] LENGTH_PENALTIES = {0, 0.5, 1};

  /// Sentences of both languages, line by line.
  private record Pairs(List<String> source, List<String> target) {}

  /// How text becomes symbols.
  private record Language(Tokenizer pieces, Vocabulary vocabulary) {

    static Language of(Tokenizer pieces, List<String> sentences) {
      var counts = new Vocabulary.Counts();
      for (String sentence : sentences) {
        pieces.tokenize(sentence).forEach(piece -> counts.add(piece.text()));
      }
      return new Language(pieces, counts.vocabulary(1, Integer.MAX_VALUE, START, END));
    }

    int[] symbols(String sentence) {
      int[] symbols = vocabulary.numbers(pieces.tokenize(sentence));
      return symbols.length <= MAX_LENGTH ? symbols : Arrays.copyOf(symbols, MAX_LENGTH);
    }

    String text(List<Integer> symbols) {
      return BytePairEncoding.join(symbols.stream().map(vocabulary::token).toList());
    }
  }

  /// Encoder and decoder with their weights.
  private record Network(EncoderDecoder model, Parameters encoder, Parameters decoder) {

    Network copy() {
      return new Network(model, encoder.copy(), decoder.copy());
    }

    long size() {
      return (long) encoder.elementCount() + decoder.elementCount();
    }
  }

  /// Sentences as symbols.
  private record Corpus(List<SourceSequence> sources, List<int[]> targets) {

    static Corpus of(Pairs pairs, Language source, Language target) {
      return new Corpus(
          pairs.source.stream()
              .map(sentence -> SourceSequence.ofSymbols(source.symbols(sentence)))
              .toList(),
          pairs.target.stream().map(target::symbols).toList());
    }

    /// Of both sides together.
    int[] lengths() {
      int[] lengths = new int[sources.size()];
      Arrays.setAll(lengths, i -> sources.get(i).length() + targets.get(i).length);
      return lengths;
    }

    long symbolCount() {
      return Arrays.stream(lengths()).asLongStream().sum();
    }

    List<SourceSequence> sources(int[] batch) {
      return Arrays.stream(batch).mapToObj(sources::get).toList();
    }

    List<int[]> targets(int[] batch) {
      return Arrays.stream(batch).mapToObj(targets::get).toList();
    }
  }

  /// What a training came to.
  private record Trained(Network best, long symbolsRead) {}

  /// A length penalty, and what it makes of the validation part.
  private record Choice(double penalty, double bleu) {}

  Translation() {
    super(
        "translate",
        "multi30k",
        "Image captions, German to English, BLEU on the test part of 2016");
  }

  @Override
  public TaskResult run(TaskRun run) throws IOException {
    Pairs train = read(run.folder(), "train", ".txt.gz");
    Pairs validation = read(run.folder(), "val", ".txt");
    long started = System.nanoTime();
    Tokenizer pieces = encoding(train).tokenizer(Tokenizer.whitespace());
    Language german = Language.of(pieces, train.source);
    Language english = Language.of(pieces, train.target);
    run.report()
        .accept(
            String.format(
                Locale.ROOT,
                "%,d German and %,d English symbols",
                german.vocabulary.size(),
                english.vocabulary.size()));
    Trained trained = train(train, validation, german, english, run);
    Choice choice = bestPenalty(trained.best, validation, german, english, run);
    double seconds = (System.nanoTime() - started) * 1e-9;
    Transducer transducer = transducer(trained.best, BEAMS);
    double bleu =
        bleu(
            transducer,
            choice.penalty,
            read(run.folder(), "test_2016_flickr", ".txt"),
            german,
            english);
    double later =
        bleu(
            transducer,
            choice.penalty,
            read(run.folder(), "test_2017_flickr", ".txt"),
            german,
            english);
    return TaskResult.of("bleu", bleu, seconds, trained.best.size(), trained.symbolsRead / seconds)
        .with("bleu_2017", later)
        .with("bleu_validation", choice.bleu)
        .with("length_penalty", choice.penalty);
  }

  private static Pairs read(Path folder, String part, String ending) throws IOException {
    String prefix = part + ".lc.norm.tok.";
    return new Pairs(
        DataFile.lines(folder.resolve(prefix + "de" + ending)),
        DataFile.lines(folder.resolve(prefix + "en" + ending)));
  }

  private static BytePairEncoding encoding(Pairs train) {
    Map<String, Long> words = new HashMap<>();
    for (List<String> side : List.of(train.source, train.target)) {
      for (String sentence : side) {
        Tokenizer.whitespace()
            .tokenize(sentence)
            .forEach(word -> words.merge(word.text(), 1L, Long::sum));
      }
    }
    return BytePairEncoding.learn(words, MERGES, 2);
  }

  private static EncoderDecoder model(Language german, Language english) {
    Vocabulary target = english.vocabulary;
    return new EncoderDecoder(
        new EncoderDecoderSpec(
            new Source.Symbols(german.vocabulary.size(), true),
            MAX_LENGTH,
            target.size(),
            target.number(START),
            target.number(END),
            SIZE,
            Gru.pyTorch(),
            SIZE,
            1,
            Reading.BEFORE_CELL,
            Attention.Score.GENERAL,
            DROPOUT,
            LABEL_SMOOTHING));
  }

  private static Trained train(
      Pairs train, Pairs validation, Language german, Language english, TaskRun run) {
    EncoderDecoder model = model(german, english);
    var network =
        new Network(
            model,
            Parameters.initial(model.encoderParameters(), run.seed()),
            Parameters.initial(model.decoderParameters(), run.seed() + 1));
    Corpus corpus = Corpus.of(train, german, english);
    int epochs = run.epochs().orElse(EPOCHS);
    int batchSize = Math.min(BATCH, corpus.sources.size());
    long updates = (long) epochs * Math.ceilDiv(corpus.sources.size(), batchSize);
    var schedule =
        LearningRateSchedule.WarmUp.over(
            WARM_UP, new LearningRateSchedule.Cosine(Math.max(1, updates - WARM_UP), 0.02));
    var random = new SplittableRandom(run.seed());
    Network best = network;
    double bestBleu = Double.NEGATIVE_INFINITY;
    try (var team = new Team(run.threads())) {
      var trainer =
          new EncoderDecoderTrainer(
              model,
              network.encoder,
              network.decoder,
              false,
              MAX_LENGTH,
              batchSize,
              UpdateSettings.of(OptimizerSettings.Adam.defaults())
                  .withClipNorm(1)
                  .withSeed(run.seed()),
              Kernels.best(),
              team);
      long update = 0;
      for (int epoch = 1; epoch <= epochs; epoch++) {
        List<int[]> batches = LengthBatches.shuffled(corpus.lengths(), batchSize, random);
        run.progress().begin("Epoch " + epoch + " of " + epochs, batches.size());
        double loss = 0;
        for (int[] batch : batches) {
          double rate = LEARNING_RATE * schedule.factor(update++);
          loss += trainer.update(corpus.sources(batch), corpus.targets(batch), rate);
          run.progress().advance(1);
        }
        double bleu = bleu(transducer(network, 1), 0, validation, german, english);
        if (bleu >= bestBleu) {
          bestBleu = bleu;
          best = network.copy();
        }
        run.report()
            .accept(
                String.format(
                    Locale.ROOT,
                    "epoch %d: loss %.4f while learning, validation BLEU %.2f without beams",
                    epoch,
                    loss / batches.size(),
                    bleu));
      }
    }
    return new Trained(best, epochs * corpus.symbolCount());
  }

  private static Transducer transducer(Network network, int beams) {
    return new Transducer(network.model, network.encoder, network.decoder, beams, Kernels.best());
  }

  private static Choice bestPenalty(
      Network network, Pairs validation, Language german, Language english, TaskRun run) {
    Transducer transducer = transducer(network, BEAMS);
    var best = new Choice(0, Double.NEGATIVE_INFINITY);
    for (double penalty : LENGTH_PENALTIES) {
      var choice = new Choice(penalty, bleu(transducer, penalty, validation, german, english));
      run.report()
          .accept(
              String.format(
                  Locale.ROOT, "length penalty %.1f: validation BLEU %.2f", penalty, choice.bleu));
      best = choice.bleu > best.bleu ? choice : best;
    }
    return best;
  }

  private static double bleu(
      Transducer transducer, double penalty, Pairs pairs, Language german, Language english) {
    var bleu = new Bleu();
    for (int i = 0; i < pairs.source.size(); i++) {
      SourceSequence source = SourceSequence.ofSymbols(german.symbols(pairs.source.get(i)));
      int limit = Math.min(MAX_LENGTH, 2 * source.length() + 5);
      Hypothesis answer = transducer.search(source, limit, penalty).getFirst();
      bleu.add(words(english.text(answer.symbols())), words(pairs.target.get(i)));
    }
    return bleu.value();
  }

  private static List<String> words(String sentence) {
    return Arrays.asList(sentence.split(" "));
  }
}
