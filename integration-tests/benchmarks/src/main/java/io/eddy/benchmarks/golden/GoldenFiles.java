package io.eddy.benchmarks.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.eddy.benchmarks.peer.Torch;
import io.eddy.model.checkpoint.Safetensors;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Lets libtorch compute every [GoldenCases] case and writes one safetensors file for each.
///
/// Names: `input.*`, `parameter.*` (PyTorch's state dict), `output.*`, `gradient.*` (of
/// `output.loss`, else of `sum(output.output * input.cotangent)`, by that input or parameter) and
/// `after_ten_<optimizer>.*` (the parameters after ten steps down that gradient).
@Command(
    name = "golden",
    description = "Writes what libtorch computes into golden files for model's tests.",
    mixinStandardHelpOptions = true)
public final class GoldenFiles implements Callable<Integer> {

  private static final String COMMAND = "./integration-tests/benchmarks/run golden";

  /// The largest difference between the layer put together here and libtorch's own fused operator.
  private static final float AGREEMENT = 2e-6f;

  @Spec private CommandSpec spec;

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description = "where to write, by default ${DEFAULT-VALUE}",
      defaultValue = "model/src/test/resources/golden")
  private Path folder;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  public GoldenFiles() {}

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(folder);
    PrintWriter out = spec.commandLine().getOut();
    long total = 0;
    for (Map.Entry<String, Safetensors> file : compute().entrySet()) {
      byte[] bytes = file.getValue().toBytes();
      total += bytes.length;
      Files.write(folder.resolve(file.getKey() + ".safetensors"), bytes);
      out.printf(
          "%-45s %6d bytes, %2d tensors%n",
          file.getKey(), bytes.length, file.getValue().tensors().size());
    }
    out.printf("%d bytes in %s%n", total, folder);
    out.flush();
    return 0;
  }

  /// All files by name.
  static Map<String, Safetensors> compute() {
    Map<String, Safetensors> files = new LinkedHashMap<>();
    try (Torch torch = Torch.open()) {
      for (GoldenCase golden : GoldenCases.all()) {
        files.put(golden.name(), compute(torch, golden));
      }
    }
    return files;
  }

  private static Safetensors compute(Torch torch, GoldenCase golden) {
    var script = new StringBuilder(script(golden));
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("case", golden.name());
    metadata.put("written_by", COMMAND);
    metadata.put("torch", Torch.version());
    golden.settings().forEach((key, value) -> metadata.put("setting." + key, value));
    if (golden.optimized()) {
      for (OptimizerScript optimizer : OptimizerScript.values()) {
        script.append(optimizer.script());
        metadata.put("optimizer." + optimizer.label(), optimizer.arguments());
      }
    }
    Torch.Module module = torch.compile(script.toString());
    Map<String, Safetensors.Tensor> tensors = new TreeMap<>();
    tensors.putAll(golden.constants());
    tensors.putAll(golden.differentiable());
    Map<String, Safetensors.Tensor> outputs = call(torch, module, "equations", golden);
    check(golden, outputs);
    tensors.putAll(outputs);
    call(torch, module, "gradients", golden)
        .forEach((name, tensor) -> tensors.put("gradient." + suffix(name), tensor));
    if (golden.optimized()) {
      for (OptimizerScript optimizer : OptimizerScript.values()) {
        call(torch, module, optimizer.method(), golden)
            .forEach(
                (name, tensor) ->
                    tensors.put("after_ten_" + optimizer.label() + "." + suffix(name), tensor));
      }
    }
    return new Safetensors(metadata, tensors);
  }

  private static Map<String, Safetensors.Tensor> call(
      Torch torch, Torch.Module module, String method, GoldenCase golden) {
    try (NDList inputs = new NDList()) {
      add(torch, "c", golden.constants(), inputs);
      add(torch, "p", golden.differentiable(), inputs);
      Map<String, Safetensors.Tensor> results = new TreeMap<>();
      for (NDArray result : module.callWithGradients(method, inputs)) {
        results.put(result.getName(), tensor(result));
      }
      return results;
    }
  }

  private static void add(
      Torch torch, String dictionary, Map<String, Safetensors.Tensor> tensors, NDList inputs) {
    tensors.forEach(
        (name, tensor) -> {
          NDArray array = torch.tensor(tensor.values(), tensor.shape());
          array.setName(dictionary + "." + name);
          inputs.add(array);
        });
  }

  private static Safetensors.Tensor tensor(NDArray array) {
    long[] sizes = array.getShape().getShape();
    int[] shape = new int[sizes.length];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = Math.toIntExact(sizes[i]);
    }
    return new Safetensors.Tensor(shape, array.toFloatArray());
  }

  /// Compares `check.x` with `output.x` and takes it out.
  private static void check(GoldenCase golden, Map<String, Safetensors.Tensor> outputs) {
    for (String name : List.copyOf(outputs.keySet())) {
      if (name.startsWith("check.")) {
        float[] expected = Objects.requireNonNull(outputs.remove(name)).values();
        float[] actual = Objects.requireNonNull(outputs.get("output." + suffix(name))).values();
        for (int i = 0; i < expected.length; i++) {
          if (!(Math.abs(expected[i] - actual[i]) <= AGREEMENT)) {
            throw new IllegalStateException(
                "%s: element %d is %s here and %s in libtorch's fused operator"
                    .formatted(golden.name(), i, actual[i], expected[i]));
          }
        }
      }
    }
  }

  private static String suffix(String name) {
    return name.substring(name.indexOf('.') + 1);
  }

  private static String script(GoldenCase golden) {
    return """
      def equations(self: __torch__.Program, c: Dict[str, Tensor], p: Dict[str, Tensor]) -> Dict[str, Tensor]:
    %s\
      def gradients(self: __torch__.Program, c: Dict[str, Tensor], p: Dict[str, Tensor]) -> Dict[str, Tensor]:
        leaves = annotate(Dict[str, Tensor], {})
        variables = annotate(List[Tensor], [])
        for k in p.keys():
          leaf = torch.requires_grad_(torch.detach(torch.clone(p[k])))
          leaves[k] = leaf
          variables = variables + [leaf]
        outputs = self.equations(c, leaves)
        if "output.loss" in outputs:
          loss = outputs["output.loss"]
        else:
          loss = torch.sum(outputs["output.output"] * c["input.cotangent"])
        found = torch.grad([loss], variables)
        gradients = annotate(Dict[str, Tensor], {})
        i = 0
        for k in p.keys():
          gradients[k] = unchecked_cast(Tensor, found[i])
          i = i + 1
        return gradients
    """
        .formatted(golden.equations());
  }
}
