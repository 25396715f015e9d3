package io.eddy.processors.rollout;

import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.training.WidthCounts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Forecasters of one shape.
public final class ForecasterFormat implements ModelFormat<Forecaster> {
  private final ForecasterSpec shape;

  /// @param spec what a forecaster must be made of to serve here
  public ForecasterFormat(ForecasterSpec spec) {
    this.shape = spec.shape();
  }

  @Override
  public Assembly<Forecaster> read(byte[] file) {
    Forecaster forecaster;
    try {
      forecaster = ForecasterCheckpoint.read(file);
    } catch (CheckpointException e) {
      return new Assembly.Invalid<>("the file cannot be read: " + e.getMessage());
    }
    ForecasterSpec found = forecaster.spec().shape();
    if (!found.equals(shape)) {
      return new Assembly.Invalid<>(
          "the model was made for other settings: " + String.join(", ", differences(found, shape)));
    }
    return new Assembly.Valid<>(forecaster);
  }

  /// The mean of the weights, calibrated by the sums of what the trainers counted: a mean of their
  /// factors would promise what no data have shown.
  @Override
  public byte[] average(List<Contribution> contributions, Map<String, String> provenance) {
    byte[] file = ModelFormat.super.average(contributions, provenance);
    if (contributions.stream().anyMatch(one -> !one.statistics().hasRemaining())) {
      return file; // Of a trainer that counts nothing; the factors' mean is all there is.
    }
    Forecaster mean = ForecasterCheckpoint.read(file);
    float[] factors =
        contributions.stream()
            .map(one -> WidthCounts.decode(one.statistics(), mean.spec()))
            .reduce(WidthCounts::plus)
            .orElseThrow()
            .factors(mean.spec());
    return ForecasterCheckpoint.write(
        new Forecaster(mean.spec(), mean.parameters(), factors, mean.provenance()));
  }

  private static List<String> differences(ForecasterSpec is, ForecasterSpec expected) {
    Map<String, String> wanted = new HashMap<>(expected.toMetadata());
    List<String> differences = new ArrayList<>();
    is.toMetadata()
        .forEach(
            (key, value) -> {
              if (!Objects.equals(value, wanted.get(key))) {
                differences.add(key + " is " + value + ", expected " + wanted.get(key));
              }
            });
    return differences;
  }
}
