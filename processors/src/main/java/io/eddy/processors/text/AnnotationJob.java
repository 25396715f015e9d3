package io.eddy.processors.text;

import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.ModelFormat;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;

/// A job that answers each message by itself, by versions that learned from messages which came
/// with their answers: all that the stream knows of what is answered.
///
/// @param <M> what a version is
/// @param <A> what an answer is
public interface AnnotationJob<M, A extends SpecificRecord> {
  /// What answers are.
  Class<A> answers();

  /// How versions are read.
  ModelFormat<M> format();

  /// Whether something is to be learned from a message, by what it came with.
  ///
  /// @throws IllegalArgumentException with what is wrong, if it came with what no word has
  boolean teaches(Annotated message);

  /// What answers by a version, on one task.
  ///
  /// @param decision that put it in charge, perhaps of no version at all
  Function<Annotated, A> engine(Decision<M> decision);
}
