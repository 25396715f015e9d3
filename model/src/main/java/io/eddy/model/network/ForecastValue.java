package io.eddy.model.network;

import java.util.Arrays;
import java.util.Locale;

/// Which number of the forecast distribution is called the forecast.
public enum ForecastValue {
  /// The median: least absolute error, and unmoved by how values are transformed.
  MEDIAN,
  /// A mean output beside the quantiles, trained on squared errors: least squared error.
  MEAN;

  /// The constant of that name in any case.
  ///
  /// @throws IllegalArgumentException if there is none
  public static ForecastValue named(String name) {
    for (ForecastValue value : values()) {
      if (value.name().equalsIgnoreCase(name)) {
        return value;
      }
    }
    throw new IllegalArgumentException(
        "eddy.forecast.value is "
            + name
            + ", expected one of "
            + Arrays.toString(values()).toLowerCase(Locale.ROOT));
  }
}
