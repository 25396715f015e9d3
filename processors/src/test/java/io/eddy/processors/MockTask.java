package io.eddy.processors;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;

/// One task of a processor whose stores outlive it: what a restart, or a move to another instance,
/// looks like to the processor. The processor is the real one, only its surroundings are not.
public final class MockTask<KI, VI, KO, VO> {
  private final ProcessorSupplier<KI, VI, KO, VO> supplier;
  private final Map<String, KeyValueStore<byte[], byte[]>> stores;
  private final MockProcessorContext<KO, VO> context;
  private final Processor<KI, VI, KO, VO> processor;

  private MockTask(
      ProcessorSupplier<KI, VI, KO, VO> supplier,
      Map<String, KeyValueStore<byte[], byte[]>> stores) {
    this.supplier = supplier;
    this.stores = stores;
    var properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "small");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
    properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    context = new MockProcessorContext<>(properties, new TaskId(0, 0), new File("unused"));
    for (var store : stores.values()) {
      context.addStateStore(store);
    }
    context.setCurrentSystemTimeMs(System.currentTimeMillis());
    processor = supplier.get();
    processor.init(context);
    if (!context.forwarded().isEmpty()) {
      throw new AssertionError(
          "forwarded from init, where Kafka Streams has not initialised the children yet: "
              + context.forwarded());
    }
  }

  /// A task with empty stores.
  public static <KI, VI, KO, VO> MockTask<KI, VI, KO, VO> start(
      ProcessorSupplier<KI, VI, KO, VO> supplier) {
    Map<String, KeyValueStore<byte[], byte[]>> stores = new HashMap<>();
    var context = new MockProcessorContext<>();
    for (StoreBuilder<?> builder : supplier.stores()) {
      StateStore store = builder.withLoggingDisabled().build();
      store.init(context.getStateStoreContext(), store);
      @SuppressWarnings("unchecked") // All of our stores are of bytes by bytes.
      var bytes = (KeyValueStore<byte[], byte[]>) store;
      stores.put(store.name(), bytes);
    }
    return new MockTask<>(supplier, stores);
  }

  /// Closes the task and starts it again elsewhere: same stores, another processor.
  ///
  /// @param newSupplier of the same processor, with the other instance's surroundings
  public MockTask<KI, VI, KO, VO> moveTo(ProcessorSupplier<KI, VI, KO, VO> newSupplier) {
    processor.close();
    return new MockTask<>(newSupplier, stores);
  }

  /// The same with the same surroundings.
  public MockTask<KI, VI, KO, VO> restart() {
    return moveTo(supplier);
  }

  /// Processes a record as if it came from this place.
  public void process(String topic, long offset, Record<KI, VI> record) {
    context.setRecordMetadata(topic, 0, offset);
    processor.process(record);
  }

  /// Processes a record as if a punctuator upstream had made it.
  public void processUnread(Record<KI, VI> record) {
    context.setRecordMetadata(null, -1, -1);
    processor.process(record);
  }

  /// Lets wall-clock time come to each punctuator once.
  public void punctuate() {
    context.setCurrentSystemTimeMs(System.currentTimeMillis());
    context.scheduledPunctuators().stream()
        .map(MockProcessorContext.CapturedPunctuator::getPunctuator)
        .forEach((Punctuator punctuator) -> punctuator.punctuate(0));
  }

  /// What was forwarded to a child since the last call, in order.
  public List<Record<? extends KO, ? extends VO>> forwarded(String child) {
    return context.forwarded(child).stream()
        .<Record<? extends KO, ? extends VO>>map(MockProcessorContext.CapturedForward::record)
        .toList();
  }

  /// Everything that was forwarded, in order.
  public List<MockProcessorContext.CapturedForward<? extends KO, ? extends VO>> forwarded() {
    return context.forwarded();
  }

  /// Forgets what was forwarded.
  public void resetForwards() {
    context.resetForwards();
  }

  /// A store by its name.
  public KeyValueStore<byte[], byte[]> store(String name) {
    return requireNonNull(stores.get(name), name);
  }

  /// Closes the processor.
  public void close() {
    processor.close();
  }
}
