package io.eddy.deploy.replay;

import io.eddy.deploy.models.ModelTopics;
import io.eddy.deploy.models.PublishedModels;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.Forecaster;
import io.eddy.processors.config.Job;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.observation.RecordTimestamps;
import io.eddy.processors.replay.ForecastReplay;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;

/// Answers events of the past again, each under the decision that its committed answer names, and
/// compares the bytes.
///
/// Each series begins where a window of the history topic begins: the window carries the state that
/// the series had there. From then on the application's own processor takes the input's records.
/// Under exactly-once every answer must come out with the bytes that were committed; under
/// at-least-once those that are flagged redelivered are left out, and others may differ.
public final class Replay {
  private final ProcessorsConfig config;
  private final SchemaRegistry registry;

  /// @param config of the application, but with `eddy.rewarm.share=1`
  /// @param registry stays the caller's to close
  public Replay(ProcessorsConfig config, SchemaRegistry registry) {
    this.config = config;
    this.registry = registry;
  }

  /// Replays a range.
  ///
  /// @throws UserException if the application forecasts nothing, or a topic is not there
  public ReplayReport run(ReplayRange range) {
    if (config.job() != Job.FORECAST) {
      throw new UserException(
          ExitCode.USAGE,
          ProcessorsConfig.JOB + " is not forecast: only forecasts can be replayed so far");
    }
    String input =
        config
            .inputTopic()
            .orElseThrow(
                () ->
                    new UserException(
                        ExitCode.USAGE, ProcessorsConfig.INPUT_TOPIC + " is missing"));
    Map<Integer, Forecaster> versions = versions();
    var tally = new Tally();
    try (var reader = new RecordReader(config)) {
      int partitions = reader.partitions(input);
      for (int partition = 0; partition < partitions; partition++) {
        if (range.includes(partition)) {
          replay(reader, input, partition, range, versions, tally);
        }
      }
    }
    return tally.report();
  }

  private Map<Integer, Forecaster> versions() {
    PublishedModels models = new ModelTopics(config, registry).read();
    Map<Integer, Forecaster> versions = new TreeMap<>();
    models
        .versions()
        .forEach(
            manifest ->
                models
                    .file(manifest)
                    .ifPresent(
                        file ->
                            versions.put(manifest.getVersion(), ForecasterCheckpoint.read(file))));
    return versions;
  }

  private void replay(
      RecordReader reader,
      String input,
      int partition,
      ReplayRange range,
      Map<Integer, Forecaster> versions,
      Tally tally) {
    var answers = new CommittedAnswers(registry.serde(Forecast.class, config.topics().forecasts()));
    reader.readAll(config.topics().forecasts(), partition, answers::add);
    var borders = new Borders(config, registry, answers, range.from());
    reader.readAll(config.topics().history(), partition, borders::add);
    tally.redelivered(answers.redelivered());
    Set<Bytes> without = answers.keysIn(range);
    without.removeAll(borders.keys());
    tally.withoutBorder(without.size());
    if (borders.isEmpty()) {
      return;
    }
    try (var task = new ForecastReplay(config, registry, versions, partition)) {
      var comparison = new Comparison(task, answers, borders, config.topics().forecasts(), tally);
      reader.read(
          input,
          partition,
          borders.firstOffset(),
          Math.min(range.to(), answers.end()),
          event -> comparison.take(event, RecordTimestamps.of(event, -1)));
    }
  }
}
