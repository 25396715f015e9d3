package io.eddy.processors.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/// What a setting's value must be: the check, and the words for it that stand both in the reference
/// and in the message when the check fails.
final class Expectation implements ConfigDef.Validator {
  private final String words;
  private final Predicate<Object> check;

  private Expectation(String words, Predicate<Object> check) {
    this.words = words;
    this.check = check;
  }

  static Expectation of(String words, Predicate<String> check) {
    return new Expectation(words, value -> check.test((String) value));
  }

  static Expectation wholeNumber(long from, long to) {
    String words =
        to == Long.MAX_VALUE || to == Integer.MAX_VALUE
            ? "a whole number of at least " + from
            : "a whole number from " + from + " to " + to;
    return new Expectation(
        words,
        value -> {
          long number = ((Number) value).longValue();
          return number >= from && number <= to;
        });
  }

  static Expectation wholeNumberOr(long other, String meaning, long from, long to) {
    return new Expectation(
        other + " (" + meaning + ") or " + wholeNumber(from, to).words,
        value -> {
          long number = ((Number) value).longValue();
          return number == other || (number >= from && number <= to);
        });
  }

  static Expectation anyWholeNumber() {
    return new Expectation("a whole number", value -> true);
  }

  static Expectation between(double low, double high) {
    return new Expectation(
        "a number between " + plain(low) + " and " + plain(high) + ", both excluded",
        value -> (double) value > low && (double) value < high);
  }

  static Expectation within(double low, double high) {
    return new Expectation(
        "a number from " + plain(low) + " to " + plain(high),
        value -> (double) value >= low && (double) value <= high);
  }

  static Expectation above(double low) {
    return new Expectation(
        "a number above " + plain(low),
        value -> (double) value > low && (double) value < Double.POSITIVE_INFINITY);
  }

  static Expectation trueOrFalse() {
    return new Expectation("true or false", value -> true);
  }

  /// One of an enum's constants, written in lower case with hyphens.
  static <E extends Enum<E>> Expectation oneOf(Class<E> type) {
    List<String> names = Arrays.stream(type.getEnumConstants()).map(Expectation::written).toList();
    String words =
        names.stream().limit(names.size() - 1L).collect(Collectors.joining(", "))
            + " or "
            + names.getLast();
    return new Expectation(words, value -> names.contains(normal((String) value)));
  }

  /// The constant that [#oneOf] accepted.
  static <E extends Enum<E>> E constant(Class<E> type, String value) {
    return Enum.valueOf(type, normal(value).toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String normal(String value) {
    return value.trim().toLowerCase(Locale.ROOT);
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  @Override
  public void ensureValid(String name, @Nullable Object value) {
    if (value == null || !check.test(value)) {
      throw new ConfigException(name, value, "expected " + words);
    }
  }

  @Override
  public String toString() {
    return words;
  }
}
