package io.eddy.processors.rollout;

import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A registry, and the records that reach it, for tests of what follows from decisions.
public final class PublishedDecisions {
  private final ModelRegistry<Forecaster> registry;
  private long offset;
  private long sequence;

  public PublishedDecisions(ForecasterSpec spec) {
    registry = new ModelRegistry<>(new ForecasterFormat(spec), "test");
  }

  public ModelRegistry<Forecaster> registry() {
    return registry;
  }

  /// The next version, with its weights.
  public void version(int number, Forecaster weights) {
    Models.version(ModelArtifacts.candidate(weights, 0, Instant.EPOCH), number)
        .forEach(this::accept);
  }

  /// The next decision.
  ///
  /// @param shadow runs beside the champion, null for none
  public void decide(int champion, @Nullable Integer shadow) {
    sequence++;
    accept(
        new ModelMessage(
            ModelKeys.decision(sequence),
            new ModelRecord(
                new ModelDecision(
                    sequence, sequence - 1, champion, "", "PROMOTED", shadow, Map.of()))));
  }

  private void accept(ModelMessage message) {
    registry.accept(
        "models",
        offset++,
        Models.bytes(message.key()),
        Models.bytes(message.value().getContent()));
    List<?> refusals = registry.refusals();
    if (!refusals.isEmpty()) {
      throw new AssertionError(refusals);
    }
  }
}
