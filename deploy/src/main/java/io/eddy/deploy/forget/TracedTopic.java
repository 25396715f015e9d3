package io.eddy.deploy.forget;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.state.SeriesStores;
import io.eddy.processors.topic.Topics;
import io.eddy.processors.training.HistoryKey;
import io.eddy.processors.training.TrainingProcessor;
import io.eddy.schemas.avro.ControlCommand;
import io.eddy.schemas.serde.AvroSerde;
import io.eddy.schemas.serde.SerdeException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/// A topic that may hold something about a series, and how to tell.
///
/// @param name of the topic
/// @param content what it holds, in a few words
/// @param isMemory whether the application remembers by it: what it holds is used for forecasts and
///   trainings to come
/// @param isOwned whether it belongs to Eddy
/// @param isAbout whether a record is about a series
record TracedTopic(
    String name,
    String content,
    boolean isMemory,
    boolean isOwned,
    BiPredicate<ConsumerRecord<byte[], byte[]>, byte[]> isAbout) {
  private static final Deserializer<ControlCommand> COMMANDS =
      AvroSerde.builtIn(ControlCommand.class).deserializer();

  /// All topics of an application that say something about single series.
  static List<TracedTopic> of(ProcessorsConfig config) {
    Topics topics = config.topics();
    String id = config.applicationId().orElseThrow();
    List<TracedTopic> traced = new ArrayList<>();
    for (String store : SeriesStores.LOGGED) {
      traced.add(memory(changelog(id, store), "state of each series", TracedTopic::hasKey));
    }
    traced.add(memory(topics.history(), "windows of events", TracedTopic::isOfHistory));
    traced.add(
        memory(
            changelog(id, TrainingProcessor.WINDOWS_STORE),
            "windows that the trainer keeps",
            TracedTopic::isOfTrainer));
    traced.add(log(topics.forecasts(), "answers of the past", TracedTopic::hasKey));
    traced.add(log(topics.scores(), "errors of the past", TracedTopic::hasKey));
    traced.add(log(topics.deadLetters(), "records that were refused", TracedTopic::hasKey));
    traced.add(log(topics.control(), "the command itself", TracedTopic::isCommandAbout));
    config
        .inputTopic()
        .ifPresent(
            input ->
                traced.add(
                    new TracedTopic(input, "your input", false, false, TracedTopic::hasKey)));
    return List.copyOf(traced);
  }

  private static TracedTopic memory(
      String name, String content, BiPredicate<ConsumerRecord<byte[], byte[]>, byte[]> isAbout) {
    return new TracedTopic(name, content, true, true, isAbout);
  }

  private static TracedTopic log(
      String name, String content, BiPredicate<ConsumerRecord<byte[], byte[]>, byte[]> isAbout) {
    return new TracedTopic(name, content, false, true, isAbout);
  }

  /// Kafka Streams' name for the topic behind a store.
  private static String changelog(String applicationId, String store) {
    return applicationId + "-" + store + "-changelog";
  }

  private static boolean hasKey(ConsumerRecord<byte[], byte[]> record, byte[] series) {
    return Arrays.equals(record.key(), series);
  }

  private static boolean isOfHistory(ConsumerRecord<byte[], byte[]> record, byte[] series) {
    // A signal to train has an empty series, and is about none.
    return endsWith(record.key(), Integer.BYTES, series)
        && HistoryKey.slot(record.key()) != HistoryKey.TRIGGER;
  }

  /// One byte says whether the entry is held for an open training; then as in history.
  private static boolean isOfTrainer(ConsumerRecord<byte[], byte[]> record, byte[] series) {
    return endsWith(record.key(), 1 + Integer.BYTES, series);
  }

  private static boolean endsWith(byte @Nullable [] key, int from, byte[] series) {
    return key != null
        && key.length == from + series.length
        && Arrays.equals(key, from, key.length, series, 0, series.length);
  }

  private static boolean isCommandAbout(ConsumerRecord<byte[], byte[]> record, byte[] series) {
    if (record.value() == null) {
      return false;
    }
    try {
      ControlCommand command =
          COMMANDS.deserialize(record.topic(), record.headers(), record.value());
      return command != null
          && command.getKey() != null
          && command.getKey().equals(ByteBuffer.wrap(series));
    } catch (SerdeException.Malformed | SerdeException.UnknownSchema e) {
      return false;
    }
  }

  /// Whether a record of the topic of history is the last thing that a task sends when it forgets a
  /// series.
  static boolean endsForgetting(ConsumerRecord<byte[], byte[]> record, byte[] series) {
    return record.value() == null
        && isOfHistory(record, series)
        && HistoryKey.slot(record.key()) == HistoryKey.CORRECTION;
  }
}
