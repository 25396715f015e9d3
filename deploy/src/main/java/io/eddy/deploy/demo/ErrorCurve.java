package io.eddy.deploy.demo;

import io.eddy.processors.progress.ForecastEvent;
import io.eddy.schemas.avro.Forecast;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// Absolute errors one step ahead of made-up series, each in units of its size, by step.
///
/// Filled by the stream thread, read by the one that plays.
final class ErrorCurve {
  private final Map<String, Integer> seriesOf = new HashMap<>();
  private final double[] sums;
  private final int[] counts;

  ErrorCurve(int steps) {
    sums = new double[steps];
    counts = new int[steps];
    for (int series = 0; series < MadeUpSeries.COUNT; series++) {
      seriesOf.put(MadeUpSeries.key(series), series);
    }
  }

  synchronized void add(ForecastEvent event) {
    Forecast forecast = event.forecast();
    Integer series = seriesOf.get(new String(event.key(), StandardCharsets.UTF_8));
    int step = (int) forecast.getSteps() - 1;
    if (series != null && forecast.getExpectedValue() != null && step < sums.length) {
      sums[step] +=
          Math.abs(forecast.getActualValue() - forecast.getExpectedValue())
              / MadeUpSeries.size(series);
      counts[step]++;
    }
  }

  /// The mean error of the steps from one to another, that one excluded; NaN where there are none.
  synchronized double mean(int from, int to) {
    double sum = 0;
    int count = 0;
    for (int step = Math.max(0, from); step < Math.min(to, sums.length); step++) {
      sum += sums[step];
      count += counts[step];
    }
    return count == 0 ? Double.NaN : sum / count;
  }
}
