package io.eddy.benchmarks.race;

import io.eddy.model.cell.CellType;
import java.util.SplittableRandom;

/// One step of one recurrent layer for a number of keys: the shape, weights and events that all
/// contenders share, and what must come out.
final class CellWork {

  /// Events that the contenders go through in a circle.
  static final int EVENTS = 16;

  final CellType cell;
  final int inputSize;
  final int hiddenSize;
  final int keys;

  /// PyTorch's parameters: (G·H, I), (G·H, H), (G·H), (G·H); gates in PyTorch's order.
  final float[] weightIh;

  final float[] weightHh;
  final float[] biasIh;
  final float[] biasHh;

  /// By event, (keys, I).
  final float[][] events = new float[EVENTS][];

  CellWork(CellType cell, int inputSize, int hiddenSize, int keys) {
    this.cell = cell;
    this.inputSize = inputSize;
    this.hiddenSize = hiddenSize;
    this.keys = keys;
    var random = new SplittableRandom(hiddenSize);
    int rows = gates() * hiddenSize;
    double bound = 1 / StrictMath.sqrt(hiddenSize);
    weightIh = uniform(random, rows * inputSize, bound);
    weightHh = uniform(random, rows * hiddenSize, bound);
    biasIh = uniform(random, rows, bound);
    biasHh = uniform(random, rows, bound);
    for (int i = 0; i < EVENTS; i++) {
      events[i] = uniform(random, keys * inputSize, 1);
    }
  }

  private static float[] uniform(SplittableRandom random, int size, double bound) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(-bound, bound);
    }
    return values;
  }

  /// Gates of the cell.
  int gates() {
    return switch (cell) {
      case LSTM -> 4;
      case GRU -> 3;
      default -> throw new IllegalArgumentException("no race is set up for " + cell);
    };
  }

  boolean isLstm() {
    return cell == CellType.LSTM;
  }

  /// As in the table's rows.
  String label() {
    return cell + " " + inputSize + "," + hiddenSize;
  }

  /// Floating-point operations of one call, the products alone.
  double operations() {
    return 2.0 * keys * gates() * hiddenSize * (inputSize + hiddenSize);
  }

  /// h of every key after one round of events from a zero state, in double: (keys, H).
  float[] expected() {
    double[] h = new double[keys * hiddenSize];
    double[] c = new double[keys * hiddenSize];
    for (float[] event : events) {
      for (int key = 0; key < keys; key++) {
        step(event, key * inputSize, h, c, key * hiddenSize);
      }
    }
    float[] result = new float[h.length];
    for (int i = 0; i < h.length; i++) {
      result[i] = (float) h[i];
    }
    return result;
  }

  private void step(float[] x, int xAt, double[] h, double[] c, int at) {
    int rows = gates() * hiddenSize;
    double[] ofInput = new double[rows];
    double[] ofState = new double[rows];
    for (int row = 0; row < rows; row++) {
      ofInput[row] = biasIh[row];
      for (int i = 0; i < inputSize; i++) {
        ofInput[row] += (double) weightIh[row * inputSize + i] * x[xAt + i];
      }
      ofState[row] = biasHh[row];
      for (int i = 0; i < hiddenSize; i++) {
        ofState[row] += weightHh[row * hiddenSize + i] * h[at + i];
      }
    }
    for (int j = 0; j < hiddenSize; j++) {
      int second = hiddenSize + j;
      int third = 2 * hiddenSize + j;
      double first = sigmoid(ofInput[j] + ofState[j]);
      double other = sigmoid(ofInput[second] + ofState[second]);
      if (isLstm()) {
        int fourth = 3 * hiddenSize + j;
        double candidate = StrictMath.tanh(ofInput[third] + ofState[third]);
        c[at + j] = other * c[at + j] + first * candidate;
        h[at + j] = sigmoid(ofInput[fourth] + ofState[fourth]) * StrictMath.tanh(c[at + j]);
      } else {
        double candidate = StrictMath.tanh(ofInput[third] + first * ofState[third]);
        h[at + j] = (1 - other) * candidate + other * h[at + j];
      }
    }
  }

  private static double sigmoid(double x) {
    return 1 / (1 + StrictMath.exp(-x));
  }
}
