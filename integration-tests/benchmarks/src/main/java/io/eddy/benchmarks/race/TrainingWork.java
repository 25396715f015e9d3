package io.eddy.benchmarks.race;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/// One update of a network by Adam on a batch of sequences: data and first weights.
///
/// Either `input → LSTM → linear → mean squared error`, or `character → embedding → LSTM → linear →
/// cross-entropy`.
final class TrainingWork {

  static final int STEPS = 64;
  static final int BATCH = 32;
  static final double LEARNING_RATE = 1e-3;

  /// Updates that are made for comparison.
  static final int UPDATES = 3;

  /// A parameter by PyTorch's shape.
  @SuppressWarnings("ArrayRecordComponent") // nobody compares weights
  record Weight(float[] values, int... shape) {}

  final int vocabulary; // 0 for regression
  final int inputSize; // of the LSTM
  final int hiddenSize;
  final int outputSize;

  /// Regression: (T, B, I); characters: (T, B), as numbers.
  final float[] input;

  /// Regression: (T, B, 1); characters: (T, B), as numbers.
  final float[] target;

  /// By PyTorch's names, in the order of the layers.
  final Map<String, Weight> weights = new LinkedHashMap<>();

  static TrainingWork regression(int inputSize, int hiddenSize) {
    return new TrainingWork(0, inputSize, hiddenSize, 1);
  }

  static TrainingWork characters(int vocabulary, int embedding, int hiddenSize) {
    return new TrainingWork(vocabulary, embedding, hiddenSize, vocabulary);
  }

  private TrainingWork(int vocabulary, int inputSize, int hiddenSize, int outputSize) {
    this.vocabulary = vocabulary;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.outputSize = outputSize;
    var random = new SplittableRandom(hiddenSize);
    int positions = STEPS * BATCH;
    if (isLanguageModel()) {
      input = new float[positions];
      target = new float[positions];
      for (int i = 0; i < positions; i++) {
        input[i] = random.nextInt(vocabulary);
        target[i] = random.nextInt(vocabulary);
      }
      weight(random, "embedding.weight", 1, vocabulary, inputSize);
    } else {
      input = uniform(random, positions * inputSize, 1);
      target = uniform(random, positions, 1);
    }
    double bound = 1 / StrictMath.sqrt(hiddenSize);
    weight(random, "weight_ih_l0", bound, 4 * hiddenSize, inputSize);
    weight(random, "weight_hh_l0", bound, 4 * hiddenSize, hiddenSize);
    weight(random, "bias_ih_l0", bound, 4 * hiddenSize);
    weight(random, "bias_hh_l0", bound, 4 * hiddenSize);
    weight(random, "head.weight", bound, outputSize, hiddenSize);
    weight(random, "head.bias", bound, outputSize);
  }

  boolean isLanguageModel() {
    return vocabulary > 0;
  }

  /// As in the table's rows.
  String label() {
    return isLanguageModel()
        ? "characters %d-%d-%d-%d".formatted(vocabulary, inputSize, hiddenSize, outputSize)
        : "LSTM %d,%d".formatted(inputSize, hiddenSize);
  }

  /// Floating-point operations of one update: three products of every forward one, as
  /// performance.md counts.
  double operations() {
    return 3.0
        * 2
        * STEPS
        * BATCH
        * (4.0 * hiddenSize * (inputSize + hiddenSize) + (double) hiddenSize * outputSize);
  }

  private void weight(SplittableRandom random, String name, double bound, int... shape) {
    int size = 1;
    for (int dimension : shape) {
      size *= dimension;
    }
    weights.put(name, new Weight(uniform(random, size, bound), shape));
  }

  private static float[] uniform(SplittableRandom random, int size, double bound) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(-bound, bound);
    }
    return values;
  }
}
