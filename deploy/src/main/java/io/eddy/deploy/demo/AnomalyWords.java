package io.eddy.deploy.demo;

import io.eddy.deploy.terminal.Numbers;
import io.eddy.schemas.avro.Forecast;
import java.util.Locale;

/// An anomaly in words: what it looks like, which evidence spoke loudest, and which input the
/// missed forecast hung on.
public final class AnomalyWords {
  private AnomalyWords() {}

  /// Such as `spike by its residual, forecast from lag 24 (43 %)`.
  public static String of(Forecast forecast) {
    String words =
        "%s by its %s"
            .formatted(words(forecast.getAnomalyKind()), words(forecast.getAnomalyEvidence()));
    return forecast.getAnomalyInput() == null
        ? words
        : "%s, forecast from %s (%s)"
            .formatted(
                words,
                forecast.getAnomalyInput(),
                Numbers.percent(forecast.getAnomalyInputShare()));
  }

  private static String words(String constant) {
    return constant.toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
