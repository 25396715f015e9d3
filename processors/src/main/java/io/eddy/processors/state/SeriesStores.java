package io.eddy.processors.state;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/// The stores of the topology: stock key-value stores of bytes. Their names are part of what an
/// application has on disk and in its changelogs, and never change.
public final class SeriesStores {
  /// By series key: the state as it stands, encoded.
  public static final String STATE = "series-state";

  /// By series key: the state as it stood at the key's last window border, encoded.
  public static final String ANCHOR = "series-anchor";

  /// By series key: the state of the version that runs beside the one that answers, encoded.
  public static final String SHADOW = "series-shadow";

  /// What the watch over a task's errors has seen.
  public static final String DRIFT = "drift-watch";

  /// All of them that have an entry per series, and must lose it when the series is forgotten.
  public static final List<String> NAMES = List.of(STATE, ANCHOR, SHADOW);

  /// Those of them that have a changelog.
  public static final List<String> LOGGED = List.of(STATE, ANCHOR);

  private static final String DAY_MS = Long.toString(Duration.ofDays(1).toMillis());

  private SeriesStores() {}

  /// A store of bytes by bytes where the supplier keeps them, with a changelog and without a cache.
  ///
  /// Its changelog takes timestamps that are ahead of the broker's clock: they are those of the
  /// user's records, and a refused changelog record would end the task. It is compacted within a
  /// day or two, as the topic of history is, so that what was forgotten is really gone; by Kafka's
  /// defaults an idle changelog keeps it for ever.
  public static StoreBuilder<KeyValueStore<byte[], byte[]>> store(
      KeyValueBytesStoreSupplier supplier) {
    return Stores.keyValueStoreBuilder(supplier, Serdes.ByteArray(), Serdes.ByteArray())
        .withCachingDisabled()
        .withLoggingEnabled(
            Map.of(
                TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG,
                Long.toString(Long.MAX_VALUE),
                TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG,
                DAY_MS,
                TopicConfig.SEGMENT_MS_CONFIG,
                DAY_MS));
  }

  /// A store as [#store], without a changelog: for what is made again where it is missing.
  public static StoreBuilder<KeyValueStore<byte[], byte[]>> localStore(
      KeyValueBytesStoreSupplier supplier) {
    return Stores.keyValueStoreBuilder(supplier, Serdes.ByteArray(), Serdes.ByteArray())
        .withCachingDisabled()
        .withLoggingDisabled();
  }
}
