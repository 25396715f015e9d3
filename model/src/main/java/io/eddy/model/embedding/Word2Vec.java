package io.eddy.model.embedding;

import io.eddy.model.embedding.Word2VecSettings.Architecture;
import io.eddy.model.loss.BinaryCrossEntropyLoss;
import io.eddy.model.op.Lookup;
import io.eddy.model.op.MeanPool;
import io.eddy.model.op.Repeat;
import io.eddy.model.op.RowDot;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;
import io.eddy.model.training.Trainer;
import io.eddy.model.training.UpdateSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Learns word vectors by skip-gram or continuous bag of words with negative sampling (Mikolov et
/// al. 2013a and b).
///
/// ```
/// h      = table[word]                 skip-gram: the word in the middle
/// h      = mean of table[words]        CBOW: the words around it
/// logit  = h · output[candidate]       the true word first, then words drawn by frequency^0.75
/// loss   = binary cross-entropy        1 for the true word, 0 for the drawn ones
/// ```
///
/// A program like any other, one step long, trained in batches by AdaGrad, which leaves rows that
/// no window reached alone. Gradients are dense: an update costs time in proportion to the
/// vocabulary. Deterministic: equal sentences and settings give equal vectors, to the bit.
public final class Word2Vec {

  /// Exponent of the frequencies that negatives are drawn by (2013b, section 2.2).
  private static final double SMOOTHING = 0.75;

  private static final double LEAST_RATE = 0.1; // of the first

  private final Word2VecSettings settings;
  private final List<String> words = new ArrayList<>();
  private final long[] counts; // of each word
  private final double[] cumulative; // of the words' weights as negatives
  private final List<int[]> sentences = new ArrayList<>();
  private final SplittableRandom random;
  private final int candidateCount;
  private final Trainer trainer;
  private final Parameters parameters;
  private final Value around; // skip-gram: the word in the middle; CBOW: a memory of those around
  private final Value candidates;
  private final Value target;
  private final Value weight;
  private long trained; // words so far, over all epochs
  private long total;
  private int filled; // rows of the batch

  private Word2Vec(Iterable<List<String>> text, Word2VecSettings settings) {
    this.settings = settings;
    random = new SplittableRandom(settings.seed());
    Map<String, Long> occurrences = new HashMap<>();
    text.forEach(sentence -> sentence.forEach(word -> occurrences.merge(word, 1L, Long::sum)));
    occurrences.values().removeIf(count -> count < settings.minimumCount());
    words.addAll(occurrences.keySet());
    words.sort(
        Comparator.comparing((String word) -> occurrences.getOrDefault(word, 0L))
            .reversed()
            .thenComparing(Comparator.naturalOrder()));
    if (words.size() < 2) {
      throw new IllegalArgumentException(
          words.size()
              + " words come at least "
              + settings.minimumCount()
              + " times, expected 2 or more: give more text or lower minimumCount");
    }
    Map<String, Integer> indices = new HashMap<>();
    counts = new long[words.size()];
    cumulative = new double[words.size()];
    double sum = 0;
    for (int i = 0; i < counts.length; i++) {
      indices.put(words.get(i), i);
      counts[i] = occurrences.getOrDefault(words.get(i), 0L);
      sum += StrictMath.pow((double) counts[i], SMOOTHING);
      cumulative[i] = sum;
    }
    for (List<String> sentence : text) {
      int[] known = sentence.stream().filter(indices::containsKey).mapToInt(indices::get).toArray();
      sentences.add(known);
      total += known.length;
    }
    candidateCount = 1 + settings.negatives();

    var builder = new ProgramBuilder();
    int dimension = settings.dimension();
    // As in the authors' own program: small vectors, and outputs that start from zero.
    var table =
        ParameterSpec.table(
            "embedding.weight", words.size(), dimension, new Initializer.Uniform(0.5 / dimension));
    var output =
        ParameterSpec.table("output.weight", words.size(), dimension, new Initializer.Zero());
    Value hidden;
    if (settings.architecture() == Architecture.SKIP_GRAM) {
      around = builder.input("word", 1);
      hidden = Lookup.of(builder, around, table);
    } else {
      around = builder.memory("around", 1, 2 * settings.window());
      hidden = MeanPool.of(builder, Lookup.of(builder, around, table));
    }
    candidates = builder.input("candidates", candidateCount);
    target = builder.input("target", candidateCount);
    weight = builder.input("weight", candidateCount);
    Value logits =
        RowDot.of(
            builder,
            Repeat.of(builder, hidden, candidateCount),
            Lookup.of(builder, candidates, output),
            candidateCount);
    Value loss = BinaryCrossEntropyLoss.of(builder, logits, target, weight);
    Program program = builder.build();
    parameters = Parameters.initial(program.parameters(), settings.seed());
    trainer =
        new Trainer(
            program,
            parameters,
            loss,
            1,
            settings.batchSize(),
            UpdateSettings.of(OptimizerSettings.AdaGrad.defaults()));
  }

  /// Learns the vectors of all words that come often enough, the most frequent first.
  ///
  /// @param sentences words in their order; windows do not reach from one to the next; gone through
  ///   twice
  /// @throws IllegalArgumentException if fewer than two words come often enough
  public static WordVectors train(Iterable<List<String>> sentences, Word2VecSettings settings) {
    return new Word2Vec(sentences, settings).run();
  }

  private WordVectors run() {
    for (int epoch = 0; epoch < settings.epochs(); epoch++) {
      for (int[] sentence : sentences) {
        int[] kept = subsampled(sentence);
        for (int position = 0; position < kept.length; position++) {
          addWindow(kept, position);
        }
        trained += sentence.length;
      }
    }
    if (filled > 0) {
      update();
    }
    return new WordVectors(
        words, settings.dimension(), parameters.values("embedding.weight").clone());
  }

  /// Drops frequent words at random: one of frequency f stays with probability √(s/f) + s/f, as in
  /// the authors' own program.
  private int[] subsampled(int[] sentence) {
    if (settings.subsampling() == 0) {
      return sentence;
    }
    int[] kept = new int[sentence.length];
    int size = 0;
    for (int word : sentence) {
      double ratio = settings.subsampling() * total / counts[word];
      if (random.nextDouble() < Math.sqrt(ratio) + ratio) {
        kept[size++] = word;
      }
    }
    return Arrays.copyOf(kept, size);
  }

  private void addWindow(int[] sentence, int position) {
    int reach = 1 + random.nextInt(settings.window());
    int from = Math.max(0, position - reach);
    int to = Math.min(sentence.length, position + reach + 1);
    if (settings.architecture() == Architecture.SKIP_GRAM) {
      for (int other = from; other < to; other++) {
        if (other != position) {
          Rows rows = trainer.unroller().rows(around);
          rows.values()[rows.at(filled)] = sentence[position];
          addCandidates(sentence[other]);
        }
      }
    } else if (to - from > 1) {
      Rows rows = trainer.unroller().rows(around);
      int slot = 0;
      for (int other = from; other < to; other++) {
        if (other != position) {
          rows.values()[rows.at(filled * around.slots() + slot)] = sentence[other];
          slot++;
        }
      }
      trainer.unroller().memoryLength(around, filled, slot);
      addCandidates(sentence[position]);
    }
  }

  private void addCandidates(int truth) {
    Rows ids = trainer.unroller().rows(candidates);
    Rows targets = trainer.unroller().rows(target);
    Rows weights = trainer.unroller().rows(weight);
    for (int i = 0; i < candidateCount; i++) {
      int word = i == 0 ? truth : negative();
      ids.values()[ids.at(filled) + i] = word;
      targets.values()[targets.at(filled) + i] = i == 0 ? 1 : 0;
      // A word drawn against itself says nothing.
      weights.values()[weights.at(filled) + i] = i > 0 && word == truth ? 0 : 1;
    }
    filled++;
    if (filled == settings.batchSize()) {
      update();
    }
  }

  private int negative() {
    double drawn = random.nextDouble() * cumulative[cumulative.length - 1];
    int index = Arrays.binarySearch(cumulative, drawn);
    return Math.min(cumulative.length - 1, index < 0 ? -index - 1 : index + 1);
  }

  private void update() {
    Rows weights = trainer.unroller().rows(weight);
    for (int row = filled; row < settings.batchSize(); row++) {
      Arrays.fill(weights.values(), weights.at(row), weights.at(row) + candidateCount, 0);
    }
    double progress = trained / (double) (total * settings.epochs());
    double rate = settings.learningRate() * Math.max(LEAST_RATE, 1 - progress);
    trainer.update(1, 1f / filled, rate);
    filled = 0;
  }
}
