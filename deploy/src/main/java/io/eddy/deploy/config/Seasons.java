package io.eddy.deploy.config;

import io.eddy.model.series.BaseForecast;
import io.eddy.model.series.SeriesSpec;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Seasons as text, as `eddy.season` has them: `24`, `24,168`, or `0` for none.
public final class Seasons {

  private Seasons() {}

  /// Reads seasons.
  ///
  /// @return steps of each season, ascending; empty for none
  /// @throws IllegalArgumentException that says what was expected
  public static List<Integer> parse(String text) {
    try {
      List<Integer> seasons =
          text.strip().equals("0")
              ? List.of()
              : Arrays.stream(text.split(",", -1))
                  .map(String::strip)
                  .map(Integer::valueOf)
                  .toList();
      return SeriesSpec.of(seasons, BaseForecast.NAIVE).seasons();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"%s\" is no season, expected 0 (none), a whole number from 2 to 10000, or two of them with a comma, the shorter first"
              .formatted(text),
          e);
    }
  }

  /// Writes seasons.
  public static String text(List<Integer> seasons) {
    return seasons.isEmpty()
        ? "0"
        : seasons.stream().map(String::valueOf).collect(Collectors.joining(","));
  }
}
