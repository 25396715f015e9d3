package io.eddy.deploy.tune;

import io.eddy.deploy.config.Seasons;
import io.eddy.processors.config.ProcessorsConfig;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The settings that a search may change, and the values that it gives them.
///
/// A draw keeps about half of the settings of a candidate that did well, and draws the others:
/// cell, width, depth, truncation, window, learning rate, and how values are prepared. How long a
/// training lasts is not drawn, it is what effort is measured by.
final class SearchSpace implements SuccessiveHalving.Draw {
  private static final double LEAST_RATE = 0.0005;
  private static final double GREATEST_RATE = 0.01;

  /// What is often right stands several times.
  private static final List<String> CELLS = List.of("lstm", "lstm", "gru", "elman");

  private static final List<String> HIDDEN_SIZES = List.of("8", "16", "32", "64");
  private static final List<String> LAYER_COUNTS = List.of("1", "1", "2");
  private static final List<String> TRUNCATIONS = List.of("16", "32", "64");
  private static final List<Integer> WINDOWS = List.of(32, 64, 128);
  private static final List<String> BASES = List.of("mix", "mix", "naive", "median");
  private static final List<String> POWERS = List.of("1.0", "0.5", "0.0");
  private static final List<String> SCALES = List.of("difference", "deviation", "error");
  private static final List<String> VALUES = List.of("median", "mean");
  private static final List<Integer> LAGS = List.of(4, 12, 24, 48);

  /// Draws in a row that give nothing new before there is nothing new.
  private static final int DRAWS_MAX = 200;

  private final Random random;
  private final List<List<Integer>> seasons;
  private final int shortest;
  private final Predicate<Map<String, String>> fits;
  private final Set<Map<String, String>> seen = new HashSet<>();

  /// @param first the candidate that the search begins with
  /// @param seasons the choices of seasons, that of the first candidate included
  /// @param shortest values of the shortest series that is learned from
  /// @param fits whether settings are a valid configuration
  SearchSpace(
      long seed,
      Candidate first,
      List<List<Integer>> seasons,
      int shortest,
      Predicate<Map<String, String>> fits) {
    this.random = new Random(seed);
    this.seasons = seasons;
    this.shortest = shortest;
    this.fits = fits;
    seen.add(first.settings());
  }

  @Override
  public Optional<Candidate> next(int number, Candidate around) {
    for (int i = 0; i < DRAWS_MAX; i++) {
      Map<String, String> settings = draw(around.settings());
      if (seen.add(settings) && fits.test(settings)) {
        return Optional.of(new Candidate(number, settings));
      }
    }
    return Optional.empty();
  }

  private Map<String, String> draw(Map<String, String> around) {
    Map<String, String> settings = new TreeMap<>(around);
    change(settings, ProcessorsConfig.CELL, CELLS);
    change(settings, ProcessorsConfig.HIDDEN_SIZE, HIDDEN_SIZES);
    change(settings, ProcessorsConfig.LAYER_COUNT, LAYER_COUNTS);
    change(settings, ProcessorsConfig.TRAINING_TRUNCATION, TRUNCATIONS);
    change(settings, ProcessorsConfig.TRAINING_LEARNING_RATE, List.of(rate()));
    change(settings, ProcessorsConfig.BASE, BASES);
    change(settings, ProcessorsConfig.POWER, POWERS);
    change(settings, ProcessorsConfig.SCALE, SCALES);
    change(settings, ProcessorsConfig.FORECAST_VALUE, VALUES);
    change(settings, ProcessorsConfig.SEASON, seasons.stream().map(Seasons::text).toList());
    List<Integer> chosen = Seasons.parse(settings.getOrDefault(ProcessorsConfig.SEASON, "0"));
    int longest = chosen.isEmpty() ? 0 : chosen.getLast();
    change(settings, ProcessorsConfig.LAG_COUNT, lags(chosen));
    change(
        settings,
        ProcessorsConfig.WINDOW_SIZE,
        WINDOWS.stream().map(window -> String.valueOf(Math.max(window, longest + 1))).toList());
    return settings;
  }

  /// Changes a setting, or leaves it.
  private void change(Map<String, String> settings, String key, List<String> values) {
    boolean changes = random.nextBoolean();
    String value = values.get(random.nextInt(values.size()));
    if (changes) {
      settings.put(key, value);
    }
  }

  /// Evenly by its logarithm, with two digits that count.
  private String rate() {
    double rate = LEAST_RATE * StrictMath.pow(GREATEST_RATE / LEAST_RATE, random.nextDouble());
    return BigDecimal.valueOf(rate).round(new MathContext(2)).stripTrailingZeros().toPlainString();
  }

  /// The automatic number, a few, or up to each season; none so many that a series has little left
  /// to learn them from.
  private List<String> lags(List<Integer> chosen) {
    Set<Integer> counts = new TreeSet<>(LAGS);
    chosen.forEach(season -> counts.add(season + 1));
    return Stream.concat(
            Stream.of("-1"),
            counts.stream().filter(count -> count <= shortest / 3).map(String::valueOf))
        .toList();
  }
}
