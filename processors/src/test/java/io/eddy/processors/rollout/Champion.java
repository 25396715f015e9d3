package io.eddy.processors.rollout;

import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import java.util.ArrayList;
import java.util.List;

/// A registry in which a version answers already, for tests of other packages.
public final class Champion {
  private Champion() {}

  /// The registry of an instance that has read this version, and the decision for it.
  public static ModelRegistry<Forecaster> registry(ForecasterSpec spec, int version) {
    List<ModelMessage> messages =
        new ArrayList<>(Models.version(Models.candidate(spec, 5), version));
    messages.add(Models.decision(1, 0, version));
    var registry = new ModelRegistry<>(new ForecasterFormat(spec), "test");
    long offset = 0;
    for (ModelMessage message : messages) {
      byte[] value = Models.bytes(message.value().getContent());
      registry.accept("models", offset++, Models.bytes(message.key()), value);
    }
    return registry;
  }
}
