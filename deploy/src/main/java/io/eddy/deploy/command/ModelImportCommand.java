package io.eddy.deploy.command;

import io.eddy.deploy.models.Outcome;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.checkpoint.TextCheckpoint;
import io.eddy.model.exchange.ForecasterWeights;
import io.eddy.model.exchange.StateDict;
import io.eddy.model.exchange.StoredLayer;
import io.eddy.model.exchange.onnx.OnnxForecaster;
import io.eddy.model.exchange.onnx.OnnxNetwork;
import io.eddy.model.exchange.onnx.OnnxReader;
import io.eddy.model.exchange.onnx.OnnxWriter;
import io.eddy.model.network.Forecaster;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `eddy model import`: a file of PyTorch's or an ONNX graph, into Eddy's form.
@Command(
    name = "import",
    description = {
      "Turns PyTorch's weights (safetensors) or an ONNX graph into Eddy's form.",
      "",
      "A forecaster becomes a checkpoint: an ONNX file or weights that \"eddy model export\" wrote,"
          + " or weights named rnn.* (nn.LSTM, nn.GRU or nn.RNN), head.weight, head.bias and"
          + " path.weight; --season, --confidence and --window say what their shapes do not show.",
      "Other weights are written as float32 without the prefix. Another ONNX graph becomes one step"
          + " of itself if FILE of --out ends in .onnx (state goes in and out), else its weights by"
          + " PyTorch's names and gate order.",
      "",
      "With --config, it is offered to that application as a candidate: it must be made for the"
          + " same settings, and is tried as one that was trained there (eddy.promotion). That goes"
          + " for forecasters, and for what \"eddy train text\" wrote."
    },
    footer = {
      "%nExamples:",
      "  eddy model import weights.safetensors --prefix forecaster --season 24 --out"
          + " model.safetensors",
      "  eddy model import model.safetensors --config eddy.properties",
      "  eddy model import network.onnx --out step.onnx"
    })
final class ModelImportCommand implements Callable<Integer> {

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Parameters(paramLabel = "FILE", description = "A safetensors or an ONNX file.")
  private Path path;

  @Option(names = "--out", paramLabel = "FILE", description = "The file to write.")
  private @Nullable Path out;

  @Mixin private ApplicationOptions options = new ApplicationOptions();

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description =
          "With --config: how long to wait for the application to take it; 0 not to wait. Default:"
              + " ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--prefix",
      paramLabel = "PREFIX",
      defaultValue = "",
      description = "Take only the tensors whose names begin so, and take it off: encoder.rnn.")
  private String prefix = "";

  @Option(
      names = "--season",
      paramLabel = "STEPS[,STEPS]",
      defaultValue = "0",
      converter = SeasonOption.Converter.class,
      description = "Of a forecaster: steps of its season, or of two. Default: none.")
  private SeasonOption season = SeasonOption.NONE;

  @Option(
      names = "--confidence",
      paramLabel = "SHARE",
      defaultValue = "0.9",
      description = "Of a forecaster: what its interval covers. Default: ${DEFAULT-VALUE}.")
  private double confidence;

  @Option(
      names = "--window",
      paramLabel = "EVENTS",
      defaultValue = "256",
      description =
          "Of a forecaster: eddy.window.size of the application. Default: ${DEFAULT-VALUE}.")
  private int windowSize;

  @Option(names = "--force", description = "Write over the file that --out names.")
  private boolean force;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() {
    Path target = out;
    if (target == null && !options.isGiven()) {
      throw new ParameterException(
          spec.commandLine(),
          "say what to do with it: write a file by --out, or offer it to an application by"
              + " --config");
    }
    if (target != null) {
      ModelFile.checkFree(target, force);
    }
    ModelFile file = ModelFile.read(path);
    byte[] bytes =
        ModelFile.naming(
            path,
            () ->
                switch (file) {
                  case ModelFile.Checkpoint checkpoint -> checkpoint(checkpoint.forecaster());
                  case ModelFile.Text text -> text(text);
                  case ModelFile.Weights weights -> weights(weights.file());
                  case ModelFile.Onnx onnx ->
                      onnx.isForecaster()
                          ? checkpoint(OnnxForecaster.read(onnx.bytes()))
                          : network(OnnxReader.read(onnx.bytes()));
                });
    if (target != null) {
      ModelFile.write(target, bytes);
    }
    if (options.isGiven()) {
      offer(bytes);
    }
    return ExitCode.OK;
  }

  private void offer(byte[] bytes) {
    Map<String, String> provenance = ModelFile.naming(path, () -> provenance(bytes));
    Outcome outcome =
        options.withModels(
            topics -> topics.introduce(bytes, provenance, Duration.ofSeconds(seconds)));
    switch (outcome) {
      case Outcome.Decided(String words) -> say(words);
      case Outcome.Refused(String reason) ->
          throw new UserException(ExitCode.FAILED, "refused: " + reason);
      case Outcome.Unanswered() ->
          say(
              seconds == 0
                  ? "sent"
                  : "sent, and not taken within %d s: another contest is on, or the application does"
                          .formatted(seconds)
                      + " not run");
    }
  }

  private static Map<String, String> provenance(byte[] bytes) {
    try {
      return TextCheckpoint.of(bytes)
          .map(TextCheckpoint::provenance)
          .orElseGet(() -> ForecasterCheckpoint.read(bytes).provenance());
    } catch (CheckpointException e) {
      throw new CheckpointException(
          "it holds no network that an application can serve: " + e.getMessage(), e);
    }
  }

  private List<Integer> seasons() {
    return season
        .named()
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "--season auto looks at series, and there are none here, expected steps"));
  }

  private byte[] checkpoint(Forecaster forecaster) {
    say("checkpoint of a forecaster: " + forecaster.spec());
    return ForecasterCheckpoint.write(forecaster);
  }

  private byte[] text(ModelFile.Text file) {
    say("checkpoint of a " + file.checkpoint().network() + ": " + file.checkpoint().settings());
    return file.bytes();
  }

  private byte[] weights(Safetensors file) {
    StateDict weights = StateDict.of(file).under(prefix);
    if (ForecasterWeights.isForecaster(file.metadata())) {
      return checkpoint(ForecasterWeights.of(weights, file.metadata()));
    }
    if (ForecasterWeights.looksLikeForecaster(weights)) {
      String source = String.valueOf(path.getFileName());
      return checkpoint(
          ForecasterWeights.of(
              weights, seasons(), confidence, windowSize, Map.of("eddy.imported.from", source)));
    }
    for (StoredLayer layer : weights.layers()) {
      say(layer.toString());
    }
    say("weights alone: no network that \"eddy run\" could serve");
    return weights.toSafetensors(origin(file.metadata())).toBytes();
  }

  private byte[] network(OnnxNetwork network) {
    say(
        "one step from %s to %s, with a state of %d floats and %d parameters"
            .formatted(
                network.inputs().keySet(),
                network.outputs().keySet(),
                network.program().stateSize(),
                network.parameters().elementCount()));
    if (String.valueOf(out == null ? "" : out.getFileName())
        .toLowerCase(Locale.ROOT)
        .endsWith(".onnx")) {
      return OnnxWriter.write(network);
    }
    say("weights alone: no network that \"eddy run\" could serve");
    return StateDict.of(network.parameters())
        .under(prefix)
        .toSafetensors(origin(network.metadata()))
        .toBytes();
  }

  private Map<String, String> origin(Map<String, String> metadata) {
    Map<String, String> all = new TreeMap<>(metadata);
    all.put("eddy.imported.from", String.valueOf(path.getFileName()));
    return all;
  }

  private void say(String line) {
    PrintWriter writer = spec.commandLine().getOut();
    writer.println(line);
    writer.flush();
  }
}
