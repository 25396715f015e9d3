package io.eddy.processors.control;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.training.TrainingSignal;
import io.eddy.schemas.avro.ControlCommand;
import io.eddy.schemas.serde.AvroSerde;
import io.eddy.schemas.serde.SerdeException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Obeys the control topic, in the tasks that answer: it has to be connected with the stores of
/// their keys, by name. A record of any other topic is one of the input without a value, where that
/// means to forget its key.
///
/// Output goes to two children by name: [#HISTORY] and [#ANSWERS].
///
/// Commands are read with the schema of this release, so that no registry is asked, and a record
/// that is none is logged and left out: whoever may write to this topic is an operator, and nothing
/// of a user's is lost with it. Obeying twice does no more than obeying once, but for a training,
/// which is opened twice if the first has ended.
///
/// **Order.** The control topic is read beside the input, by time of record. What of a key was
/// processed before the command is forgotten; with its next event the key starts cold.
public final class ControlProcessor
    implements ProcessorSupplier<byte[], byte[], byte[], Update<? extends SpecificRecord>> {
  /// Child that gets tombstones of history, and signals to train.
  public static final String HISTORY = "eddy-control-history";

  /// Child that gets tombstones of answers.
  public static final String ANSWERS = "eddy-control-answers";

  private static final Logger LOGGER = LoggerFactory.getLogger(ControlProcessor.class);

  private final ProcessorsConfig config;
  private final List<String> stores;
  private final Progress progress;

  /// @param stores that have an entry per key, and must lose it when the key is forgotten
  public ControlProcessor(ProcessorsConfig config, List<String> stores, Progress progress) {
    this.config = config;
    this.stores = List.copyOf(stores);
    this.progress = progress;
  }

  @Override
  public Processor<byte[], byte[], byte[], Update<? extends SpecificRecord>> get() {
    return new Task();
  }

  /// One task: one partition of the control topic, and the keys of the same partition of the input.
  private final class Task
      implements Processor<byte[], byte[], byte[], Update<? extends SpecificRecord>> {
    private final Deserializer<ControlCommand> deserializer =
        AvroSerde.builtIn(ControlCommand.class).deserializer();
    private ProcessorContext<byte[], Update<? extends SpecificRecord>> context;
    private Forgetting forgetting;

    @Override
    public void init(ProcessorContext<byte[], Update<? extends SpecificRecord>> newContext) {
      context = newContext;
      forgetting = new Forgetting(context, config, stores, progress);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      if (!isCommand()) {
        forgetting.forget(record.key(), record.timestamp());
        progress.recordForgotten();
        return;
      }
      ControlCommand command = read(record);
      if (command == null) {
        return;
      }
      switch (command.getKind()) {
        case FORGET -> forget(command, record.timestamp());
        case TRAIN -> train(command, record.timestamp());
        case UNKNOWN -> leaveOut("it is of a kind that this release does not know");
      }
    }

    private boolean isCommand() {
      return context
          .recordMetadata()
          .map(origin -> config.topics().control().equals(origin.topic()))
          .orElse(false);
    }

    private @Nullable ControlCommand read(Record<byte[], byte[]> record) {
      if (record.value() == null) {
        leaveOut("it has no value");
        return null;
      }
      try {
        return deserializer.deserialize(
            config.topics().control(), record.headers(), record.value());
      } catch (SerdeException.Malformed | SerdeException.UnknownSchema e) {
        leaveOut(e.getMessage());
        return null;
      }
    }

    private void forget(ControlCommand command, long timestamp) {
      ByteBuffer key = command.getKey();
      if (key == null) {
        leaveOut("it names no key to forget");
        return;
      }
      byte[] bytes = new byte[key.remaining()];
      key.duplicate().get(bytes);
      boolean known = forgetting.forget(bytes, timestamp);
      say(command, known ? "key forgotten" : "key was not known here");
    }

    private void train(ControlCommand command, long timestamp) {
      int partition = context.taskId().partition();
      var signal = new Update<>(partition, TrainingSignal.of(TrainingSignal.COMMAND, partition));
      context.forward(new Record<>(TrainingSignal.key(), signal, timestamp), HISTORY);
      progress.recordWindowSent();
      say(command, "trainer was told to train");
    }

    /// Without the key: who reads logs need not know whom it was about.
    private void say(ControlCommand command, String what) {
      LOGGER
          .atInfo()
          .addKeyValue("task", context.taskId())
          .addKeyValue("command", command.getId())
          .log(what);
    }

    private void leaveOut(@Nullable String why) {
      RecordMetadata origin = context.recordMetadata().orElseThrow();
      LOGGER
          .atWarn()
          .addKeyValue("topic", origin.topic())
          .addKeyValue("partition", origin.partition())
          .addKeyValue("offset", origin.offset())
          .log("command is left out: {}", why);
    }

    @Override
    public void close() {
      forgetting.close();
    }
  }
}
