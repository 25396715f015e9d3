package io.eddy.processors.rollout;

import io.eddy.schemas.avro.ModelManifest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/// One candidate of the contributions to a round: the mean of their weights, each counting as many
/// windows as it was trained on, and what can be said of all their origins together.
final class Averaging {
  /// Added up over partitions, whose series are different ones.
  private static final Set<String> SUMS =
      Set.of("data.keys", "data.windows", "data.windows.unreadable", "data.series", "data.values");

  /// One for each partition, in order; `training.partition` names them.
  private static final Set<String> LISTS =
      Set.of("training.partition", "training.job", "training.history.limit");

  private Averaging() {}

  /// The records of the candidate.
  ///
  /// @param contributions by partition, at least one
  /// @param files of the contributions, in their order
  static List<ModelMessage> candidate(
      Round round, List<ModelManifest> contributions, List<byte[]> files, ModelFormat<?> format) {
    Map<String, String> provenance = provenance(round, contributions);
    List<Contribution> parts = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      ModelManifest manifest = contributions.get(i);
      parts.add(
          new Contribution(files.get(i), weight(manifest), Round.report(manifest).getStatistics()));
    }
    Instant newest =
        contributions.stream()
            .map(ModelManifest::getCreatedAt)
            .max(Comparator.naturalOrder())
            .orElseThrow();
    return ModelArtifacts.candidate(
        format.average(parts, provenance), provenance, round.base(), newest);
  }

  /// The contribution that was trained on most, of equal ones that of the first partition.
  static ModelManifest largest(List<ModelManifest> contributions) {
    return contributions.stream()
        .reduce((one, other) -> weight(one) >= weight(other) ? one : other)
        .orElseThrow();
  }

  /// Windows that a contribution was trained on.
  private static long weight(ModelManifest contribution) {
    return Math.max(
        1, Long.parseLong(contribution.getProvenance().getOrDefault("data.windows", "1")));
  }

  static Map<String, String> provenance(Round round, List<ModelManifest> contributions) {
    List<Map<String, String>> origins =
        contributions.stream().map(ModelManifest::getProvenance).toList();
    Map<String, String> merged = new LinkedHashMap<>();
    for (String key : new TreeSet<>(origins.getFirst().keySet())) {
      List<String> values = origins.stream().map(origin -> origin.get(key)).toList();
      if (values.stream().anyMatch(Objects::isNull)) {
        continue;
      }
      if (SUMS.contains(key)) {
        merged.put(key, Long.toString(values.stream().mapToLong(Long::parseLong).sum()));
      } else if (LISTS.contains(key)) {
        merged.put(key, String.join(",", values));
      } else if (key.equals("data.from")) {
        merged.put(key, first(values, Comparator.naturalOrder()));
      } else if (key.equals("data.to")) {
        merged.put(key, first(values, Comparator.reverseOrder()));
      } else if (values.stream().distinct().count() == 1) {
        merged.put(key, values.getFirst());
      }
    }
    merged.put("training.round", Long.toString(round.number()));
    merged.put("training.round.windows", list(contributions, manifest -> "" + weight(manifest)));
    // Of each partition's own model on its own data: the mean itself has not been validated.
    if (origins.stream().allMatch(origin -> origin.containsKey("validation.loss"))) {
      merged.put(
          "training.round.validation.loss",
          list(
              contributions,
              manifest -> manifest.getProvenance().getOrDefault("validation.loss", "")));
    }
    return merged;
  }

  private static String first(List<String> instants, Comparator<Instant> order) {
    return instants.stream().map(Instant::parse).min(order).orElseThrow().toString();
  }

  private static String list(
      List<ModelManifest> contributions, Function<ModelManifest, String> of) {
    return contributions.stream().map(of).collect(Collectors.joining(","));
  }
}
