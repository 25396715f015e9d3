package io.eddy.model.series;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which numbers come with each value of a series, because they may tell of the values that follow.
///
/// What comes with one event is a *row* of [#rowSize] numbers, in this order: one for each observed
/// covariate. `NaN` stands for one that is missing; an empty row is one in which all are.
///
/// @param observed names of the covariates that are known once they are there, such as a
///   temperature; one that never changes within a key is a static feature of the key
public record CovariateSpec(List<String> observed) {

  /// No covariates.
  public static final CovariateSpec NONE = new CovariateSpec(List.of());

  /// Covariates at most. Each costs state in every key and inputs in every step.
  public static final int COUNT_MAX = 32;

  public CovariateSpec {
    observed = List.copyOf(observed);
    if (observed.size() > COUNT_MAX) {
      throw new IllegalArgumentException(
          "there are " + observed.size() + " covariates, expected at most " + COUNT_MAX);
    }
    for (String name : observed) {
      if (name.isBlank() || name.contains(",")) {
        throw new IllegalArgumentException(
            "a covariate is named \"" + name + "\", expected a name without a comma");
      }
    }
    if (new HashSet<>(observed).size() < observed.size()) {
      throw new IllegalArgumentException(
          "covariates are " + observed + ", expected each of them once");
    }
  }

  /// How many covariates there are.
  public int count() {
    return observed.size();
  }

  /// The name of the covariate that a number of a row belongs to.
  ///
  /// @param index into the row
  public String name(int index) {
    return observed.get(index);
  }

  /// Numbers that come with one event.
  public int rowSize() {
    return observed.size();
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
    return metadata;
  }

  /// The spec that [#toMetadata()] wrote.
  ///
  /// @throws IllegalArgumentException when the metadata make no spec
  static CovariateSpec fromMetadata(Map<String, String> metadata) {
    return new CovariateSpec(names(metadata.getOrDefault("eddy.covariates", "")));
  }

  private static List<String> names(String text) {
    return text.isEmpty() ? List.of() : Arrays.asList(text.split(",", -1));
  }
}
