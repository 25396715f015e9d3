package io.eddy.deploy.tune;

import io.eddy.deploy.config.Seasons;
import io.eddy.processors.config.ProcessorsConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/// The settings that decide what is forecast: all of the network, and how a training runs. The
/// other ones say where an application reads and writes, and when it trains.
final class TunedSettings {
  private static final String NETWORK = "Network";

  private static final Set<String> OTHERS =
      Set.of(
          ProcessorsConfig.WINDOW_SIZE,
          ProcessorsConfig.TRAINING_EPOCHS_MAX,
          ProcessorsConfig.TRAINING_UPDATES_MAX,
          ProcessorsConfig.TRAINING_TRUNCATION,
          ProcessorsConfig.TRAINING_BATCH_SIZE,
          ProcessorsConfig.TRAINING_LEARNING_RATE,
          ProcessorsConfig.TRAINING_CLIP_NORM,
          ProcessorsConfig.TRAINING_PATIENCE,
          ProcessorsConfig.TRAINING_VALIDATION_SHARE);

  private TunedSettings() {}

  /// Each of these settings, with its default where none is given; without the confidences, which
  /// are the user's to choose.
  static Map<String, String> complete(Map<String, String> settings) {
    Map<String, String> complete = new TreeMap<>();
    for (ConfigKey key : ProcessorsConfig.definition().configKeys().values()) {
      boolean decides =
          (NETWORK.equals(key.group) || OTHERS.contains(key.name))
              && !key.name.equals(ProcessorsConfig.CONFIDENCE);
      if (decides) {
        complete.put(
            key.name, settings.getOrDefault(key.name, String.valueOf(key.defaultValue)).strip());
      }
    }
    return complete;
  }

  /// Steps of each season of a candidate.
  static List<Integer> seasons(Candidate candidate) {
    return Seasons.parse(candidate.settings().getOrDefault(ProcessorsConfig.SEASON, "0"));
  }
}
