package io.eddy.it.scenario;

import java.util.List;
import java.util.stream.IntStream;

/// Series that swing around a level of their own, each in its own phase, with a little noise: what
/// a small network learns within a second, and the last value does not foresee.
///
/// The same event, whoever asks: no clock, no random generator.
///
/// @param keys series, which take turns
/// @param partitions of the input topic; a series stays on one
public record Waves(int keys, int partitions) {
  private static final long START = 1_704_067_200_000L; // 2024-01-01
  private static final long MINUTE = 60_000;
  private static final int PERIOD = 12;

  /// The events from one number up to, and without, another; 0 is the first.
  public List<Event> events(int from, int to) {
    return IntStream.range(from, to).mapToObj(this::event).toList();
  }

  /// As many events of each series, from its step `from` up to, and without, `to`.
  public List<Event> steps(int from, int to) {
    return events(from * keys, to * keys);
  }

  private Event event(int number) {
    int series = number % keys;
    int step = number / keys;
    double phase = 2 * StrictMath.PI * (step + 5.0 * series) / PERIOD;
    double value = 100.0 * (series + 1) + 10 * StrictMath.sin(phase) + noise(number);
    return new Event("series-" + series, series % partitions, START + step * MINUTE, value);
  }

  /// Between -0.5 and 0.5, hashed from the number.
  private static double noise(int number) {
    long hash = (number + 1) * 0x9E3779B97F4A7C15L;
    hash = (hash ^ (hash >>> 32)) * 0xD6E8FEB86659FD93L;
    return (hash >>> 11) * 0x1p-53 - 0.5;
  }
}
