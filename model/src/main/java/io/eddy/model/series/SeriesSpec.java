package io.eddy.model.series;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// How a key's values are prepared for a network, whatever its weights.
///
/// @param seasons steps of each season, ascending; none, one or two
/// @param base what the network's answer is a correction of
/// @param power of the transform before everything else: 1 none, 0 logarithm; see `PowerTransform`
/// @param scale what one unit is
/// @param nonNegative whether no forecast shall be below zero, as for counts and prices
/// @param calendar what the network sees of an event's time
/// @param zone in which the calendar is read
/// @param frequency of a key's events, by which it is seen that some are missing
/// @param covariates what comes with each value
public record SeriesSpec(
    List<Integer> seasons,
    BaseForecast base,
    double power,
    ScaleUnit scale,
    boolean nonNegative,
    List<CalendarFeature> calendar,
    ZoneId zone,
    Frequency frequency,
    CovariateSpec covariates) {

  public SeriesSpec {
    require(seasons.size() <= 2, "seasons", seasons, "at most two");
    for (int i = 0; i < seasons.size(); i++) {
      int season = seasons.get(i);
      require(season >= 2 && season <= 10_000, "season", season, "0 or 2 to 10000");
      require(i == 0 || season > seasons.get(i - 1), "seasons", seasons, "the shorter first");
    }
    require(power >= 0 && power <= 1, "power", power, "0 (logarithm) to 1 (no transform)");
    seasons = List.copyOf(seasons);
    calendar = List.copyOf(calendar);
  }

  private static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
    }
  }

  /// The naive forecast in running differences, without a transform.
  ///
  /// @param season steps of one season, 0 for none
  public static SeriesSpec naive(int season) {
    return of(season == 0 ? List.of() : List.of(season), BaseForecast.NAIVE);
  }

  /// A base forecast in running differences, without a transform.
  public static SeriesSpec of(List<Integer> seasons, BaseForecast base) {
    return new SeriesSpec(
        seasons,
        base,
        1,
        ScaleUnit.DIFFERENCE,
        false,
        List.of(),
        ZoneId.of("UTC"),
        new Frequency.Inferred(),
        CovariateSpec.NONE);
  }

  /// The same with another transform.
  public SeriesSpec withPower(double other) {
    return new SeriesSpec(
        seasons, base, other, scale, nonNegative, calendar, zone, frequency, covariates);
  }

  /// The same in another unit.
  public SeriesSpec withScale(ScaleUnit other) {
    return new SeriesSpec(
        seasons, base, power, other, nonNegative, calendar, zone, frequency, covariates);
  }

  /// The same for values that are never below zero.
  public SeriesSpec withNonNegative(boolean never) {
    return new SeriesSpec(
        seasons, base, power, scale, never, calendar, zone, frequency, covariates);
  }

  /// The same with the calendar as an input.
  public SeriesSpec withCalendar(List<CalendarFeature> features, ZoneId readIn) {
    return new SeriesSpec(
        seasons, base, power, scale, nonNegative, features, readIn, frequency, covariates);
  }

  /// The same with events of another frequency.
  public SeriesSpec withFrequency(Frequency other) {
    return new SeriesSpec(
        seasons, base, power, scale, nonNegative, calendar, zone, other, covariates);
  }

  /// The same with covariates beside the values.
  public SeriesSpec withCovariates(CovariateSpec others) {
    return new SeriesSpec(
        seasons, base, power, scale, nonNegative, calendar, zone, frequency, others);
  }

  /// Steps of the longest season, 0 for none.
  public int longestSeason() {
    return seasons.isEmpty() ? 0 : seasons.getLast();
  }

  /// The spec as text, for a checkpoint's metadata.
  public Map<String, String> toMetadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("eddy.season", seasons.isEmpty() ? "0" : joined(seasons));
    metadata.put("eddy.base", base.name().toLowerCase(Locale.ROOT));
    metadata.put("eddy.power", Double.toString(power));
    metadata.put("eddy.scale", scale.name().toLowerCase(Locale.ROOT));
    metadata.put("eddy.nonnegative", Boolean.toString(nonNegative));
    metadata.put("eddy.calendar", joined(calendar).toLowerCase(Locale.ROOT));
    metadata.put("eddy.zone", zone.getId());
    metadata.put("eddy.frequency", frequency.toString());
    metadata.putAll(covariates.toMetadata());
    return metadata;
  }

  private static String joined(List<?> values) {
    return values.stream().map(Object::toString).collect(Collectors.joining(","));
  }

  /// The spec that [#toMetadata()] wrote.
  ///
  /// @throws IllegalArgumentException when a key is missing or its value makes no spec
  public static SeriesSpec fromMetadata(Map<String, String> metadata) {
    List<Integer> seasons = new ArrayList<>();
    if (!text(metadata, "eddy.season").equals("0")) {
      for (String season : words(metadata, "eddy.season")) {
        seasons.add(parsed("eddy.season", season, "whole numbers", Integer::valueOf));
      }
    }
    List<CalendarFeature> calendar = new ArrayList<>();
    for (String feature : words(metadata, "eddy.calendar")) {
      calendar.add(constant(CalendarFeature.class, "eddy.calendar", feature));
    }
    return new SeriesSpec(
        seasons,
        constant(BaseForecast.class, "eddy.base", text(metadata, "eddy.base")),
        parsed("eddy.power", text(metadata, "eddy.power"), "a number", Double::valueOf),
        constant(ScaleUnit.class, "eddy.scale", text(metadata, "eddy.scale")),
        flag("eddy.nonnegative", text(metadata, "eddy.nonnegative")),
        calendar,
        parsed("eddy.zone", text(metadata, "eddy.zone"), "a time zone such as UTC", ZoneId::of),
        parsed(
            "eddy.frequency",
            text(metadata, "eddy.frequency"),
            "auto, events, or an ISO 8601 duration",
            Frequency::parse),
        CovariateSpec.fromMetadata(metadata));
  }

  private static <T> T parsed(
      String key, String value, String expected, Function<String, T> parse) {
    try {
      return parse.apply(value);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IllegalArgumentException(key + " is " + value + ", expected " + expected, e);
    }
  }

  private static boolean flag(String key, String value) {
    require(value.equals("true") || value.equals("false"), key, value, "true or false");
    return value.equals("true");
  }

  private static List<String> words(Map<String, String> metadata, String key) {
    String value = text(metadata, key);
    return value.isEmpty() ? List.of() : Arrays.asList(value.split(",", -1));
  }

  private static String text(Map<String, String> metadata, String key) {
    String value = metadata.get(key);
    if (value == null) {
      throw new IllegalArgumentException("the metadata has no " + key);
    }
    return value;
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String key, String name) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(name)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        key
            + " is "
            + name
            + ", expected one of "
            + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT));
  }
}
