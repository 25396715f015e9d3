package io.eddy.deploy.evaluate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// What a task came to.
///
/// @param metrics by name, the one that counts first: `nats`, `accuracy`, `f1`, `intent_accuracy`,
///   `exact` as shares of 1, `bleu` from 0 to 100; baselines beside them
/// @param trainSeconds wall-clock time of the training, validation within it
/// @param parameters learned numbers
/// @param tokensPerSecond tokens that the training read per second
public record TaskResult(
    SequencedMap<String, Double> metrics,
    double trainSeconds,
    long parameters,
    double tokensPerSecond) {

  /// A result of one metric; more are added by [#with].
  public static TaskResult of(
      String metric, double value, double trainSeconds, long parameters, double tokensPerSecond) {
    return new TaskResult(
        new LinkedHashMap<>(Map.of(metric, value)), trainSeconds, parameters, tokensPerSecond);
  }

  /// The same with one metric more.
  public TaskResult with(String metric, double value) {
    SequencedMap<String, Double> more = new LinkedHashMap<>(metrics);
    more.put(metric, value);
    return new TaskResult(more, trainSeconds, parameters, tokensPerSecond);
  }
}
