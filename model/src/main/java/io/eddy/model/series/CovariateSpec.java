package io.eddy.model.series;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
/// @param embedding which of the observed ones names a category, null for none
public record CovariateSpec(
    List<String> observed, List<String> known, @Nullable EmbeddingSpec embedding) {

  /// No covariates.
  public static final CovariateSpec NONE = new CovariateSpec(List.of(), List.of());

  /// Covariates at most. Each costs state in every key and inputs in every step.
  public static final int COUNT_MAX = 32;

  private static final String EMBEDDING = "eddy.embedding";
  private static final String EMBEDDING_ROWS = "eddy.embedding.rows";
  private static final String EMBEDDING_SIZE = "eddy.embedding.size";

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
    if (embedding != null && !observed.contains(embedding.category())) {
      throw new IllegalArgumentException(
          EMBEDDING + " is " + embedding.category() + ", expected one of " + observed);
    }
  }

  /// Covariates that are numbers, all of them.
  public CovariateSpec(List<String> observed, List<String> known) {
    this(observed, known, null);
  }

  /// Covariates of which nothing is known ahead.
  public static CovariateSpec observed(String... names) {
    return new CovariateSpec(List.of(names), List.of());
  }

  /// The same with a category, which joins the observed covariates if it is not one of them.
  ///
  /// @throws IllegalArgumentException if there is a covariate with the name that stands for the key
  public CovariateSpec withEmbedding(EmbeddingSpec category) {
    boolean isThere = observed.contains(category.category());
    if (isThere && category.category().equals(EmbeddingSpec.KEY)) {
      throw new IllegalArgumentException(
          "a covariate is named key, which in "
              + EMBEDDING
              + " is the record's own: leave it out, or name it otherwise");
    }
    List<String> all =
        isThere
            ? observed
            : Stream.concat(observed.stream(), Stream.of(category.category())).toList();
    return new CovariateSpec(all, known, category);
  }

  /// Whether a covariate names a category, so that its number says nothing but which.
  public boolean isCategory(int covariate) {
    return embedding != null && name(covariate).equals(embedding.category());
  }

  /// Whether a covariate is the record's own key, and no field of it.
  public boolean isKey(int covariate) {
    return hasKey() && isCategory(covariate);
  }

  /// Whether the record's own key is a covariate.
  public boolean hasKey() {
    return embedding != null && embedding.category().equals(EmbeddingSpec.KEY);
  }

  /// A row in which the key's number stands, if the key is a covariate; else the row itself.
  ///
  /// @param row of one event, or empty; not changed
  /// @param horizon steps ahead that are forecast
  public double[] withKey(double[] row, int horizon, byte[] key) {
    if (!hasKey()) {
      return row;
    }
    double[] all = row.clone();
    if (row.length == 0) {
      all = new double[rowSize(horizon)];
      Arrays.fill(all, Double.NaN);
    }
    all[observed.indexOf(EmbeddingSpec.KEY)] = EmbeddingSpec.number(key);
    return all;
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

  /// What is written at the head of stored covariates, so that those of others are refused. What is
  /// made of a category is the network's: it is not stored with them.
  int shape() {
    return names().toString().hashCode();
  }

  /// The spec as text, for a checkpoint's metadata; nothing if there are no covariates.
  Map<String, String> toMetadata() {
    Map<String, String> metadata = names();
    if (embedding != null) {
      metadata.put(EMBEDDING, embedding.category());
      metadata.put(EMBEDDING_ROWS, Integer.toString(embedding.rows()));
      metadata.put(EMBEDDING_SIZE, Integer.toString(embedding.size()));
    }
    return metadata;
  }

  private Map<String, String> names() {
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
        names(metadata.getOrDefault("eddy.covariates.known", "")),
        metadata.containsKey(EMBEDDING)
            ? new EmbeddingSpec(
                metadata.getOrDefault(EMBEDDING, ""),
                number(metadata, EMBEDDING_ROWS),
                number(metadata, EMBEDDING_SIZE))
            : null);
  }

  private static int number(Map<String, String> metadata, String key) {
    String text = metadata.getOrDefault(key, "");
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(key + " is \"" + text + "\", expected a whole number", e);
    }
  }

  private static List<String> names(String text) {
    return text.isEmpty() ? List.of() : Arrays.asList(text.split(",", -1));
  }
}
