package io.eddy.model.checkpoint;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// One checkpoint of several of the same network: the weighted mean of each tensor. What a round of
/// local SGD ends with (McMahan et al. 2017): the trainings began from the same weights, so that
/// the same numbers of their networks mean the same.
public final class CheckpointAverage {

  private CheckpointAverage() {}

  /// The file of the mean. It depends on the order of the files in the last bits, so give them in
  /// an order that does not depend on chance.
  ///
  /// @param files of one network, at least one
  /// @param weights of the files, more than 0; they need not add up to 1
  /// @param provenance of the result; the files' own is dropped
  /// @throws CheckpointException if the files are no checkpoints of one and the same network
  public static byte[] of(List<byte[]> files, long[] weights, Map<String, String> provenance) {
    if (files.isEmpty() || files.size() != weights.length) {
      throw new IllegalArgumentException(
          files.size() + " files with " + weights.length + " weights, expected one for each");
    }
    Safetensors first = Safetensors.fromBytes(files.getFirst());
    Metadata.requireFormat(first);
    Map<String, String> metadata = Metadata.withoutProvenance(first);
    Map<String, double[]> sums = new LinkedHashMap<>();
    first.tensors().forEach((name, tensor) -> sums.put(name, new double[tensor.values().length]));
    double total = Arrays.stream(weights).asDoubleStream().sum();
    for (int i = 0; i < weights.length; i++) {
      Safetensors file = Safetensors.fromBytes(files.get(i));
      requireSameNetwork(file, metadata, first);
      double share = weights[i] / total;
      sums.forEach(
          (name, sum) ->
              add(Objects.requireNonNull(file.tensors().get(name)).values(), share, sum));
    }
    Map<String, Safetensors.Tensor> means = new LinkedHashMap<>();
    sums.forEach(
        (name, sum) ->
            means.put(
                name,
                new Safetensors.Tensor(
                    Objects.requireNonNull(first.tensors().get(name)).shape(), rounded(sum))));
    Metadata.add(metadata, provenance);
    return new Safetensors(metadata, means).toBytes();
  }

  private static void requireSameNetwork(
      Safetensors file, Map<String, String> metadata, Safetensors first) {
    if (!Metadata.withoutProvenance(file).equals(metadata)) {
      throw new CheckpointException(
          "the checkpoints are of different networks: one is "
              + Metadata.withoutProvenance(file)
              + ", another "
              + metadata);
    }
    if (!file.tensors().keySet().equals(first.tensors().keySet())) {
      throw new CheckpointException(
          "one checkpoint has tensors "
              + file.tensors().keySet()
              + ", another "
              + first.tensors().keySet());
    }
    first.tensors().forEach((name, tensor) -> ParameterTensors.checked(file, name, tensor.shape()));
  }

  private static void add(float[] values, double share, double[] sum) {
    for (int i = 0; i < values.length; i++) {
      sum[i] += share * values[i];
    }
  }

  private static float[] rounded(double[] sum) {
    float[] values = new float[sum.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) sum[i];
    }
    return values;
  }
}
