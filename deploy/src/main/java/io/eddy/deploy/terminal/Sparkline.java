package io.eddy.deploy.terminal;

import java.util.List;

/// A row of numbers as a row of small bars: ▁▃▅█▆▂.
public final class Sparkline {
  private static final String BARS = "▁▂▃▄▅▆▇█";

  private Sparkline() {}

  /// Draws the last `width` values, oldest on the left, scaled between the smallest and the largest
  /// of them; padded on the left to exactly `width` characters. What is not finite is a blank; what
  /// never changes is a line at the bottom.
  public static String of(List<Double> values, int width) {
    int first = Math.max(0, values.size() - width);
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int i = first; i < values.size(); i++) {
      double value = values.get(i);
      if (Double.isFinite(value)) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    var line = new StringBuilder(width);
    line.repeat(' ', Math.max(0, width - values.size()));
    for (int i = first; i < values.size(); i++) {
      line.append(bar(values.get(i), low, high));
    }
    return line.toString();
  }

  private static char bar(double value, double low, double high) {
    if (!Double.isFinite(value)) {
      return ' ';
    }
    if (high <= low) {
      return BARS.charAt(0);
    }
    // Halved before they are subtracted: the difference of two large doubles may be infinite.
    double share = (value / 2 - low / 2) / (high / 2 - low / 2);
    return BARS.charAt((int) Math.min(BARS.length() - 1L, Math.round(share * (BARS.length() - 1))));
  }
}
