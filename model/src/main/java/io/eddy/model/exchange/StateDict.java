package io.eddy.model.exchange;

import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.model.checkpoint.ParameterTensors;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A PyTorch module's weights by name, as `module.state_dict()` gives them and safetensors keeps
/// them: names, shapes and gate order are PyTorch's, so nothing has to be converted.
///
/// A program's parameters are filled by name. Two things of PyTorch's have no parameter here and
/// are let through: `num_batches_tracked` of a batch normalisation, which counts for
/// `momentum=None` alone, and the biases of a recurrent layer that was built with `bias=False`,
/// which are zeros.
public final class StateDict {

  private static final String REVERSE = "_reverse";
  private static final String BATCH_COUNT = "num_batches_tracked";
  private static final Pattern RECURRENT_BIAS =
      Pattern.compile("(.*)bias_[ih]h(_l\\d+(?:_reverse)?)");
  private static final Pattern PROJECTION = Pattern.compile("(.*\\.)?weight_hr_l\\d+(_reverse)?");

  private final TreeMap<String, Safetensors.Tensor> tensors;
  private final String prefix; // what was taken off all names, for messages

  private StateDict(Map<String, Safetensors.Tensor> tensors, String prefix) {
    this.tensors = new TreeMap<>(tensors);
    this.prefix = prefix;
  }

  /// What came of laying a state dict beside a list of parameters.
  ///
  /// @param loaded names in both, with equal shapes
  /// @param absentBiases biases of recurrent layers that have none in the state dict: zeros
  /// @param missing names of parameters that the state dict lacks
  /// @param unknown names of the state dict that no parameter has
  /// @param unfit what is wrong with names in both: shapes that differ, values that are not finite
  public record Comparison(
      List<String> loaded,
      List<String> absentBiases,
      List<String> missing,
      List<String> unknown,
      List<String> unfit) {

    public Comparison {
      loaded = List.copyOf(loaded);
      absentBiases = List.copyOf(absentBiases);
      missing = List.copyOf(missing);
      unknown = List.copyOf(unknown);
      unfit = List.copyOf(unfit);
    }

    /// Whether every parameter has its tensor, and every tensor its parameter.
    public boolean fits() {
      return missing.isEmpty() && unknown.isEmpty() && unfit.isEmpty();
    }
  }

  /// All tensors of a file.
  public static StateDict of(Safetensors file) {
    return new StateDict(file.tensors(), "");
  }

  /// Tensors by name.
  public static StateDict of(Map<String, Safetensors.Tensor> tensors) {
    return new StateDict(tensors, "");
  }

  /// Parameters in PyTorch's layout.
  public static StateDict of(Parameters parameters) {
    Map<String, Safetensors.Tensor> tensors = new TreeMap<>();
    for (ParameterSpec spec : parameters.specs()) {
      tensors.put(spec.name(), ParameterTensors.toTensor(spec, parameters.values(spec.name())));
    }
    return new StateDict(tensors, "");
  }

  /// The tensors whose names begin with a prefix, by the rest of their names.
  ///
  /// @param under such as `encoder.rnn.`; the dot may be left out
  /// @throws CheckpointException if there is none; the message lists the names there are
  public StateDict under(String under) {
    if (under.isEmpty()) {
      return this;
    }
    String start = under.endsWith(".") ? under : under + ".";
    TreeMap<String, Safetensors.Tensor> rest = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(start)) {
            rest.put(name.substring(start.length()), tensor);
          }
        });
    if (rest.isEmpty()) {
      throw new CheckpointException(
          "no tensor's name begins with " + start + ", there are " + tensors.keySet());
    }
    return new StateDict(rest, prefix + start);
  }

  /// The same tensors, with a prefix before each name: the reverse of [#under].
  public StateDict withPrefix(String before) {
    TreeMap<String, Safetensors.Tensor> renamed = new TreeMap<>();
    tensors.forEach((name, tensor) -> renamed.put(before + name, tensor));
    return new StateDict(renamed, "");
  }

  /// The backward direction of a bidirectional recurrent layer: the tensors named `..._reverse`, by
  /// the names of a forward direction, since both are the same program.
  public StateDict backward() {
    TreeMap<String, Safetensors.Tensor> reversed = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (name.endsWith(REVERSE)) {
            reversed.put(name.substring(0, name.length() - REVERSE.length()), tensor);
          }
        });
    if (reversed.isEmpty()) {
      throw new CheckpointException(
          "no tensor's name ends with " + REVERSE + ", there are " + named(tensors.keySet()));
    }
    return new StateDict(reversed, prefix);
  }

  /// The forward direction of a bidirectional recurrent layer: all but the tensors named
  /// `..._reverse`.
  public StateDict forward() {
    TreeMap<String, Safetensors.Tensor> kept = new TreeMap<>(tensors);
    kept.keySet().removeIf(name -> name.endsWith(REVERSE));
    return new StateDict(kept, prefix);
  }

  /// The tensors by name, sorted.
  public Map<String, Safetensors.Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /// The layers that the names and shapes tell of.
  public List<StoredLayer> layers() {
    return StoredLayers.of(tensors);
  }

  /// Lays this beside parameters; changes nothing.
  public Comparison compare(List<ParameterSpec> parameters) {
    List<String> loaded = new ArrayList<>();
    List<String> absentBiases = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    List<String> unfit = new ArrayList<>();
    Set<String> unknown = new TreeSet<>(tensors.keySet());
    for (ParameterSpec spec : parameters) {
      Safetensors.Tensor tensor = tensors.get(spec.name());
      unknown.remove(spec.name());
      if (tensor != null) {
        String problem = problem(spec, tensor);
        (problem == null ? loaded : unfit).add(problem == null ? spec.name() : problem);
      } else if (isBiasOfLayerWithoutBiases(spec.name())) {
        absentBiases.add(spec.name());
      } else {
        missing.add(spec.name());
      }
    }
    unknown.removeIf(name -> name.equals(BATCH_COUNT) || name.endsWith("." + BATCH_COUNT));
    return new Comparison(loaded, absentBiases, missing, List.copyOf(unknown), unfit);
  }

  private @Nullable String problem(ParameterSpec spec, Safetensors.Tensor tensor) {
    if (!isShapeOf(spec, tensor.shape())) {
      return spec.name()
          + " has shape "
          + Arrays.toString(tensor.shape())
          + ", expected "
          + Arrays.toString(spec.shape());
    }
    for (float value : tensor.values()) {
      if (!Float.isFinite(value)) {
        return spec.name() + " holds " + value + ", expected finite numbers";
      }
    }
    return null;
  }

  /// A convolution's weight (outputs, channels, kernel) is a matrix (outputs, channels · kernel).
  private static boolean isShapeOf(ParameterSpec spec, int[] shape) {
    if (shape.length <= 2) {
      return Arrays.equals(shape, spec.shape());
    }
    long rest = 1;
    for (int i = 1; i < shape.length; i++) {
      rest *= shape[i];
    }
    return spec.isMatrix() && shape[0] == spec.outputs() && rest == spec.inputs();
  }

  private boolean isBiasOfLayerWithoutBiases(String name) {
    Matcher bias = RECURRENT_BIAS.matcher(name);
    return bias.matches()
        && tensors.containsKey(bias.group(1) + "weight_ih" + bias.group(2))
        && !tensors.containsKey(bias.group(1) + "bias_ih" + bias.group(2))
        && !tensors.containsKey(bias.group(1) + "bias_hh" + bias.group(2));
  }

  /// Writes every tensor into the parameter of its name.
  ///
  /// @return what was loaded, and what was not there to be
  /// @throws CheckpointException if a parameter has no tensor, a tensor no parameter, or shapes
  ///   differ; then nothing was written
  public Comparison fill(Parameters parameters) {
    refuseProjections();
    Comparison comparison = compare(parameters.specs());
    if (!comparison.fits()) {
      throw new CheckpointException(complaint(comparison));
    }
    for (ParameterSpec spec : parameters.specs()) {
      Safetensors.Tensor tensor = tensors.get(spec.name());
      float[] stored = parameters.values(spec.name());
      if (tensor == null) {
        Arrays.fill(stored, 0);
      } else {
        ParameterTensors.store(spec, tensor.values(), stored);
      }
    }
    return comparison;
  }

  /// New parameters, filled as by [#fill].
  public Parameters toParameters(List<ParameterSpec> specs) {
    refuseProjections();
    // Before the allocation: a program may want far more than the file has.
    Comparison comparison = compare(specs);
    if (!comparison.fits()) {
      throw new CheckpointException(complaint(comparison));
    }
    Parameters parameters = Parameters.zeros(specs);
    fill(parameters);
    return parameters;
  }

  private void refuseProjections() {
    for (String name : tensors.keySet()) {
      if (PROJECTION.matcher(name).matches()) {
        throw new CheckpointException(
            "tensor "
                + prefix
                + name
                + " belongs to an LSTM with proj_size: that variant is not supported, train it with"
                + " proj_size=0");
      }
    }
  }

  private String complaint(Comparison comparison) {
    List<String> parts = new ArrayList<>();
    if (!comparison.unfit().isEmpty()) {
      parts.add(String.join("; ", comparison.unfit()));
    }
    if (!comparison.missing().isEmpty()) {
      parts.add("missing: " + comparison.missing());
    }
    if (!comparison.unknown().isEmpty()) {
      parts.add("not of this network: " + comparison.unknown());
    }
    return "the state dict"
        + (prefix.isEmpty() ? "" : " under " + prefix)
        + " does not fit the network: "
        + String.join("; ", parts)
        + "; the file holds "
        + (tensors.isEmpty()
            ? "no tensors"
            : layers().stream().map(StoredLayer::toString).toList());
  }

  private List<String> named(Set<String> names) {
    return names.stream().map(name -> prefix + name).toList();
  }

  /// A file of these tensors.
  ///
  /// @param metadata free text by key
  public Safetensors toSafetensors(Map<String, String> metadata) {
    return new Safetensors(metadata, tensors);
  }

  /// The tensor of that name.
  ///
  /// @throws CheckpointException if there is none; the message lists the names there are
  public Safetensors.Tensor tensor(String name) {
    if (!tensors.containsKey(name)) {
      throw new CheckpointException(
          "no tensor is named " + prefix + name + ", there are " + named(tensors.keySet()));
    }
    return Objects.requireNonNull(tensors.get(name));
  }
}
