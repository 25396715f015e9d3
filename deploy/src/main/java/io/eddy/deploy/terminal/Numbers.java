package io.eddy.deploy.terminal;

import java.util.Locale;

/// Numbers as a person reads them at a glance, the same in every locale.
public final class Numbers {
  private static final String[] SUFFIXES = {"", "k", "M", "G", "T", "P"};

  private Numbers() {}

  /// A measurement in at most seven characters: three or four digits that count, with k, M, G, T or
  /// P for thousands; `-` for what is no number.
  public static String measure(double value) {
    if (Double.isNaN(value)) {
      return "-";
    }
    double size = Math.abs(value);
    if (size != 0 && (size < 1e-3 || size >= 1e18)) {
      return String.format(Locale.ROOT, "%.0e", value);
    }
    int thousands = 0;
    while (size >= 9_999.5 && thousands < SUFFIXES.length - 1) {
      size /= 1000;
      thousands++;
    }
    int decimals = size >= 999.5 ? 0 : size >= 99.95 ? 1 : size >= 1 ? 2 : 3;
    double shown = Math.copySign(size, value);
    String digits = String.format(Locale.ROOT, "%." + decimals + "f", shown);
    return trimZeros(digits) + SUFFIXES[thousands];
  }

  /// A count with separators: 353,500.
  public static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /// A signed share, such as a skill: +0.52; `-` for what is no number.
  public static String signed(double value) {
    return Double.isNaN(value)
        ? "-"
        : String.format(Locale.ROOT, "%+.2f", Math.clamp(value, -99.99, 99.99));
  }

  /// A share as a percentage: 91 %; `-` for what is no number.
  public static String percent(double share) {
    return Double.isNaN(share) ? "-" : String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  /// Seconds with one decimal: 12.3 s.
  public static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%,.1f s", seconds);
  }

  private static String trimZeros(String digits) {
    return digits.contains(".") ? digits.replaceFirst("\\.?0+$", "") : digits;
  }
}
