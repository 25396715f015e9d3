package io.eddy.processors.rollout;

import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
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
