package io.eddy.model.series;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Which numbers come with each value of a series, because they may tell of the values that follow.
///
/// What comes with one event is a *row* of [#rowSize] numbers, in this order: one for each observed
/// covariate; for each known one its value now, one step ahead, two steps ahead, to the horizon.
/// `NaN` stands for one that is missing; an empty row is one in which all are.
///
/// Covariates count from 0, the observed ones first.
///
/// @param observed names of the covariates that are known once they are there, such as a
///   temperature; one that never changes within a key is a static feature of the key
/// @param known names of the covariates whose values of the next steps are known, such as a price
///   or a promotion
public record CovariateSpec(List<String> observed, List<String> known) {

  /// No covariates.
  public static final CovariateSpec NONE = new CovariateSpec(List.of(), List.of());

  /// Covariates at most. Each costs state in every key and inputs in every step.
  public static final int COUNT_MAX = 32;

  public CovariateSpec {
    observed = List.copyOf(observed);
    known = List.copyOf(known);
    List<String> all = Stream.concat(observed.stream(), known.stream()).toList();
    if (all.size() > COUNT_MAX) {
      throw new IllegalArgumentException(
          "there are " + all.size() + " covariates, expected at most " + COUNT_MAX);
    }
    for (String name : all) {
      if (name.isBlank() || name.contains(",")) {
        throw new IllegalArgumentException(
            "a covariate is named \"" + name + "\", expected a name without a comma");
      }
    }
    if (new HashSet<>(all).size() < all.size()) {
      throw new IllegalArgumentException("covariates are " + all + ", expected each of them once");
    }
  }

  /// Covariates of which nothing is known ahead.
  public static CovariateSpec observed(String... names) {
    return new CovariateSpec(List.of(names), List.of());
  }

  /// How many covariates there are.
  public int count() {
    return observed.size() + known.size();
  }

  /// The name of a covariate.
  public String name(int covariate) {
    return covariate < observed.size()
        ? observed.get(covariate)
        : known.get(covariate - observed.size());
  }

  /// Where a covariate's value of the step itself stands in a row; what is known ahead follows.
  public int offset(int covariate, int horizon) {
    int ahead = Math.max(0, covariate - observed.size());
    return covariate + ahead * horizon;
  }

  /// Lets an announcement that ends before the horizon stay as it is at its end.
  ///
  /// @param covariate a known one
  /// @param given values of it that the row holds, its value now included; at least 1
  public void prolong(double[] row, int covariate, int given, int horizon) {
    int from = offset(covariate, horizon);
    for (int ahead = given; ahead <= horizon; ahead++) {
      row[from + ahead] = row[from + given - 1];
    }
  }

  /// Whether the values of the next steps are known.
  public boolean isKnown(int covariate) {
    return covariate >= observed.size();
  }

  /// Numbers that come with one event.
  ///
  /// @param horizon steps ahead that are forecast
  public int rowSize(int horizon) {
    return observed.size() + known.size() * (1 + horizon);
  }

  /// What is written at the head of stored covariates, so that those of others are refused.
  int shape() {
    return toMetadata().toString().hashCode();
  }

  /// The spec as text, for a checkpoint's metadata; nothing if there are no covariates.
  Map<String, String> toMetadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (!observed.isEmpty()) {
      metadata.put("eddy.covariates", String.join(",", observed));
    }
    if (!known.isEmpty()) {
      metadata.put("eddy.covariates.known", String.join(",", known));
    }
    return metadata;
  }

  /// The spec that [#toMetadata()] wrote.
  ///
  /// @throws IllegalArgumentException when the metadata make no spec
  static CovariateSpec fromMetadata(Map<String, String> metadata) {
    return new CovariateSpec(
        names(metadata.getOrDefault("eddy.covariates", "")),
        names(metadata.getOrDefault("eddy.covariates.known", "")));
  }

  private static List<String> names(String text) {
    return text.isEmpty() ? List.of() : Arrays.asList(text.split(",", -1));
  }
}
