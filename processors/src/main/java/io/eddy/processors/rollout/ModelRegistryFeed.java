package io.eddy.processors.rollout;

import io.eddy.processors.topic.Topics;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/// Feeds the topic `models` into this instance's [ModelRegistry], all of it before the first event
/// is read, and every record from then on.
///
/// It is a global store's processor because that is how Streams brings a whole topic to every
/// instance. The store stays empty: weights belong on the heap, loaded. It is an in-memory one,
/// since only those are read from the topic's beginning at every start.
///
/// Keys and values arrive as bytes: a deserializer that throws on a poison record would stop this
/// application at every start.
public final class ModelRegistryFeed implements ProcessorSupplier<byte[], byte[], Void, Void> {
  /// The name of the empty store.
  public static final String STORE = "model-registry";

  private final ModelRegistry<?> registry;

  private ModelRegistryFeed(ModelRegistry<?> registry) {
    this.registry = registry;
  }

  /// Adds the global store and its processor to a topology.
  public static void addTo(StreamsBuilder builder, Topics topics, ModelRegistry<?> registry) {
    var store =
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(STORE), Serdes.ByteArray(), Serdes.ByteArray())
            .withLoggingDisabled();
    builder.addGlobalStore(
        store,
        topics.models(),
        Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()).withName("models-source"),
        new ModelRegistryFeed(registry));
  }

  @Override
  public Processor<byte[], byte[], Void, Void> get() {
    return new Feed();
  }

  private final class Feed implements Processor<byte[], byte[], Void, Void> {
    private @Nullable ProcessorContext<Void, Void> context;

    @Override
    public void init(ProcessorContext<Void, Void> initialized) {
      this.context = initialized;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      @Nullable RecordMetadata origin =
          context == null ? null : context.recordMetadata().orElse(null);
      registry.accept(
          origin == null ? "" : origin.topic(),
          origin == null ? -1 : origin.offset(),
          record.key(),
          record.value());
    }
  }
}
