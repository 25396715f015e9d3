package io.eddy.model.series;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The experts of a mix and where each finds what is its own: the same for all keys. Immutable.
final class Panel {

  /// What a panel is made from.
  private record Key(BaseForecast base, List<Integer> seasons, boolean counts, int horizon) {}

  /// A state store hands back bytes, so that a key's series is made anew for every event; its panel
  /// need not be. One entry per configuration of this process.
  private static final Map<Key, Panel> PANELS = new ConcurrentHashMap<>();

  private final int horizon;
  private final Expert[] experts;
  private final int[] offsets; // by expert, into a mix's state
  private final double[][] powers; // (experts, T), the rate to the power of 1, 2, …
  private final Expert.Shape[] shapes; // those that differ
  private final int[] shapeOf; // by expert, -1 for none
  private final int[] shapeExpert; // by shape, one of those that have it
  private final int[] shapeOffsets; // by shape and one more, into what waits
  private final int stateSize;

  Panel(List<Expert> experts, int horizon) {
    this.horizon = horizon;
    this.experts = experts.toArray(Expert[]::new);
    int count = this.experts.length;
    offsets = new int[count];
    powers = new double[count][];
    shapeOf = new int[count];
    List<Expert.Shape> distinct = new ArrayList<>();
    List<Integer> owners = new ArrayList<>();
    int size = 0;
    for (int k = 0; k < count; k++) {
      Expert expert = this.experts[k];
      offsets[k] = size;
      size += expert.stateSize();
      powers[k] = powers(expert.rate(), horizon);
      Expert.Shape shape = expert.shape();
      shapeOf[k] = shape == null ? -1 : distinct.indexOf(shape);
      if (shape != null && shapeOf[k] < 0) {
        shapeOf[k] = distinct.size();
        distinct.add(shape);
        owners.add(k);
      }
    }
    stateSize = size;
    shapes = distinct.toArray(Expert.Shape[]::new);
    shapeExpert = owners.stream().mapToInt(Integer::intValue).toArray();
    shapeOffsets = new int[shapes.length + 1];
    for (int shape = 0; shape < shapes.length; shape++) {
      shapeOffsets[shape + 1] = shapeOffsets[shape] + Math.min(shapes[shape].period(), horizon);
    }
  }

  /// The panel that a spec asks for.
  static Panel of(SeriesSpec spec, int horizon) {
    return PANELS.computeIfAbsent(
        new Key(spec.base(), spec.seasons(), spec.nonNegative(), horizon),
        key -> new Panel(key.base.experts(key.seasons, key.counts), horizon));
  }

  private static double[] powers(double rate, int horizon) {
    double[] powers = new double[horizon];
    double power = 1;
    for (int h = 0; h < horizon; h++) {
      power *= rate;
      powers[h] = power;
    }
    return powers;
  }

  int horizon() {
    return horizon;
  }

  /// How many experts there are.
  int size() {
    return experts.length;
  }

  /// Numbers that all experts together remember.
  int stateSize() {
    return stateSize;
  }

  /// Numbers of all shapes that differ, each up to where it begins anew.
  int shapeSize() {
    return shapeOffsets[shapes.length];
  }

  void observe(Series series, double[] state) {
    for (int k = 0; k < experts.length; k++) {
      experts[k].observe(series, state, offsets[k]);
    }
  }

  /// An expert's forecast made now, but for its shape.
  ///
  /// @param line constant, slope and fading, overwritten
  void line(int expert, Series series, double[] state, double[] line) {
    experts[expert].line(series, state, offsets[expert], line);
  }

  /// The rate of an expert to the power of `ahead`.
  double power(int expert, int ahead) {
    return powers[expert][ahead - 1];
  }

  /// The powers of an expert's rate, (horizon), from the first on.
  double[] powers(int expert) {
    return powers[expert];
  }

  int shapeCount() {
    return shapes.length;
  }

  /// Which shape an expert has, -1 for none.
  int shapeOf(int expert) {
    return shapeOf[expert];
  }

  /// Adds a shape of forecasts made now.
  ///
  /// @param out (horizon), added to
  void addShape(int shape, Series series, double[] state, double weight, double[] out) {
    shapes[shape].addTo(series, state, offsets[shapeExpert[shape]], weight, out);
  }

  /// Where a shape's numbers begin among those of all.
  int shapeOffset(int shape) {
    return shapeOffsets[shape];
  }

  /// Where the number of a shape stands that belongs to `ahead` steps ahead.
  int shapeAt(int shape, int ahead) {
    int period = shapeOffsets[shape + 1] - shapeOffsets[shape];
    return shapeOffsets[shape] + (ahead - 1) % period;
  }

  @Override
  public String toString() {
    return Arrays.toString(experts) + ", " + horizon + " ahead";
  }
}
