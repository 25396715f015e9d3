package io.eddy.processors.replay;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// A store of bytes by bytes in the heap, in the order of its keys, as a task of Kafka Streams has.
final class HeapStore implements KeyValueStore<byte[], byte[]> {
  private final String name;
  private final TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);

  HeapStore(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    // There is no changelog to restore from.
  }

  @Override
  public void close() {
    entries.clear();
  }

  @Override
  public boolean persistent() {
    return false;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  @SuppressWarnings("NullAway") // Kafka's store deletes by null.
  public void put(byte[] key, byte @Nullable [] value) {
    if (value == null) {
      entries.remove(key);
    } else {
      entries.put(key, value);
    }
  }

  @Override
  @SuppressWarnings("NullAway") // Kafka's store says null for nothing.
  public byte @Nullable [] putIfAbsent(byte[] key, byte[] value) {
    return entries.putIfAbsent(key, value);
  }

  @Override
  public void putAll(List<KeyValue<byte[], byte[]>> all) {
    all.forEach(entry -> put(entry.key, entry.value));
  }

  @Override
  @SuppressWarnings("NullAway") // Kafka's store says null for nothing.
  public byte @Nullable [] delete(byte[] key) {
    return entries.remove(key);
  }

  @Override
  @SuppressWarnings("NullAway") // Kafka's store says null for nothing.
  public byte @Nullable [] get(byte[] key) {
    return entries.get(key);
  }

  @Override
  public KeyValueIterator<byte[], byte[]> range(byte @Nullable [] from, byte @Nullable [] to) {
    NavigableMap<byte[], byte[]> rest = from == null ? entries : entries.tailMap(from, true);
    return new Entries(to == null ? rest : rest.headMap(to, true));
  }

  @Override
  public KeyValueIterator<byte[], byte[]> all() {
    return new Entries(entries);
  }

  @Override
  public long approximateNumEntries() {
    return entries.size();
  }

  /// A copy, so that the store may be written meanwhile.
  private static final class Entries implements KeyValueIterator<byte[], byte[]> {
    private final Iterator<Map.Entry<byte[], byte[]>> left;
    private Map.@Nullable Entry<byte[], byte[]> next;

    Entries(NavigableMap<byte[], byte[]> entries) {
      var copy = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
      copy.putAll(entries);
      left = copy.entrySet().iterator();
      advance();
    }

    private void advance() {
      next = left.hasNext() ? left.next() : null;
    }

    private Map.Entry<byte[], byte[]> upcoming() {
      Map.Entry<byte[], byte[]> entry = next;
      if (entry == null) {
        throw new NoSuchElementException("there are no more entries");
      }
      return entry;
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public KeyValue<byte[], byte[]> next() {
      Map.Entry<byte[], byte[]> entry = upcoming();
      advance();
      return KeyValue.pair(entry.getKey(), entry.getValue());
    }

    @Override
    public byte[] peekNextKey() {
      return upcoming().getKey();
    }

    @Override
    public void close() {
      next = null;
    }
  }
}
