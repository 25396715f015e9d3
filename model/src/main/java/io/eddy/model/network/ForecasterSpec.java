package io.eddy.model.network;

import io.eddy.model.cell.CellType;
import io.eddy.model.series.Frequency;
import io.eddy.model.series.Preparation;
import io.eddy.model.series.SeriesSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What a forecaster is made of. Two forecasters of one [#shape()] carry the same state per key.
///
/// @param cell the recurrent cell
/// @param hiddenSize units per layer
/// @param layerCount stacked layers
/// @param horizon steps ahead that every answer covers
/// @param series how values are prepared, seasons and base forecast included
/// @param lagCount past values that reach the head by a linear path, without the recurrence
/// @param confidences share of actuals that each interval shall cover, in (0, 1); the first is the
///   one that answers lead with
/// @param value which number of the distribution is the forecast
/// @param windowSize events of one window of history; a key's ring holds one window and the lags of
///   its first step
/// @param ensemble networks of this shape, each with a start of its own, whose answers are averaged
/// @param head what the network says of every step ahead
public record ForecasterSpec(
    CellType cell,
    int hiddenSize,
    int layerCount,
    int horizon,
    SeriesSpec series,
    int lagCount,
    List<Double> confidences,
    ForecastValue value,
    int windowSize,
    int ensemble,
    Head head) {

  private static final String ENSEMBLE = "eddy.ensemble";
  private static final String HEAD = "eddy.head";

  public ForecasterSpec {
    require(hiddenSize >= 1 && hiddenSize <= 4096, "hidden size", hiddenSize, "1 to 4096");
    require(layerCount >= 1 && layerCount <= 16, "layer count", layerCount, "1 to 16");
    require(horizon >= 1 && horizon <= 1024, "horizon", horizon, "1 to 1024");
    require(lagCount >= 1 && lagCount <= 20_000, "lag count", lagCount, "1 to 20000");
    require(
        !confidences.isEmpty() && confidences.size() <= 8,
        "confidence",
        confidences,
        "one to eight values");
    for (double confidence : confidences) {
      require(confidence > 0 && confidence < 1, "confidence", confidence, "between 0 and 1");
    }
    require(
        new HashSet<>(confidences).size() == confidences.size(),
        "confidence",
        confidences,
        "values that differ");
    require(windowSize >= 2 && windowSize <= 100_000, "window size", windowSize, "2 to 100000");
    require(ensemble >= 1 && ensemble <= 32, "ensemble", ensemble, "1 to 32");
    confidences = List.copyOf(confidences);
    if (head == Head.NEGATIVE_BINOMIAL) {
      requireOfCounts(series.nonNegative(), "eddy.nonnegative is false", "true");
      requireOfCounts(series.power() == 1, "eddy.power is " + series.power(), "1");
    }
  }

  private static void requireOfCounts(boolean holds, String found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "eddy.head is negative-binomial, a distribution of counts, but "
              + found
              + ": set it to "
              + expected
              + ", or use another head");
    }
  }

  /// A single network that answers quantiles.
  public ForecasterSpec(
      CellType cell,
      int hiddenSize,
      int layerCount,
      int horizon,
      SeriesSpec series,
      int lagCount,
      List<Double> confidences,
      ForecastValue value,
      int windowSize) {
    this(
        cell,
        hiddenSize,
        layerCount,
        horizon,
        series,
        lagCount,
        confidences,
        value,
        windowSize,
        1,
        Head.QUANTILES);
  }

  /// A correction of the naive forecast, with one interval around a median.
  ///
  /// @param season steps of one season, 0 for none
  public ForecasterSpec(
      CellType cell,
      int hiddenSize,
      int layerCount,
      int horizon,
      int season,
      int lagCount,
      double confidence,
      int windowSize) {
    this(
        cell,
        hiddenSize,
        layerCount,
        horizon,
        SeriesSpec.naive(season),
        lagCount,
        List.of(confidence),
        ForecastValue.MEDIAN,
        windowSize);
  }

  /// The same as an average of so many networks.
  public ForecasterSpec withEnsemble(int members) {
    return with(members, head);
  }

  /// The same with another head.
  ///
  /// @throws IllegalArgumentException if the head does not go with how values are prepared
  public ForecasterSpec withHead(Head other) {
    return with(ensemble, other);
  }

  private ForecasterSpec with(int members, Head newHead) {
    return new ForecasterSpec(
        cell,
        hiddenSize,
        layerCount,
        horizon,
        series,
        lagCount,
        confidences,
        value,
        windowSize,
        members,
        newHead);
  }

  /// What weights and stored states depend on: the spec, with the frequency of events left at its
  /// default. When a step counts as missing is said anew with every start; no weight knows of it,
  /// and a key's ring is the same.
  public ForecasterSpec shape() {
    return new ForecasterSpec(
        cell,
        hiddenSize,
        layerCount,
        horizon,
        series.withFrequency(new Frequency.Inferred()),
        lagCount,
        confidences,
        value,
        windowSize,
        ensemble,
        head);
  }

  private static void require(boolean holds, String name, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is " + value + ", expected " + expected);
    }
  }

  /// The number of lags that serves when the user names none: two seasons and one step, or 16.
  public static int automaticLagCount(int season) {
    return Math.max(16, Math.min(2 * season + 1, 168 + 1));
  }

  /// From a series to the network's inputs.
  public Preparation preparation() {
    return new Preparation(series, lagCount, horizon);
  }

  /// Past steps that the inputs of one step look at, besides the step itself.
  public int lookback() {
    return Math.max(lagCount, Preparation.recurrentLookback(series));
  }

  /// Steps that a key's ring holds: one window, and the lookback of its first step.
  public int ringLength() {
    return windowSize + lookback();
  }

  /// What the names of a member's own parameters begin with: nothing for a single network, else as
  /// in PyTorch's `ModuleList`.
  ///
  /// @param member from 0
  public String memberPrefix(int member) {
    return ensemble == 1 ? "" : "members." + member + ".";
  }

  /// Recurrent layers of all members.
  public int recurrentLayers() {
    return ensemble * layerCount;
  }

  /// Floats of recurrent state per key.
  public int stateSize() {
    return recurrentLayers() * hiddenSize * cell.statesPerUnit();
  }

  /// Quantiles of every step: two for each interval, and the median.
  public int quantileCount() {
    return 2 * confidences.size() + 1;
  }

  /// Floats of one outlook: quantiles by horizon step, quantile-major, the means if they are
  /// forecast, and the parameters of the distribution one step ahead if the head makes one.
  public int outlookSize() {
    return (quantileCount() + (value == ForecastValue.MEAN ? 1 : 0)) * horizon
        + head.parameterCount();
  }

  /// Numbers that the head makes: blocks of one for each step ahead. Those of quantiles are the
  /// quantiles, and the means if they are forecast; those of a likelihood the distribution's
  /// parameters.
  public int headSize() {
    int means = value == ForecastValue.MEAN ? 1 : 0;
    return (head.isLikelihood() ? head.parameterCount() : quantileCount() + means) * horizon;
  }

  /// The blocks of the head that a correction of the base forecast is added to: the median, and the
  /// mean if it is forecast; or the location of a distribution.
  public List<Integer> locationBlocks() {
    if (head.isLikelihood()) {
      return List.of(0);
    }
    int median = quantileCount() / 2;
    return value == ForecastValue.MEAN ? List.of(median, quantileCount()) : List.of(median);
  }

  /// The levels of the quantiles, ascending.
  public double[] quantileLevels() {
    double[] levels = new double[quantileCount()];
    List<Double> widest = confidences.stream().sorted(Comparator.reverseOrder()).toList();
    for (int i = 0; i < widest.size(); i++) {
      levels[i] = (1 - widest.get(i)) / 2;
      levels[levels.length - 1 - i] = (1 + widest.get(i)) / 2;
    }
    levels[levels.length / 2] = 0.5;
    return levels;
  }

  /// The confidence of the interval that answers lead with.
  public double confidence() {
    return confidences.getFirst();
  }

  /// Which quantile is the lower bound of an interval; the upper one is as far from the end.
  ///
  /// @param interval index into the confidences
  public int lowerQuantile(int interval) {
    // Without a stream: this is asked for every event, and none shall be allocated for.
    double confidence = confidences.get(interval);
    int wider = 0;
    for (int other = 0; other < confidences.size(); other++) {
      wider += confidences.get(other) > confidence ? 1 : 0;
    }
    return wider;
  }

  /// The spec as text, for a checkpoint's metadata.
  public Map<String, String> toMetadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("eddy.network", "forecaster");
    metadata.put("eddy.cell", cell.name().toLowerCase(Locale.ROOT));
    metadata.put("eddy.hidden.size", Integer.toString(hiddenSize));
    metadata.put("eddy.layer.count", Integer.toString(layerCount));
    metadata.put("eddy.horizon", Integer.toString(horizon));
    metadata.putAll(series.toMetadata());
    metadata.put("eddy.lag.count", Integer.toString(lagCount));
    metadata.put(
        "eddy.confidence",
        confidences.stream().map(Object::toString).collect(Collectors.joining(",")));
    metadata.put("eddy.forecast.value", value.name().toLowerCase(Locale.ROOT));
    metadata.put("eddy.window.size", Integer.toString(windowSize));
    // Left out where they say what was so before they existed, so that states and checkpoints of
    // then are those of now.
    if (ensemble > 1) {
      metadata.put(ENSEMBLE, Integer.toString(ensemble));
    }
    if (head != Head.QUANTILES) {
      metadata.put(HEAD, head.written());
    }
    return metadata;
  }

  /// The spec that [#toMetadata()] wrote.
  ///
  /// @throws IllegalArgumentException when a key is missing or its value makes no spec
  public static ForecasterSpec fromMetadata(Map<String, String> metadata) {
    if (!"forecaster".equals(metadata.get("eddy.network"))) {
      throw new IllegalArgumentException(
          "eddy.network is "
              + metadata.get("eddy.network")
              + ", expected forecaster: this file holds another kind of network");
    }
    return new ForecasterSpec(
        cell(text(metadata, "eddy.cell")),
        number(metadata, "eddy.hidden.size", Integer::valueOf),
        number(metadata, "eddy.layer.count", Integer::valueOf),
        number(metadata, "eddy.horizon", Integer::valueOf),
        SeriesSpec.fromMetadata(metadata),
        number(metadata, "eddy.lag.count", Integer::valueOf),
        confidences(text(metadata, "eddy.confidence")),
        ForecastValue.named(text(metadata, "eddy.forecast.value")),
        number(metadata, "eddy.window.size", Integer::valueOf),
        metadata.containsKey(ENSEMBLE) ? number(metadata, ENSEMBLE, Integer::valueOf) : 1,
        metadata.containsKey(HEAD) ? Head.named(text(metadata, HEAD)) : Head.QUANTILES);
  }

  private static List<Double> confidences(String text) {
    List<Double> confidences = new ArrayList<>();
    try {
      for (String word : text.split(",", -1)) {
        confidences.add(Double.valueOf(word));
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "eddy.confidence is " + text + ", expected numbers between 0 and 1", e);
    }
    return confidences;
  }

  private static CellType cell(String name) {
    for (CellType cell : CellType.values()) {
      if (cell.name().equalsIgnoreCase(name)) {
        return cell;
      }
    }
    throw new IllegalArgumentException(
        "eddy.cell is "
            + name
            + ", expected one of "
            + Arrays.toString(CellType.values()).toLowerCase(Locale.ROOT));
  }

  private static <N extends Number> N number(
      Map<String, String> metadata, String key, Function<String, N> parse) {
    String value = text(metadata, key);
    try {
      return parse.apply(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(key + " is " + value + ", expected a number", e);
    }
  }

  private static String text(Map<String, String> metadata, String key) {
    String value = metadata.get(key);
    if (value == null) {
      throw new IllegalArgumentException("the metadata has no " + key);
    }
    return value;
  }
}
