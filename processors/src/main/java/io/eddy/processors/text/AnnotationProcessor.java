package io.eddy.processors.text;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.observation.Origin;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.ModelRegistry;
import io.eddy.processors.state.SeriesStores;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/// A message arrives, the network reads it whole, and what it says of it leaves: for each message
/// exactly one answer, or one dead letter. A message that came with what people say of it is
/// answered first, without that, and then kept to learn from.
///
/// Output goes to three children by name: [#ANSWERS], [#HISTORY], [#DEAD_LETTERS].
///
/// Nothing of a message goes on to the next, so a version that takes over needs no memory of a key:
/// the newest decision that this instance knows answers, and the answer names it.
///
/// @param <M> what a version is
/// @param <C> what is read of a message
/// @param <E> what is kept of a message to learn from
/// @param <A> what an answer is
public final class AnnotationProcessor<M, C, E, A extends SpecificRecord>
    implements ProcessorSupplier<byte[], byte[], byte[], SpecificRecord> {
  /// Child that gets the answers.
  public static final String ANSWERS = TextProcessor.ANSWERS;

  /// Child that gets windows of history, under keys of slot and key.
  public static final String HISTORY = TextProcessor.HISTORY;

  /// Child that gets what could not be used.
  public static final String DEAD_LETTERS = TextProcessor.DEAD_LETTERS;

  private final AnnotationJob<M, C, E, A> job;
  private final ProcessorsConfig config;
  private final SchemaRegistry schemas;
  private final ModelRegistry<M> registry;
  private final Progress progress;

  /// @param registry of this instance
  public AnnotationProcessor(
      AnnotationJob<M, C, E, A> job,
      ProcessorsConfig config,
      SchemaRegistry schemas,
      ModelRegistry<M> registry,
      Progress progress) {
    this.job = job;
    this.config = config;
    this.schemas = schemas;
    this.registry = registry;
    this.progress = progress;
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    return Set.of(config.keyStore(SeriesStores.STATE));
  }

  @Override
  public Processor<byte[], byte[], byte[], SpecificRecord> get() {
    return new Task();
  }

  /// One task: the keys of one partition.
  private final class Task extends MessageTask<ExampleState<E>, C> {
    private final ExampleStateCodec<E> codec = new ExampleStateCodec<>(job.examples());
    private Decision<M> decision;
    private Function<Arrival<C>, A> engine;

    Task() {
      super(config, job.reader(config, schemas), progress);
    }

    @Override
    public void init(ProcessorContext<byte[], SpecificRecord> context) {
      super.init(context);
      decision = registry.current();
      engine = job.engine(decision);
    }

    @Override
    ExampleState<E> fresh() {
      return new ExampleState<>(job.examples());
    }

    @Override
    ExampleState<E> decode(byte[] bytes) {
      return codec.decode(bytes);
    }

    @Override
    byte[] encode(ExampleState<E> state) {
      return codec.encode(state);
    }

    @Override
    Message.@Nullable Rejected<C> answer(Record<byte[], byte[]> record, C content, Origin origin) {
      byte[] key = record.key();
      ExampleState<E> state = load(key, origin);
      boolean redelivered = origin.isKnown() && state.hasRead(origin.partition(), origin.offset());
      E example;
      try {
        example = job.example(content);
      } catch (IllegalArgumentException e) {
        return new Message.Rejected<>(Reason.WRONG_TYPE, String.valueOf(e.getMessage()));
      }
      follow();
      answer(
          record,
          engine.apply(
              new Arrival<>(
                  content,
                  Instant.ofEpochMilli(record.timestamp()),
                  state.messages(),
                  redelivered,
                  origin)));
      if (redelivered) {
        metrics().redelivered();
      } else {
        if (example != null) {
          learn(state, key, example, record.timestamp(), origin);
        }
        state.endMessage(origin.partition(), origin.offset());
        keep(key, state);
      }
      return null;
    }

    /// Takes over the newest decision.
    private void follow() {
      Decision<M> newest = registry.current();
      if (newest.sequence() != decision.sequence()) {
        engine = job.engine(newest);
        decision = newest;
        metrics().model(decision.sequence(), decision.version());
      }
    }

    private void learn(ExampleState<E> state, byte[] key, E example, long time, Origin origin) {
      if (!state.add(example, time, config.windowSize())) {
        return;
      }
      HistoryWindow window =
          HistoryWindow.newBuilder()
              .setWindow(state.windows())
              .setSlot(newestSlot(state.windows()))
              .setFirstStep(state.learned())
              .setTimes(List.copyOf(state.times()))
              .setValues(Collections.nCopies(state.open().size(), 0.0))
              .setAnchor(ByteBuffer.wrap(job.examples().encode(state.open())))
              .setPartition(origin.partition())
              .build();
      sendWindow(key, window, time);
      state.endWindow();
    }
  }
}
