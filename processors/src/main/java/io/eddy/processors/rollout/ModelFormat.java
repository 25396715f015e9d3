package io.eddy.processors.rollout;

import io.eddy.model.checkpoint.CheckpointAverage;
import java.util.List;
import java.util.Map;

/// How the versions of an application's model are read from their files.
///
/// @param <M> what a version is
@FunctionalInterface
public interface ModelFormat<M> {
  /// Reads a whole file, and says what is wrong with one that cannot serve here: it is none of this
  /// format, or was made for other settings.
  Assembly<M> read(byte[] file);

  /// The file of one model of those that were trained from the same weights, each on data of its
  /// own: the mean of all weights. What a format holds besides weights it must average by itself.
  ///
  /// @param contributions at least one, each of which [#read] takes, in a fixed order
  /// @param provenance of the result
  default byte[] average(List<Contribution> contributions, Map<String, String> provenance) {
    return CheckpointAverage.of(
        contributions.stream().map(Contribution::file).toList(),
        contributions.stream().mapToLong(Contribution::weight).toArray(),
        provenance);
  }
}
