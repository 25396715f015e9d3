package io.eddy.processors.state;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/// One block cache and one budget of write buffers for all RocksDB stores of this JVM, for
/// `rocksdb.config.setter`. Kafka Streams gives each store of each task its own, so that the memory
/// outside of the heap grows with the number of partitions.
public final class BoundedRocksDb implements RocksDBConfigSetter {
  /// Made when the first store opens: Kafka loads this class already when it reads the
  /// configuration, before RocksDB's native library is there.
  private static final class Shared {
    private static final long CACHE_BYTES = 256L << 20;
    private static final long WRITE_BUFFER_BYTES = 128L << 20;
    private static final boolean STRICT_CAPACITY = false;
    private static final double HIGH_PRIORITY_SHARE = 0.1;

    static {
      RocksDB.loadLibrary();
    }

    // Never closed: they belong to every store that the JVM opens until its end.
    static final Cache CACHE = new LRUCache(CACHE_BYTES, -1, STRICT_CAPACITY, HIGH_PRIORITY_SHARE);
    static final WriteBufferManager WRITE_BUFFERS =
        new WriteBufferManager(WRITE_BUFFER_BYTES, CACHE);
  }

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    var table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(Shared.CACHE);
    table.setCacheIndexAndFilterBlocks(true);
    table.setCacheIndexAndFilterBlocksWithHighPriority(true);
    table.setPinTopLevelIndexAndFilter(true);
    options.setWriteBufferManager(Shared.WRITE_BUFFERS);
    options.setTableFormatConfig(table);
  }

  @Override
  public void close(String storeName, Options options) {
    // Nothing here belongs to one store.
  }
}
