package io.eddy.processors.text;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.ModelFormat;
import io.eddy.processors.training.ExampleFormat;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// A job that answers each message by itself, by versions that learned from messages which came
/// with their answers: all that the stream knows of what is answered.
///
/// @param <M> what a version is
/// @param <C> what is read of a message
/// @param <E> what is kept of a message to learn from
/// @param <A> what an answer is
public interface AnnotationJob<M, C, E, A extends SpecificRecord> {
  /// What answers are.
  Class<A> answers();

  /// How versions are read.
  ModelFormat<M> format();

  /// How messages to learn from are written.
  ExampleFormat<E> examples();

  /// What reads messages, on one task.
  Function<Record<byte[], byte[]>, Message<C>> reader(
      ProcessorsConfig config, SchemaRegistry schemas);

  /// What is to be learned from a message, by what it came with; null for nothing.
  ///
  /// @throws IllegalArgumentException with what is wrong, if it came with what no word has
  @Nullable E example(C message);

  /// What answers by a version, on one task.
  ///
  /// @param decision that put it in charge, perhaps of no version at all
  Function<Arrival<C>, A> engine(Decision<M> decision);
}
