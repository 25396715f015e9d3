package io.eddy.model.series;

/// How a step of a series is missing.
public enum Absence {
  /// It is not: its value came.
  NONE(0),
  /// Nothing came where the series' frequency has a step.
  GAP(1),
  /// An event came that has no value.
  NULL(2);

  private final int code;

  Absence(int code) {
    this.code = code;
  }

  /// How it is stored, never to change.
  public int code() {
    return code;
  }

  /// Whether one is stored so.
  public static boolean isCode(int code) {
    return code >= 0 && code <= NULL.code;
  }

  /// The one that is stored so.
  ///
  /// @throws IllegalArgumentException if none is
  public static Absence of(int code) {
    return switch (code) {
      case 0 -> NONE;
      case 1 -> GAP;
      case 2 -> NULL;
      default ->
          throw new IllegalArgumentException(
              "a step's absence is " + code + ", expected 0, 1 or 2");
    };
  }
}
