package io.eddy.deploy.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.terminal.Text;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.exchange.StateDict;
import io.eddy.model.exchange.StoredLayer;
import io.eddy.model.exchange.onnx.OnnxException;
import io.eddy.model.exchange.onnx.OnnxNetwork;
import io.eddy.model.exchange.onnx.OnnxReader;
import io.eddy.model.exchange.onnx.OnnxSummary;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.series.SeriesSpec;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `eddy model inspect`: what a file holds.
@Command(
    name = "inspect",
    description = {
      "Tells what a file holds: a checkpoint of Eddy's, PyTorch's weights (safetensors) or an ONNX"
          + " graph.",
      "",
      "Shows layers, tensors with their shapes, where it comes from, and whether Eddy can make a"
          + " network of it."
    },
    footer = {
      "%nExamples:",
      "  eddy model inspect model.safetensors",
      "  eddy model inspect model.onnx --json"
    })
final class ModelInspectCommand implements Callable<Integer> {
  private static final int LONGEST_NAME = 60;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Parameters(paramLabel = "FILE", description = "A safetensors or an ONNX file.")
  private Path path;

  @Option(names = "--json", description = "One JSON object instead of tables.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  /// A row of the table of tensors.
  private record TensorRow(String name, String type, String shape, long elements) {}

  @Override
  public Integer call() throws JsonProcessingException {
    ModelFile file = ModelFile.read(path);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(new ObjectMapper().writeValueAsString(toJson(file)));
    } else {
      switch (file) {
        case ModelFile.Checkpoint checkpoint -> print(out, checkpoint);
        case ModelFile.Text text -> print(out, text);
        case ModelFile.Weights weights -> print(out, weights);
        case ModelFile.Onnx onnx -> print(out, onnx);
      }
      out.flush();
    }
    return ExitCode.OK;
  }

  private void print(PrintWriter out, ModelFile.Checkpoint checkpoint) {
    out.printf(
        Locale.ROOT,
        "%s: checkpoint of a forecaster, %,d parameters%n",
        path,
        checkpoint.forecaster().parameters().elementCount());
    out.println();
    table(out, describe(checkpoint.forecaster().spec()));
    section(out, "provenance", checkpoint.forecaster().provenance());
    printTensors(out, rows(checkpoint.file()));
  }

  private void print(PrintWriter out, ModelFile.Text text) {
    Safetensors file = Safetensors.fromBytes(text.bytes());
    out.printf(
        Locale.ROOT,
        "%s: checkpoint of a %s, %,d parameters%n",
        path,
        text.checkpoint().network(),
        parameterCount(file));
    section(out, "settings", text.checkpoint().settings());
    section(out, "provenance", text.checkpoint().provenance());
    printTensors(out, rows(file));
  }

  private static long parameterCount(Safetensors file) {
    return file.tensors().values().stream().mapToLong(tensor -> tensor.values().length).sum();
  }

  private void print(PrintWriter out, ModelFile.Weights weights) {
    List<StoredLayer> layers = StateDict.of(weights.file()).layers();
    out.printf(
        Locale.ROOT,
        "%s: weights by PyTorch's names, %,d parameters%n",
        path,
        layers.stream().mapToLong(StoredLayer::parameterCount).sum());
    Map<String, String> described = new LinkedHashMap<>();
    for (StoredLayer layer : layers) {
      described.put(
          layer.name().isEmpty() ? "(no name)" : layer.name(),
          "%s  %,d parameters".formatted(layer.description(), layer.parameterCount()));
    }
    section(out, "layers", described);
    section(out, "metadata", weights.file().metadata());
    printTensors(out, rows(weights.file()));
  }

  private void print(PrintWriter out, ModelFile.Onnx onnx) {
    OnnxSummary summary = onnx.summary();
    List<TensorRow> rows = rows(summary);
    out.printf(
        Locale.ROOT,
        "%s: ONNX%s, operator set %d, by %s, %,d constants%n",
        path,
        onnx.isForecaster() ? " of a forecaster of Eddy's" : "",
        summary.operatorSet(),
        summary.producer().isEmpty() ? "(not named)" : summary.producer(),
        rows.stream().mapToLong(TensorRow::elements).sum());
    section(out, "inputs", entries(summary.inputs()));
    section(out, "outputs", entries(summary.outputs()));
    Map<String, String> operators = new LinkedHashMap<>();
    summary.operators().forEach((type, count) -> operators.put(type, Integer.toString(count)));
    section(out, "operators", operators);
    section(out, "metadata", summary.metadata());
    printTensors(out, rows);
    out.println();
    out.println(verdict(onnx.bytes()));
  }

  /// Whether a program can be made of a graph.
  private static String verdict(byte[] bytes) {
    try {
      OnnxNetwork network = OnnxReader.read(bytes);
      return "one step of it: from %s to %s, with a state of %d floats"
          .formatted(
              network.inputs().keySet(), network.outputs().keySet(), network.program().stateSize());
    } catch (OnnxException e) {
      return "it cannot be imported: " + e.getMessage();
    }
  }

  private static Map<String, String> describe(ForecasterSpec spec) {
    Map<String, String> described = new LinkedHashMap<>();
    described.put("cell", spec.cell().name().toLowerCase(Locale.ROOT));
    described.put("hidden size", Integer.toString(spec.hiddenSize()));
    described.put("layers", Integer.toString(spec.layerCount()));
    described.put("horizon", Integer.toString(spec.horizon()));
    SeriesSpec series = spec.series();
    described.put("season", joined(series.seasons()));
    described.put("base", written(series.base()));
    described.put("power", Double.toString(series.power()));
    described.put("scale", written(series.scale()));
    described.put("non-negative", series.nonNegative() ? "yes" : "no");
    described.put("calendar", joined(series.calendar()));
    described.put("zone", series.zone().getId());
    described.put("lags", Integer.toString(spec.lagCount()));
    described.put("confidence", joined(spec.confidences()));
    described.put("forecast value", written(spec.value()));
    described.put("window", Integer.toString(spec.windowSize()));
    described.put("ensemble", Integer.toString(spec.ensemble()));
    described.put("head", spec.head().written());
    return described;
  }

  private static String joined(List<?> values) {
    return values.isEmpty()
        ? "none"
        : values.stream()
            .map(value -> value.toString().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
  }

  private static String written(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, String> entries(List<OnnxSummary.Entry> entries) {
    Map<String, String> described = new LinkedHashMap<>();
    entries.forEach(entry -> described.put(entry.name(), entry.type() + " " + entry.shape()));
    return described;
  }

  private static void section(PrintWriter out, String title, Map<String, String> rows) {
    if (!rows.isEmpty()) {
      out.println();
      out.println(title);
      table(out, rows);
    }
  }

  private static void table(PrintWriter out, Map<String, String> rows) {
    int width = width(List.copyOf(rows.keySet()));
    rows.forEach((name, value) -> out.println("  " + Text.left(name, width) + "  " + value));
  }

  private static int width(List<String> names) {
    return Math.min(LONGEST_NAME, names.stream().mapToInt(String::length).max().orElse(0));
  }

  private static void printTensors(PrintWriter out, List<TensorRow> rows) {
    int width = width(rows.stream().map(TensorRow::name).toList());
    int shapeWidth = width(rows.stream().map(TensorRow::shape).toList());
    out.println();
    out.printf(Locale.ROOT, "tensors (%d)%n", rows.size());
    for (TensorRow row : rows) {
      out.printf(
          Locale.ROOT,
          "  %s  %s  %s  %,d%n",
          Text.left(row.name(), width),
          Text.left(row.type(), 8),
          Text.left(row.shape(), shapeWidth),
          row.elements());
    }
  }

  private static List<TensorRow> rows(Safetensors file) {
    List<TensorRow> rows = new ArrayList<>();
    file.tensors()
        .forEach(
            (name, tensor) ->
                rows.add(
                    new TensorRow(
                        name,
                        file.typeInFile(name),
                        Arrays.toString(tensor.shape()),
                        tensor.values().length)));
    return rows;
  }

  private static List<TensorRow> rows(OnnxSummary summary) {
    List<TensorRow> rows = new ArrayList<>();
    for (OnnxSummary.Entry entry : summary.initializers()) {
      long elements = 1;
      for (String size : entry.shape()) {
        elements *= Long.parseLong(size);
      }
      rows.add(new TensorRow(entry.name(), entry.type(), entry.shape().toString(), elements));
    }
    return rows;
  }

  private Map<String, Object> toJson(ModelFile file) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", path.toString());
    switch (file) {
      case ModelFile.Checkpoint checkpoint -> {
        Forecaster forecaster = checkpoint.forecaster();
        object.put("kind", "checkpoint");
        object.put("network", forecaster.spec().toMetadata());
        object.put("parameters", forecaster.parameters().elementCount());
        object.put("provenance", forecaster.provenance());
        object.put("tensors", toJson(checkpoint.file()));
      }
      case ModelFile.Text text -> {
        Safetensors tensors = Safetensors.fromBytes(text.bytes());
        object.put("kind", "checkpoint");
        object.put("network", text.checkpoint().settings());
        object.put("parameters", parameterCount(tensors));
        object.put("provenance", text.checkpoint().provenance());
        object.put("tensors", toJson(tensors));
      }
      case ModelFile.Weights weights -> {
        List<StoredLayer> layers = StateDict.of(weights.file()).layers();
        object.put("kind", "weights");
        object.put("parameters", layers.stream().mapToLong(StoredLayer::parameterCount).sum());
        object.put("layers", layers);
        object.put("metadata", weights.file().metadata());
        object.put("tensors", toJson(weights.file()));
      }
      case ModelFile.Onnx onnx -> {
        object.put("kind", "onnx");
        object.put("forecaster", onnx.isForecaster());
        object.put("graph", onnx.summary());
        object.put("step", verdict(onnx.bytes()));
      }
    }
    return object;
  }

  private static List<Map<String, Object>> toJson(Safetensors file) {
    List<Map<String, Object>> tensors = new ArrayList<>();
    for (String name : file.tensors().keySet()) {
      Map<String, Object> tensor = new LinkedHashMap<>();
      tensor.put("name", name);
      tensor.put("type", file.typeInFile(name));
      tensor.put("shape", Objects.requireNonNull(file.tensors().get(name)).shape());
      tensors.add(tensor);
    }
    return tensors;
  }
}
