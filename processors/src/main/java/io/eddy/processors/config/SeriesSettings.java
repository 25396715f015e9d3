package io.eddy.processors.config;

import io.eddy.model.series.BaseForecast;
import io.eddy.model.series.CalendarFeature;
import io.eddy.model.series.CovariateSpec;
import io.eddy.model.series.Frequency;
import io.eddy.model.series.SeriesSpec;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/// The settings that are lists of something: from their text, and whether a text is one.
final class SeriesSettings {
  private static final int CONFIDENCES_MAX = 8;

  private SeriesSettings() {}

  /// Steps of each season; none for an empty text or 0.
  static List<Integer> seasons(String text) {
    return text.trim().equals("0") ? List.of() : words(text, Integer::valueOf);
  }

  static boolean areSeasons(String text) {
    try {
      SeriesSpec.of(seasons(text), BaseForecast.NAIVE);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static List<Double> confidences(String text) {
    return words(text, Double::valueOf);
  }

  static boolean areConfidences(String text) {
    try {
      List<Double> confidences = confidences(text);
      return !confidences.isEmpty()
          && confidences.size() <= CONFIDENCES_MAX
          && confidences.stream().distinct().count() == confidences.size()
          && confidences.stream().allMatch(share -> share > 0 && share < 1);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  static List<CalendarFeature> calendar(String text) {
    return words(text, name -> Expectation.constant(CalendarFeature.class, name));
  }

  static boolean isCalendar(String text) {
    try {
      List<CalendarFeature> features = calendar(text);
      return features.stream().distinct().count() == features.size();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static CovariateSpec covariates(String observed, String known) {
    return new CovariateSpec(
        words(observed, Function.identity()), words(known, Function.identity()));
  }

  static boolean areCovariates(String text) {
    try {
      return covariates(text, "").observed().stream().allMatch(ProcessorsConfig::fieldPath);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static boolean isZone(String text) {
    try {
      ZoneId.of(text.trim());
      return true;
    } catch (DateTimeException e) {
      return false;
    }
  }

  static boolean isFrequency(String text) {
    try {
      Frequency.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static boolean isSchedule(String text) {
    try {
      TrainingSchedule.parse(text, ZoneOffset.UTC);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static <T> List<T> words(String text, Function<String, T> parse) {
    Stream<String> words = text.isBlank() ? Stream.of() : Arrays.stream(text.split(",", -1));
    return words.map(String::trim).map(parse).toList();
  }
}
