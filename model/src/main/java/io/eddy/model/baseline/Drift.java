package io.eddy.model.baseline;

/// The value goes on as it went on average from the first to the last one.
public record Drift() implements Baseline {

  @Override
  public String name() {
    return "drift";
  }

  @Override
  public FittedBaseline fit(double[] values, int length) {
    return (origin, ahead) -> {
      double last = values[origin - 1];
      return origin == 1 ? last : last + ahead * (last - values[0]) / (origin - 1);
    };
  }
}
