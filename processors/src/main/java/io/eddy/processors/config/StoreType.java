package io.eddy.processors.config;

import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;

/// Where an instance keeps its local copy of the state; the changelog topic is the same.
public enum StoreType {
  /// On disk: bounded heap, a restart reads only what changed.
  ROCKSDB,
  /// On the heap: faster, a restart reads the whole changelog.
  IN_MEMORY;

  /// A plain key-value store of this type.
  public KeyValueBytesStoreSupplier keyValueStore(String name) {
    return switch (this) {
      case ROCKSDB -> Stores.persistentKeyValueStore(name);
      case IN_MEMORY -> Stores.inMemoryKeyValueStore(name);
    };
  }
}
