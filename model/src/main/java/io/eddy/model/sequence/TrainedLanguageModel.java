package io.eddy.model.sequence;

import io.eddy.model.parameter.Parameters;
import java.util.Map;

/// A language model with its weights and where they come from. Immutable by contract: nobody writes
/// to its weights.
///
/// @param parameters taken over, not copied
/// @param provenance data range, settings, scores; no clock, so that equal trainings give equal
///   bytes
public record TrainedLanguageModel(
    LanguageModel network, Parameters parameters, Map<String, String> provenance) {

  public TrainedLanguageModel {
    if (!parameters.specs().equals(network.parameters())) {
      throw new IllegalArgumentException(
          "the weights are for "
              + parameters.specs()
              + ", which is not the network of "
              + network.spec());
    }
    provenance = Map.copyOf(provenance);
  }

  /// A language model that has learned nothing.
  public static TrainedLanguageModel initial(LanguageModelSpec spec, long seed) {
    var network = new LanguageModel(spec);
    return new TrainedLanguageModel(
        network, Parameters.initial(network.parameters(), seed), Map.of());
  }
}
