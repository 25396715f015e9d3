package io.eddy.processors.training;

import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.LearningListener;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How one kind of model learns from messages of which it is known what to say.
///
/// @param <M> what a version is
/// @param <T> what it learns from
interface AnnotationLearning<M, T> {
  /// What a window holds to learn from.
  ///
  /// @param window bytes that stand where other windows carry an anchor
  /// @throws IllegalArgumentException if it holds something else
  List<T> examples(ByteBuffer window);

  /// What is wrong with examples to learn from; null if nothing is.
  @Nullable String fault(List<T> examples);

  /// Learns from examples.
  ///
  /// @param heldOut examples that tell when it has learned enough
  M learn(List<T> examples, List<T> heldOut, long seed, Team team, LearningListener listener);

  /// How wrong a model is about examples, mean; 0 at best.
  double loss(M model, List<T> examples);

  /// The file of a model, with where it comes from.
  byte[] file(M model, Map<String, String> provenance);
}
