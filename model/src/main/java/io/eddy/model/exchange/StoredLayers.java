package io.eddy.model.exchange;

import io.eddy.model.checkpoint.Safetensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Recognises layers by the names and shapes of their tensors.
final class StoredLayers {

  private static final Pattern RECURRENT = Pattern.compile("weight_ih_l(\\d+)(_reverse)?");
  private static final List<String> ENCODER_LAYER =
      List.of(
          "self_attn.in_proj_weight",
          "self_attn.out_proj.weight",
          "linear1.weight",
          "linear2.weight",
          "norm1.weight",
          "norm2.weight");

  private final TreeMap<String, Safetensors.Tensor> left;
  private final List<StoredLayer> layers = new ArrayList<>();

  private StoredLayers(Map<String, Safetensors.Tensor> tensors) {
    left = new TreeMap<>(tensors);
  }

  static List<StoredLayer> of(Map<String, Safetensors.Tensor> tensors) {
    var layers = new StoredLayers(tensors);
    layers.findEncoderLayers();
    layers.findAttentions();
    layers.findOthers();
    layers.layers.sort((one, other) -> one.name().compareTo(other.name()));
    return List.copyOf(layers.layers);
  }

  private void findEncoderLayers() {
    for (String module : modulesWith(ENCODER_LAYER.getFirst())) {
      if (ENCODER_LAYER.stream().allMatch(name -> left.containsKey(module + name))) {
        add(
            module,
            "TransformerEncoderLayer(d_model=%d, dim_feedforward=%d)"
                .formatted(shape(module + "norm1.weight")[0], shape(module + "linear1.weight")[0]),
            name ->
                List.of("self_attn.", "linear1.", "linear2.", "norm1.", "norm2.").stream()
                    .anyMatch(name::startsWith));
      }
    }
  }

  private void findAttentions() {
    for (String module : modulesWith("out_proj.weight")) {
      boolean joined = left.containsKey(module + "in_proj_weight");
      if (joined || left.containsKey(module + "q_proj_weight")) {
        String more =
            joined
                ? ""
                : ", kdim=%d, vdim=%d"
                    .formatted(
                        columns(module + "k_proj_weight"), columns(module + "v_proj_weight"));
        String bias = left.containsKey(module + "in_proj_bias") ? "" : ", bias=False";
        add(
            module,
            "MultiheadAttention(embed_dim=%d%s%s)"
                .formatted(shape(module + "out_proj.weight")[0], more, bias),
            name ->
                name.startsWith("out_proj.")
                    || name.matches("(in|q|k|v)_proj_(weight|bias)|bias_[kv]"));
      }
    }
  }

  private List<String> modulesWith(String suffix) {
    return left.keySet().stream()
        .filter(name -> name.equals(suffix) || name.endsWith("." + suffix))
        .map(name -> name.substring(0, name.length() - suffix.length()))
        .toList();
  }

  private void findOthers() {
    while (!left.isEmpty()) {
      String module = module(left.firstKey());
      SortedMap<String, int[]> shapes = new TreeMap<>();
      left.forEach(
          (name, tensor) -> {
            if (module(name).equals(module)) {
              shapes.put(name.substring(module.length()), tensor.shape());
            }
          });
      String description = recurrent(shapes);
      add(
          module,
          description == null ? simple(module, shapes) : description,
          name -> name.indexOf('.') < 0);
    }
  }

  private static String module(String name) {
    return name.substring(0, name.lastIndexOf('.') + 1);
  }

  private static @Nullable String recurrent(SortedMap<String, int[]> shapes) {
    int layers = 0;
    boolean bidirectional = false;
    for (String name : shapes.keySet()) {
      Matcher matcher = RECURRENT.matcher(name);
      if (matcher.matches()) {
        layers = Math.max(layers, number(matcher.group(1)) + 1);
        bidirectional |= matcher.group(2) != null;
      }
    }
    int[] state = matrix(shapes, "weight_hh_l0");
    int[] projection = matrix(shapes, "weight_hr_l0");
    int hiddenSize = projection[1] > 0 ? projection[1] : state[1];
    if (layers == 0 || hiddenSize == 0 || state[0] % hiddenSize != 0) {
      return null;
    }
    String kind =
        switch (state[0] / hiddenSize) {
          case 1 -> "RNN";
          case 3 -> "GRU";
          case 4 -> "LSTM";
          default -> null;
        };
    if (kind == null) {
      return null;
    }
    var text = new StringBuilder(kind);
    text.append("(input_size=")
        .append(matrix(shapes, "weight_ih_l0")[1])
        .append(", hidden_size=")
        .append(hiddenSize);
    if (layers > 1) {
      text.append(", num_layers=").append(layers);
    }
    if (!shapes.containsKey("bias_ih_l0")) {
      text.append(", bias=False");
    }
    if (bidirectional) {
      text.append(", bidirectional=True");
    }
    if (projection[0] > 0) {
      text.append(", proj_size=").append(projection[0]);
    }
    return text.append(')').toString();
  }

  private static int number(String digits) {
    return digits.length() > 6 ? 0 : Integer.parseInt(digits);
  }

  /// A matrix's shape; zeros if there is none of that name.
  private static int[] matrix(SortedMap<String, int[]> shapes, String name) {
    int[] shape = shapes.get(name);
    return shape == null || shape.length != 2 ? new int[2] : shape;
  }

  private static String simple(String module, SortedMap<String, int[]> shapes) {
    int[] weight = shapes.get("weight");
    boolean bias = shapes.containsKey("bias");
    if (shapes.containsKey("running_mean")) {
      String affine = weight == null ? ", affine=False" : "";
      return "BatchNorm1d(num_features=%d%s)"
          .formatted(elements(Objects.requireNonNull(shapes.get("running_mean"))), affine);
    }
    if (weight == null) {
      return "unknown";
    }
    String noBias = bias ? "" : ", bias=False";
    return switch (weight.length) {
      case 1 -> "LayerNorm(normalized_shape=%d%s)".formatted(weight[0], noBias);
      case 2 -> {
        String linear =
            "Linear(in_features=%d, out_features=%d%s)".formatted(weight[1], weight[0], noBias);
        String embedding =
            "Embedding(num_embeddings=%d, embedding_dim=%d)".formatted(weight[0], weight[1]);
        if (bias) {
          yield linear;
        }
        // Both are one matrix without a bias: only the name can tell.
        yield module.toLowerCase(Locale.ROOT).contains("emb")
            ? embedding
            : linear + " or " + embedding;
      }
      case 3 ->
          "Conv1d(in_channels=%d, out_channels=%d, kernel_size=%d%s)"
              .formatted(weight[1], weight[0], weight[2], noBias);
      default -> "unknown";
    };
  }

  private static long elements(int[] shape) {
    return Arrays.stream(shape).asLongStream().reduce(1, (one, other) -> one * other);
  }

  private int[] shape(String name) {
    int[] shape = Objects.requireNonNull(left.get(name)).shape();
    return shape.length == 0 ? new int[] {0} : shape;
  }

  private int columns(String name) {
    Safetensors.Tensor tensor = left.get(name);
    return tensor == null || tensor.shape().length != 2 ? 0 : tensor.shape()[1];
  }

  /// Takes the module's tensors whose names go on as said.
  private void add(String module, String description, Predicate<String> belongs) {
    List<String> names =
        left.keySet().stream()
            .filter(
                name -> name.startsWith(module) && belongs.test(name.substring(module.length())))
            .toList();
    String name = module.isEmpty() ? "" : module.substring(0, module.length() - 1);
    layers.add(new StoredLayer(name, description, names, count(names)));
    names.forEach(left::remove);
  }

  private long count(Collection<String> names) {
    return names.stream()
        .mapToLong(name -> Objects.requireNonNull(left.get(name)).values().length)
        .sum();
  }
}
