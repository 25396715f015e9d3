package io.eddy.processors.text;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.deadletter.DeadLetters;
import io.eddy.processors.metrics.EddyMetrics;
import io.eddy.processors.observation.Decoded;
import io.eddy.processors.observation.Origin;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.state.SeriesStores;
import io.eddy.processors.state.UnreadableStateException;
import io.eddy.processors.training.HistoryKey;
import io.eddy.processors.training.WindowSlots;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.HistoryWindow;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one task does with the messages of one partition, whatever its job makes of them: reads
/// them, keeps each key's state, sends windows to the history and what it cannot use to the dead
/// letters.
///
/// @param <S> what is remembered of a key
/// @param <C> what is read of a record
abstract class MessageTask<S, C> implements Processor<byte[], byte[], byte[], SpecificRecord> {
  private static final Logger LOGGER = LoggerFactory.getLogger(MessageTask.class);

  private final Progress progress;
  private final Function<Record<byte[], byte[]>, Message<C>> reader;
  private final WindowSlots slots;
  private ProcessorContext<byte[], SpecificRecord> context;
  private KeyValueStore<byte[], byte[]> states;
  private EddyMetrics.Forecasts metrics;
  private boolean unreadableLogged;

  /// @param reader of records, this task's own
  MessageTask(
      ProcessorsConfig config,
      Function<Record<byte[], byte[]>, Message<C>> reader,
      Progress progress) {
    this.progress = progress;
    this.reader = reader;
    slots = new WindowSlots(config.historySlots(), config.historyReservoirSlots());
  }

  /// The state of a key that has said nothing yet.
  abstract S fresh();

  /// @param bytes not modified
  /// @throws UnreadableStateException when they hold none that this release and network can use
  abstract S decode(byte[] bytes);

  abstract byte[] encode(S state);

  /// Answers a message.
  ///
  /// @return why not, if it cannot be used after all; else null
  abstract Message.@Nullable Rejected<C> answer(
      Record<byte[], byte[]> record, C content, Origin origin);

  @Override
  public void init(ProcessorContext<byte[], SpecificRecord> newContext) {
    context = newContext;
    states = context.getStateStore(SeriesStores.STATE);
    metrics = new EddyMetrics.Forecasts(context);
  }

  @Override
  public final void process(Record<byte[], byte[]> record) {
    long started = System.nanoTime();
    Origin origin = Origin.of(context);
    switch (reader.apply(record)) {
      case Message.Read<C>(C content) -> {
        Message.@Nullable Rejected<C> rejected = answer(record, content, origin);
        if (rejected == null) {
          metrics.forecast(System.nanoTime() - started);
          progress.recordMessage();
        } else {
          refuse(record, rejected, origin);
        }
      }
      case Message.Rejected<C> rejected -> refuse(record, rejected, origin);
    }
  }

  @Override
  public final void close() {
    metrics.close();
  }

  @SuppressWarnings("NullAway") // Record says nothing of nulls; a refused one may have them.
  private void refuse(Record<byte[], byte[]> record, Message.Rejected<C> rejected, Origin origin) {
    Record<byte[], DeadLetter> deadLetter =
        DeadLetters.of(record, origin, new Decoded.Rejected(rejected.reason(), rejected.why()));
    context.forward(deadLetter, TextProcessor.DEAD_LETTERS);
    metrics.deadLetter();
    progress.recordDeadLetter();
  }

  final EddyMetrics.Forecasts metrics() {
    return metrics;
  }

  /// Sends an answer.
  final void answer(Record<byte[], byte[]> to, SpecificRecord answer) {
    context.forward(new Record<>(to.key(), answer, to.timestamp()), TextProcessor.ANSWERS);
  }

  /// The key's state, or a fresh one where there is none that this release can read.
  final S load(byte[] key, Origin origin) {
    byte @Nullable [] bytes = states.get(key);
    if (bytes == null) {
      metrics.cold();
      return fresh();
    }
    try {
      return decode(bytes);
    } catch (UnreadableStateException e) {
      metrics.unreadable();
      if (!unreadableLogged) {
        // Once per task: after a change of the network's settings it is true for every key.
        unreadableLogged = true;
        LOGGER
            .atWarn()
            .addKeyValue("task", context.taskId())
            .addKeyValue("partition", origin.partition())
            .addKeyValue("offset", origin.offset())
            .log("key starts afresh, and so may others of this task: {}", e.getMessage());
      }
      return fresh();
    }
  }

  final void keep(byte[] key, S state) {
    states.put(key, encode(state));
  }

  /// The slot of a key's window among its newest.
  final int newestSlot(long window) {
    return slots.newestSlot(window);
  }

  /// Sends a window to its slot among the newest, and to one of the reservoir's if it is chosen.
  final void sendWindow(byte[] key, HistoryWindow window, long timestamp) {
    send(key, window, timestamp);
    int reservoirSlot = slots.reservoirSlot(key, window.getWindow());
    if (reservoirSlot != WindowSlots.NONE) {
      send(key, HistoryWindow.newBuilder(window).setSlot(reservoirSlot).build(), timestamp);
    }
  }

  private void send(byte[] key, HistoryWindow window, long timestamp) {
    context.forward(
        new Record<>(HistoryKey.of(window.getSlot(), key), window, timestamp),
        TextProcessor.HISTORY);
    metrics.window();
    progress.recordWindowSent();
  }
}
