package io.eddy.it.scenario;

import java.util.SplittableRandom;

/// Values of one input format as nobody should send them, made from a random generator: the same
/// seed gives the same bytes.
public interface HostileValues {
  /// A measurement, however odd it may look: it must be answered.
  ///
  /// @param time epoch milliseconds
  byte[] measurement(SplittableRandom random, long time, double value);

  /// Something that no measurement can be read from: it must become a dead letter.
  byte[] unusable(SplittableRandom random);
}
