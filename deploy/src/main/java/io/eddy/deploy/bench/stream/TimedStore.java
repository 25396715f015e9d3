package io.eddy.deploy.bench.stream;

import java.util.List;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// A store whose reads and writes a [Stopwatch] takes the time of.
final class TimedStore implements KeyValueStore<byte[], byte[]> {
  private final KeyValueStore<byte[], byte[]> store;
  private final Stopwatch stopwatch;

  TimedStore(KeyValueStore<byte[], byte[]> store, Stopwatch stopwatch) {
    this.store = store;
    this.stopwatch = stopwatch;
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    if (!stopwatch.isRunning()) {
      return store.get(key);
    }
    long started = System.nanoTime();
    byte[] value = store.get(key);
    stopwatch.got(System.nanoTime() - started);
    return value;
  }

  @Override
  public void put(byte[] key, byte @Nullable [] value) {
    if (!stopwatch.isRunning()) {
      store.put(key, value);
      return;
    }
    long started = System.nanoTime();
    store.put(key, value);
    stopwatch.put(System.nanoTime() - started);
  }

  @Override
  public byte @Nullable [] putIfAbsent(byte[] key, byte[] value) {
    return store.putIfAbsent(key, value);
  }

  @Override
  public void putAll(List<KeyValue<byte[], byte[]>> entries) {
    store.putAll(entries);
  }

  @Override
  public byte @Nullable [] delete(byte[] key) {
    return store.delete(key);
  }

  @Override
  public KeyValueIterator<byte[], byte[]> range(byte @Nullable [] from, byte @Nullable [] to) {
    return store.range(from, to);
  }

  @Override
  public KeyValueIterator<byte[], byte[]> all() {
    return store.all();
  }

  @Override
  public long approximateNumEntries() {
    return store.approximateNumEntries();
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    store.init(context, root);
  }

  @Override
  public void close() {
    store.close();
  }

  @Override
  public boolean persistent() {
    return store.persistent();
  }

  @Override
  public boolean isOpen() {
    return store.isOpen();
  }

  @Override
  public Position getPosition() {
    return store.getPosition();
  }
}
