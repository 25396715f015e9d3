package io.eddy.model.network;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What a forecaster's head says of every step ahead.
public enum Head {
  /// The quantiles themselves, learned by the pinball loss: any shape of distribution.
  QUANTILES(0),
  /// Mean and standard deviation of a normal distribution.
  GAUSSIAN(2),
  /// Degrees of freedom, location and scale of Student's t: heavy tails.
  STUDENT_T(3),
  /// Mean and dispersion of a negative binomial distribution: counts.
  NEGATIVE_BINOMIAL(2);

  private final int parameterCount;

  Head(int parameterCount) {
    this.parameterCount = parameterCount;
  }

  /// Numbers that make the distribution of one step ahead; 0 for quantiles, which make none.
  public int parameterCount() {
    return parameterCount;
  }

  /// Whether the head makes a distribution, which is learned by its likelihood.
  public boolean isLikelihood() {
    return parameterCount > 0;
  }

  /// The name in configurations and checkpoints: lower case with hyphens.
  public String written() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The constant of that name.
  ///
  /// @throws IllegalArgumentException if there is none
  public static Head named(String name) {
    for (Head head : values()) {
      if (head.written().equals(name)) {
        return head;
      }
    }
    List<String> names = Arrays.stream(values()).map(Head::written).toList();
    throw new IllegalArgumentException("eddy.head is " + name + ", expected one of " + names);
  }
}
