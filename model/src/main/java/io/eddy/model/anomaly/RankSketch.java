package io.eddy.model.anomaly;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// How rare a number is among those before it, in bounded memory.
///
/// A t-digest (Dunning 2019, arXiv 1902.04023) that forgets: sorted centroids, small towards both
/// ends, so that the error of a tail probability is relative to it and single extremes stay single.
/// A number that comes again and again is kept as one exact centroid whatever it weighs. Forgetting
/// is exponential; instead of shrinking all weights, that of newcomers grows.
///
/// Beyond the outermost centroid the chance falls with the square of the distance from the mean, as
/// it does for Student's distribution with two degrees of freedom: heavier than the tail of
/// anything with a finite variance, so that what it calls rare is rare. That is trusted for three
/// decades.
public final class RankSketch {

  /// 32 of 8 bytes each lie a quarter of a decade apart down to a chance of 1/5000; interpolation
  /// between them is finer.
  private static final int CENTROIDS = 32;

  /// Events after which an observation counts 1/e: two weeks and a half of 5-minute values, with a
  /// resolution of 1e-4.
  static final int MEMORY = 5000;

  /// A centroid takes in neighbours up to this share of q (1 - q), q its quantile.
  private static final double FULLNESS = 0.8;

  private static final double TRUSTED_TAIL = 1000;

  /// Newcomers' weight at which all weights are scaled back.
  private static final float GREATEST_UNIT = 1024;

  private final float[] values = new float[CENTROIDS + 1]; // ascending, no two equal
  private final float[] weights = new float[CENTROIDS + 1];
  private int size;
  private float unit = 1; // weight of a newcomer
  private double total; // sum of the weights

  // What find() found: the first centroid that is not below the number, and the weight before it.
  private int position;
  private double before;

  private double upper = 1;
  private double lower = 1;

  /// Nothing is remembered yet.
  public RankSketch() {}

  /// Chance of a number as large as the last one or larger, in what came before it.
  public double upper() {
    return upper;
  }

  /// Chance of a number as small as the last one or smaller.
  public double lower() {
    return lower;
  }

  /// Chance of a number at least as far out on either side.
  public double twoSided() {
    return Math.min(1, 2 * Math.min(upper, lower));
  }

  /// Numbers remembered, the older ones in part.
  public double count() {
    return total / unit;
  }

  /// The mean of what is remembered, 0 for nothing.
  public double mean() {
    double sum = 0;
    for (int index = 0; index < size; index++) {
      sum += (double) weights[index] * values[index];
    }
    return size == 0 ? 0 : sum / total;
  }

  /// Ranks the number among those before, then adds it.
  public void observe(float value) {
    rank(value);
    insert(value);
  }

  /// Ranks the number, and does not remember it.
  public void rank(float value) {
    find(value);
    upper = 1;
    lower = 1;
    if (size == 0) {
      return;
    }
    double inverse = 1 / (total + unit);
    double least = 0.5 * unit * inverse;
    if (position == size) {
      upper = least * beyond(value, values[size - 1]);
    } else if (values[position] == value) {
      upper = least + (total - before) * inverse;
      lower = least + (before + weights[position]) * inverse;
    } else if (position == 0) {
      lower = least * beyond(value, values[0]);
    } else {
      double left = spread(position - 1, before - weights[position - 1]);
      double right = spread(position, before);
      double part =
          ((double) value - values[position - 1])
              / ((double) values[position] - values[position - 1]);
      double below = before - left + part * (left + right);
      upper = least + (total - below) * inverse;
      lower = least + below * inverse;
    }
  }

  /// Adds the number.
  public void add(float value) {
    find(value);
    insert(value);
  }

  private void find(float value) {
    int index = 0;
    while (index < size && values[index] < value) {
      index++;
    }
    position = index;
    before = weightOfFirst(index);
  }

  /// Four sums, so that no addition has to wait for the one before.
  private double weightOfFirst(int count) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int index = 0;
    for (; index + 4 <= count; index += 4) {
      sum0 += weights[index];
      sum1 += weights[index + 1];
      sum2 += weights[index + 2];
      sum3 += weights[index + 3];
    }
    for (; index < count; index++) {
      sum0 += weights[index];
    }
    return sum0 + sum1 + (sum2 + sum3);
  }

  private double beyond(float value, float extreme) {
    double mean = mean();
    double within = extreme - mean;
    double ratio = within == 0 ? 1 : (value - mean) / within;
    return 1 / Math.clamp(ratio * ratio, 1, TRUSTED_TAIL);
  }

  /// The weight that a centroid spreads to each side of it: half, unless it stands for one number.
  private double spread(int index, double before) {
    double weight = weights[index];
    boolean oneNumber = weight <= unit || !fits(weight, before + weight / 2);
    return oneNumber ? 0 : weight / 2;
  }

  /// Whether a centroid may weigh so much around this place: up to FULLNESS · q (1 - q) of all.
  private boolean fits(double weight, double middle) {
    return weight * total <= FULLNESS * middle * (total - middle);
  }

  private void insert(float value) {
    place(value);
    unit *= 1 + 1f / MEMORY;
    if (unit > GREATEST_UNIT) {
      rescale();
    }
  }

  private void place(float value) {
    total += unit;
    if (position < size && values[position] == value) {
      weights[position] += unit;
      return;
    }
    if (size > 0) {
      boolean leftIsNearer =
          position == size
              || (position > 0
                  && (double) value - values[position - 1] < (double) values[position] - value);
      int nearest = leftIsNearer ? position - 1 : position;
      double start = leftIsNearer ? before - weights[nearest] : before;
      float weight = weights[nearest] + unit;
      if (fits(weight, start + weight / 2)) {
        values[nearest] += (value - values[nearest]) * (unit / weight);
        weights[nearest] = weight;
        return;
      }
    }
    System.arraycopy(values, position, values, position + 1, size - position);
    System.arraycopy(weights, position, weights, position + 1, size - position);
    values[position] = value;
    weights[position] = unit;
    size++;
    if (size > CENTROIDS) {
      joinTheFittest();
    }
  }

  /// Joins the two neighbours that are smallest for where they are.
  private void joinTheFittest() {
    int fittest = 0;
    double leastWeight = Double.POSITIVE_INFINITY;
    double leastRoom = 1;
    double before = 0;
    for (int index = 0; index + 1 < size; index++) {
      double weight = (double) weights[index] + weights[index + 1];
      double middle = before + weight / 2;
      double room = middle * (total - middle);
      if (weight * leastRoom < leastWeight * room) { // weight / room, without the divisions
        leastWeight = weight;
        leastRoom = room;
        fittest = index;
      }
      before += weights[index];
    }
    float weight = weights[fittest] + weights[fittest + 1];
    values[fittest] += (values[fittest + 1] - values[fittest]) * (weights[fittest + 1] / weight);
    weights[fittest] = weight;
    size--;
    System.arraycopy(values, fittest + 2, values, fittest + 1, size - fittest - 1);
    System.arraycopy(weights, fittest + 2, weights, fittest + 1, size - fittest - 1);
  }

  private void rescale() {
    total = 0;
    for (int index = 0; index < size; index++) {
      weights[index] /= unit;
      total += weights[index];
    }
    unit = 1;
  }

  /// Bytes that [#write] writes.
  public int byteSize() {
    return Integer.BYTES + Float.BYTES + Double.BYTES + size * 2 * Float.BYTES;
  }

  /// Writes what is remembered.
  public void write(ByteBuffer to) {
    to.putInt(size).putFloat(unit).putDouble(total);
    for (int index = 0; index < size; index++) {
      to.putFloat(values[index]).putFloat(weights[index]);
    }
  }

  /// Takes over what [#write] wrote.
  ///
  /// @throws IllegalArgumentException if it is none
  public void read(ByteBuffer from) {
    size = from.getInt();
    if (size < 0 || size > CENTROIDS) {
      throw new IllegalArgumentException(
          "a sketch of " + size + " centroids, expected 0 to " + CENTROIDS);
    }
    unit = from.getFloat();
    total = from.getDouble();
    Arrays.fill(values, 0);
    Arrays.fill(weights, 0);
    for (int index = 0; index < size; index++) {
      values[index] = from.getFloat();
      weights[index] = from.getFloat();
    }
    upper = 1;
    lower = 1;
  }
}
