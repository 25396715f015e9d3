package io.eddy.deploy.backtest;

import io.eddy.deploy.config.Seasons;
import io.eddy.model.evaluation.Confidence;
import io.eddy.model.network.Forecaster;
import io.eddy.processors.config.ProcessorsConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/// The settings of the network that takes part in a backtest: the same keys as the stream's, so
/// that what does well here can be deployed as it is.
public final class NetworkSettings {
  private static final int USUAL_WINDOW =
      ProcessorsConfig.of(Map.of(ProcessorsConfig.TOPIC_PREFIX, "backtest")).windowSize();

  private NetworkSettings() {}

  /// What suits a benchmark; `docs/accuracy.md` says how it was chosen. Nothing for data of the
  /// user's own.
  ///
  /// @param name of the data set
  public static Map<String, String> of(String name) {
    Map<String, String> settings = new TreeMap<>();
    try (InputStream in = NetworkSettings.class.getResourceAsStream(name + ".properties")) {
      if (in != null) {
        var properties = new Properties();
        properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        properties
            .stringPropertyNames()
            .forEach(key -> settings.put(key, properties.getProperty(key)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the settings for " + name + " cannot be read", e);
    }
    return settings;
  }

  /// The network of these settings, for the data's horizon and the confidences of reports.
  ///
  /// @param settings Eddy's keys; what they leave out comes from the data or is the stream's
  ///   default
  /// @throws org.apache.kafka.common.config.ConfigException if they do not fit
  public static NetworkContender contender(DataSet data, Map<String, String> settings) {
    return contender(data, settings, () -> false);
  }

  /// The same, with a training that can be ended.
  ///
  /// @param cancelled polled while it trains, which then ends with a
  ///   [java.util.concurrent.CancellationException]
  /// @throws org.apache.kafka.common.config.ConfigException if the settings do not fit
  public static NetworkContender contender(
      DataSet data, Map<String, String> settings, BooleanSupplier cancelled) {
    ProcessorsConfig config = config(data, settings);
    return new NetworkContender(
        Forecaster.initial(config.forecasterSpec(), config.seed()),
        config.trainingSettings(),
        config.trainingThreads(),
        cancelled);
  }

  /// The same engine without a network: version 0.
  ///
  /// @param settings as for [#contender]
  /// @throws org.apache.kafka.common.config.ConfigException if they do not fit
  public static NaiveContender untrained(DataSet data, Map<String, String> settings) {
    return new NaiveContender(config(data, settings).forecasterSpec());
  }

  private static ProcessorsConfig config(DataSet data, Map<String, String> settings) {
    Map<String, String> all = new TreeMap<>();
    // Asked for because an application names its topics after it; a backtest has none.
    all.put(ProcessorsConfig.TOPIC_PREFIX, "backtest");
    all.put(
        ProcessorsConfig.TRAINING_THREADS,
        Integer.toString(Runtime.getRuntime().availableProcessors()));
    all.putAll(of(data, settings));
    all.put(
        ProcessorsConfig.CONFIDENCE,
        Arrays.stream(Confidence.values())
            .map(confidence -> Double.toString(confidence.share()))
            .collect(Collectors.joining(",")));
    return ProcessorsConfig.of(all);
  }

  /// Settings with what the data says where they say nothing: the season and a window that a key's
  /// ring holds two of the longest season with; and with the data's horizon.
  public static Map<String, String> of(DataSet data, Map<String, String> settings) {
    Map<String, String> all = new TreeMap<>();
    all.put(ProcessorsConfig.SEASON, Seasons.text(data.seasons()));
    all.putAll(settings);
    all.put(ProcessorsConfig.HORIZON, Integer.toString(data.horizon()));
    if (!settings.containsKey(ProcessorsConfig.SEASON)
        && !settings.containsKey(ProcessorsConfig.WINDOW_SIZE)
        && data.longestSeason() >= USUAL_WINDOW) {
      all.put(ProcessorsConfig.WINDOW_SIZE, Integer.toString(data.longestSeason() + 1));
    }
    return all;
  }
}
