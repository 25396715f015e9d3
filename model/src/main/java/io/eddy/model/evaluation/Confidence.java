package io.eddy.model.evaluation;

/// The shares of values that a forecast's intervals are made to contain.
public enum Confidence {
  /// Eight values of ten.
  EIGHTY(0, 0.80, 1.2815515655446004),
  /// Nine values of ten.
  NINETY(1, 0.90, 1.6448536269514722),
  /// Nineteen values of twenty: the interval of the M4 competition.
  NINETY_FIVE(2, 0.95, 1.959963984540054);

  private final int row;
  private final double share;
  private final double normalHalfWidth;

  Confidence(int row, double share, double normalHalfWidth) {
    this.row = row;
    this.share = share;
    this.normalHalfWidth = normalHalfWidth;
  }

  /// Its row in arrays of bounds, from 0.
  public int row() {
    return row;
  }

  /// The share, such as 0.9.
  public double share() {
    return share;
  }

  /// The share of values that may lie below the interval, and likewise above it.
  public double tail() {
    return (1 - share) / 2;
  }

  /// Half the width of a normal distribution's interval, in standard deviations.
  public double normalHalfWidth() {
    return normalHalfWidth;
  }
}
