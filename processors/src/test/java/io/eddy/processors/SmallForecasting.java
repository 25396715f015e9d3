package io.eddy.processors;

import io.eddy.processors.config.ProcessorsConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/// A configuration with which everything happens within a few events, for tests.
public final class SmallForecasting {
  /// Events of a window.
  public static final int WINDOW = 8;

  private SmallForecasting() {}

  /// The settings, with a schema registry of their own; to be changed at will.
  public static Map<String, Object> properties() {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("application.id", "small");
    properties.put("bootstrap.servers", "localhost:1");
    properties.put("schema.registry.url", "mock://" + UUID.randomUUID());
    properties.put(ProcessorsConfig.INPUT_TOPIC, "measurements");
    properties.put(ProcessorsConfig.INPUT_FORMAT, "number");
    properties.put(ProcessorsConfig.CELL, "gru");
    properties.put(ProcessorsConfig.HIDDEN_SIZE, "4");
    properties.put(ProcessorsConfig.HORIZON, "3");
    properties.put(ProcessorsConfig.LAG_COUNT, "4");
    properties.put(ProcessorsConfig.WINDOW_SIZE, Integer.toString(WINDOW));
    properties.put(ProcessorsConfig.HISTORY_SLOTS, "4");
    properties.put(ProcessorsConfig.HISTORY_RESERVOIR_SLOTS, "2");
    properties.put(ProcessorsConfig.TRAINING_WINDOWS_MIN, "2");
    properties.put(ProcessorsConfig.TRAINING_TRUNCATION, "8");
    properties.put(ProcessorsConfig.TRAINING_EPOCHS_MAX, "4");
    properties.put(ProcessorsConfig.STORE_TYPE, "in-memory");
    properties.put("eddy.promotion", "immediate");
    return properties;
  }

  /// The same as a configuration.
  public static ProcessorsConfig config() {
    return ProcessorsConfig.of(properties());
  }
}
