package io.eddy.benchmarks.race;

import java.util.SplittableRandom;

/// One query over a key's cached past: 4 heads of 64.
final class AttentionWork {

  static final int HEADS = 4;
  static final int HEAD_SIZE = 64;
  static final int WIDTH = HEADS * HEAD_SIZE;

  final int entries;

  /// (heads · size).
  final float[] query;

  /// By entry, oldest first: (entries, heads · size).
  final float[] keys;

  final float[] values;

  AttentionWork(int entries) {
    this.entries = entries;
    var random = new SplittableRandom(entries);
    query = uniform(random, WIDTH);
    keys = uniform(random, entries * WIDTH);
    values = uniform(random, entries * WIDTH);
  }

  private static float[] uniform(SplittableRandom random, int size) {
    float[] result = new float[size];
    for (int i = 0; i < size; i++) {
      result[i] = (float) random.nextDouble(-1, 1);
    }
    return result;
  }

  /// As in the table's rows.
  String label() {
    return entries + " entries";
  }

  /// Scores and weighted sum.
  double operations() {
    return 4.0 * entries * WIDTH;
  }

  /// `softmax(q · kᵀ / √64) · v` of each head, in double: (heads · size).
  float[] expected() {
    float[] result = new float[WIDTH];
    for (int head = 0; head < HEADS; head++) {
      int at = head * HEAD_SIZE;
      double[] weights = new double[entries];
      double sum = 0;
      for (int entry = 0; entry < entries; entry++) {
        double score = 0;
        for (int i = 0; i < HEAD_SIZE; i++) {
          score += (double) query[at + i] * keys[entry * WIDTH + at + i];
        }
        weights[entry] = StrictMath.exp(score / 8);
        sum += weights[entry];
      }
      for (int i = 0; i < HEAD_SIZE; i++) {
        double out = 0;
        for (int entry = 0; entry < entries; entry++) {
          out += weights[entry] / sum * values[entry * WIDTH + at + i];
        }
        result[at + i] = (float) out;
      }
    }
    return result;
  }

  /// By head: (heads, entries, size), or (heads, size, entries).
  static float[] byHead(float[] rows, int entries, boolean transposed) {
    float[] result = new float[rows.length];
    for (int head = 0; head < HEADS; head++) {
      for (int entry = 0; entry < entries; entry++) {
        for (int i = 0; i < HEAD_SIZE; i++) {
          int to =
              transposed
                  ? (head * HEAD_SIZE + i) * entries + entry
                  : (head * entries + entry) * HEAD_SIZE + i;
          result[to] = rows[entry * WIDTH + head * HEAD_SIZE + i];
        }
      }
    }
    return result;
  }
}
