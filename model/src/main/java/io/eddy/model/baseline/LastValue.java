package io.eddy.model.baseline;

/// The value stays what it is.
public record LastValue() implements Baseline {

  @Override
  public String name() {
    return "last_value";
  }

  @Override
  public FittedBaseline fit(double[] values, int length) {
    return (origin, _) -> values[origin - 1];
  }
}
