package io.eddy.deploy.bench.stream;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.config.StoreType;
import io.eddy.processors.forecast.Footprint;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;

/// A network and what it runs in.
///
/// @param network layers and units
/// @param keys series
/// @param horizon steps ahead that each answer covers
/// @param store where the state lies
/// @param cached whether Kafka Streams has a cache that holds all of it
/// @param guarantee of processing
/// @param threads of the application, and partitions of its input
public record StreamCase(
    Network network,
    int keys,
    int horizon,
    StoreType store,
    boolean cached,
    Guarantee guarantee,
    int threads) {
  /// Steps of a window, and of the ring that the state keeps.
  static final int WINDOW = 32;

  /// Kafka Streams counts for an entry of its cache what the record's headers, topic and nodes of
  /// two lists take, about so much.
  private static final int CACHE_ENTRY_BYTES = 300;

  /// `processing.guarantee`.
  public enum Guarantee {
    AT_LEAST_ONCE,
    EXACTLY_ONCE_V2;

    /// As Kafka Streams has it.
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// An LSTM of some layers.
  public record Network(int layers, int hidden) {
    /// Such as `8,64` or `2x64`.
    ///
    /// @throws IllegalArgumentException if it is neither
    public static Network parse(String text) {
      String[] parts = text.strip().split("x", -1);
      try {
        if (parts.length == 2) {
          return new Network(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        }
        return new Network(1, Integer.parseInt(text.strip()));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            text + " is no network, expected its units, such as 64, or layers too, as in 2x64", e);
      }
    }

    @Override
    public String toString() {
      return layers == 1 ? Integer.toString(hidden) : layers + "x" + hidden;
    }
  }

  /// One network in memory of all that a usual deployment has: states on disk behind a cache that
  /// holds them all, at-least-once, one thread.
  public static StreamCase usual(Network network) {
    return new StreamCase(network, 100_000, 1, StoreType.ROCKSDB, true, Guarantee.AT_LEAST_ONCE, 1);
  }

  /// The usual case with each of what it runs in changed.
  public static List<StreamCase> variations(Network network) {
    StreamCase usual = usual(network);
    return List.of(
        usual.with(24),
        usual.with(48),
        usual.with(StoreType.ROCKSDB, false, Guarantee.AT_LEAST_ONCE),
        usual.with(StoreType.ROCKSDB, false, Guarantee.EXACTLY_ONCE_V2),
        usual.with(StoreType.ROCKSDB, true, Guarantee.EXACTLY_ONCE_V2),
        usual.with(StoreType.IN_MEMORY, false, Guarantee.AT_LEAST_ONCE),
        usual.with(StoreType.IN_MEMORY, true, Guarantee.AT_LEAST_ONCE),
        usual.of(usual.keys, 2),
        usual.of(1_000, 1),
        usual.of(1_000, 1).with(StoreType.ROCKSDB, false, Guarantee.EXACTLY_ONCE_V2),
        usual.of(1_000_000, 1).with(StoreType.ROCKSDB, false, Guarantee.AT_LEAST_ONCE));
  }

  private StreamCase with(int newHorizon) {
    return new StreamCase(network, keys, newHorizon, store, cached, guarantee, threads);
  }

  private StreamCase with(StoreType newStore, boolean newCached, Guarantee newGuarantee) {
    return new StreamCase(network, keys, horizon, newStore, newCached, newGuarantee, threads);
  }

  private StreamCase of(int newKeys, int newThreads) {
    return new StreamCase(network, newKeys, horizon, store, cached, guarantee, newThreads);
  }

  /// The settings of an application, all but where it runs.
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(ProcessorsConfig.LAYER_COUNT, Integer.toString(network.layers()));
    settings.put(ProcessorsConfig.HIDDEN_SIZE, Integer.toString(network.hidden()));
    settings.put(ProcessorsConfig.HORIZON, Integer.toString(horizon));
    settings.put(ProcessorsConfig.WINDOW_SIZE, Integer.toString(WINDOW));
    // Nine numbers a step, where the series alone would be three.
    settings.put(ProcessorsConfig.CALENDAR, "hour_of_day,day_of_week,day_of_year");
    settings.put(ProcessorsConfig.STORE_TYPE, storeName());
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, Integer.toString(threads));
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee.toString());
    return settings;
  }

  /// A cache that state and anchor of all keys fit in.
  long cacheBytes(ProcessorsConfig config) {
    if (!cached) {
      return 0;
    }
    int state = Footprint.of(config, Duration.ZERO).stateBytes();
    return 2L * keys * (state + CACHE_ENTRY_BYTES);
  }

  String storeName() {
    return store.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public String toString() {
    return "lstm %s, %,d keys, horizon %d, %s%s, %s, %d thread%s"
        .formatted(
            network,
            keys,
            horizon,
            storeName(),
            cached ? " cached" : "",
            guarantee,
            threads,
            threads == 1 ? "" : "s");
  }
}
