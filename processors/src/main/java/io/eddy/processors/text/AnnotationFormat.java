package io.eddy.processors.text;

import io.eddy.model.checkpoint.CheckpointAverage;
import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.processors.rollout.Assembly;
import io.eddy.processors.rollout.Contribution;
import io.eddy.processors.rollout.ModelFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Models that count the words they know anew in every training.
///
/// @param reader of their checkpoints
/// @param <M> what a version is
record AnnotationFormat<M>(Function<byte[], M> reader) implements ModelFormat<M> {
  @Override
  public Assembly<M> read(byte[] file) {
    try {
      return new Assembly.Valid<>(reader.apply(file));
    } catch (CheckpointException e) {
      return new Assembly.Invalid<>("the file cannot be read: " + e.getMessage());
    }
  }

  /// The model that learned from the most: those of several partitions know different words, and
  /// the same numbers of their networks mean different ones, so that they have no mean.
  @Override
  public byte[] average(List<Contribution> contributions, Map<String, String> provenance) {
    Contribution most = contributions.getFirst();
    for (Contribution one : contributions) {
      most = one.weight() > most.weight() ? one : most;
    }
    Map<String, String> kept = new LinkedHashMap<>(provenance);
    kept.put("training.round.kept.windows", Long.toString(most.weight()));
    return CheckpointAverage.of(List.of(most.file()), new long[] {most.weight()}, kept);
  }
}
