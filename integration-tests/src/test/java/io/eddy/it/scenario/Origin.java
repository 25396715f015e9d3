package io.eddy.it.scenario;

import java.util.Comparator;

/// Where an event stands in the input topic: what its answer is known by.
public record Origin(int partition, long offset) implements Comparable<Origin> {
  private static final Comparator<Origin> ORDER =
      Comparator.comparingInt(Origin::partition).thenComparingLong(Origin::offset);

  @Override
  public int compareTo(Origin other) {
    return ORDER.compare(this, other);
  }
}
