package io.eddy.processors.forecast;

import io.eddy.model.OnlineForecaster;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.processors.rollout.Decision;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The versions that one task answers with: that of the newest decision, and the ones before it,
/// for keys that have not changed over yet. Versions are immutable, so a number is all there is to
/// compare.
final class Engines {
  private static final int KEPT = 3;

  private final ForecasterSpec spec;
  private final Factory factory;
  private final LinkedHashMap<Integer, OnlineForecaster> byVersion =
      new LinkedHashMap<>(16, 0.75f, true); // least recently used first

  /// Makes the engine of a model, or the naive one where there is none.
  interface Factory {
    OnlineForecaster create(ForecasterSpec spec, @Nullable Forecaster model);
  }

  Engines(ForecasterSpec spec, Factory factory) {
    this.spec = spec;
    this.factory = factory;
    byVersion.put(0, factory.create(spec, null));
  }

  /// The engine of a decision's version.
  OnlineForecaster of(Decision<Forecaster> decision) {
    OnlineForecaster engine = byVersion.get(decision.version());
    if (engine == null) {
      engine = factory.create(spec, decision.model());
      byVersion.put(decision.version(), engine);
      if (byVersion.size() > KEPT) {
        Map.Entry<Integer, OnlineForecaster> oldest = byVersion.firstEntry();
        byVersion.remove(oldest.getKey());
      }
    }
    return engine;
  }

  /// The engine of a version that answered lately, or null.
  @Nullable OnlineForecaster of(int version) {
    return byVersion.get(version);
  }
}
