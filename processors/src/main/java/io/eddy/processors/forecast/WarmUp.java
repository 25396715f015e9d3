package io.eddy.processors.forecast;

import io.eddy.model.OnlineForecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.processors.config.ProcessorsConfig;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs a network on invented events before the first task joins, once per process and network:
/// else the first thousands of real events would wait for the compiler.
public final class WarmUp {
  private static final Logger LOGGER = LoggerFactory.getLogger(WarmUp.class);
  private static final Set<ForecasterSpec> DONE = ConcurrentHashMap.newKeySet();

  private WarmUp() {}

  /// Returns when the network of this configuration is warm, or the configured time is over.
  public static void run(ProcessorsConfig config) {
    ForecasterSpec spec = config.forecasterSpec();
    if (!config.warmUpMax().isZero() && DONE.add(spec)) {
      var result = OnlineForecaster.warmUp(spec, config.warmUpMax());
      LOGGER.info(
          "Warmed up with {} invented events in {} ms{}",
          2 * result.steps(),
          result.took().toMillis(),
          result.steady() ? "" : ", which was not enough: see " + ProcessorsConfig.WARM_UP_MAX_MS);
    }
  }
}
