package io.eddy.model.network;

import io.eddy.model.cell.CellType;
import io.eddy.model.series.Preparation;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// What a forecaster is made of. Two forecasters with equal specs carry the same state per key.
///
/// @param cell the recurrent cell
/// @param hiddenSize units per layer
/// @param layerCount stacked layers
/// @param horizon steps ahead that every answer covers
/// @param season steps of one season, 0 for none
/// @param lagCount past values that reach the head by a linear path, without the recurrence
/// @param confidence share of actuals that the interval shall cover, in (0, 1)
/// @param windowSize events of one window of history; a key's ring holds one window and the lags of
///   its first step
public record ForecasterSpec(
    CellType cell,
    int hiddenSize,
    int layerCount,
    int horizon,
    int season,
    int lagCount,
    double confidence,
    int windowSize) {

  /// The quantile levels of every head: lower bound, median, upper bound.
  public static final int QUANTILE_COUNT = 3;

  public ForecasterSpec {
    require(hiddenSize >= 1 && hiddenSize <= 4096, "hidden size", hiddenSize, "1 to 4096");
    require(layerCount >= 1 && layerCount <= 16, "layer count", layerCount, "1 to 16");
    require(horizon >= 1 && horizon <= 1024, "horizon", horizon, "1 to 1024");
    require(season == 0 || (season >= 2 && season <= 10_000), "season", season, "0 or 2 to 10000");
    require(lagCount >= 1 && lagCount <= 20_000, "lag count", lagCount, "1 to 20000");
    require(confidence > 0 && confidence < 1, "confidence", confidence, "between 0 and 1");
    require(windowSize >= 2 && windowSize <= 100_000, "window size", windowSize, "2 to 100000");
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

  /// Past steps that the inputs of one step look at, besides the step itself.
  public int lookback() {
    return Math.max(lagCount, new Preparation(season, lagCount).recurrentLookback());
  }

  /// Steps that a key's ring holds: one window, and the lookback of its first step.
  public int ringLength() {
    return windowSize + lookback();
  }

  /// Floats of recurrent state per key.
  public int stateSize() {
    return layerCount * hiddenSize * cell.statesPerUnit();
  }

  /// Floats of one outlook: quantiles by horizon step, quantile-major.
  public int outlookSize() {
    return QUANTILE_COUNT * horizon;
  }

  /// The levels of the three quantiles.
  public double[] quantileLevels() {
    return new double[] {(1 - confidence) / 2, 0.5, (1 + confidence) / 2};
  }

  /// The spec as text, for a checkpoint's metadata.
  public Map<String, String> toMetadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("eddy.network", "forecaster");
    metadata.put("eddy.cell", cell.name().toLowerCase(Locale.ROOT));
    metadata.put("eddy.hidden.size", Integer.toString(hiddenSize));
    metadata.put("eddy.layer.count", Integer.toString(layerCount));
    metadata.put("eddy.horizon", Integer.toString(horizon));
    metadata.put("eddy.season", Integer.toString(season));
    metadata.put("eddy.lag.count", Integer.toString(lagCount));
    metadata.put("eddy.confidence", Double.toString(confidence));
    metadata.put("eddy.window.size", Integer.toString(windowSize));
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
        number(metadata, "eddy.season", Integer::valueOf),
        number(metadata, "eddy.lag.count", Integer::valueOf),
        number(metadata, "eddy.confidence", Double::valueOf),
        number(metadata, "eddy.window.size", Integer::valueOf));
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
