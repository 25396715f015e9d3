package io.eddy.deploy.command;

import io.eddy.deploy.models.ModelAccount;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.checkpoint.TextCheckpoint;
import io.eddy.model.exchange.ForecasterWeights;
import io.eddy.model.exchange.StateDict;
import io.eddy.model.exchange.onnx.OnnxForecaster;
import io.eddy.model.exchange.onnx.OnnxNetwork;
import io.eddy.model.exchange.onnx.OnnxReader;
import io.eddy.model.exchange.onnx.OnnxWriter;
import io.eddy.model.network.Forecaster;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `eddy model export`: a network of Eddy's for others.
@Command(
    name = "export",
    description = {
      "Writes a network for other frameworks.",
      "",
      "safetensors: the weights under PyTorch's names, in its layout and gate order, for a strict"
          + " load_state_dict; what else a forecaster is stands in the file's metadata.",
      "onnx: one step of the network, of standard operators (set 17), its state as inputs state.*"
          + " and outputs state.*.next.",
      "",
      "\"eddy model import\" makes the same checkpoint of either again, byte for byte."
    },
    footer = {
      "%nExamples:",
      "  eddy model export model.safetensors --format onnx --out model.onnx",
      "  eddy model export --model-version 3 --config eddy.properties --format onnx --out v3.onnx",
      "  eddy model export model.safetensors --format safetensors --out weights.safetensors"
    })
final class ModelExportCommand implements Callable<Integer> {

  /// What can be written.
  enum Format {
    SAFETENSORS,
    ONNX
  }

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "A checkpoint, weights that hold a forecaster, or an ONNX file.")
  private @Nullable Path path;

  @Option(
      names = "--model-version",
      paramLabel = "VERSION",
      description = "Instead of a file: this version of the application that --config names.")
  private @Nullable Integer version;

  @Mixin private ApplicationOptions options = new ApplicationOptions();

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      required = true,
      description = "safetensors or onnx.")
  private Format format;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Option(names = "--out", paramLabel = "FILE", required = true, description = "The file to write.")
  private Path out;

  @Option(names = "--force", description = "Write over the file that --out names.")
  private boolean force;

  @Override
  public Integer call() {
    ModelFile.checkFree(out, force);
    ModelFile.write(out, exported());
    return ExitCode.OK;
  }

  private byte[] exported() {
    Path from = path;
    Integer wanted = version;
    if (from != null && wanted == null) {
      return ModelFile.naming(from, () -> export(ModelFile.read(from)));
    }
    if (from == null && wanted != null) {
      byte[] file = options.withModels(topics -> new ModelAccount(topics.read()).file(wanted));
      return TextCheckpoint.of(file)
          .map(text -> export(new ModelFile.Text(file, text)))
          .orElseGet(() -> export(ForecasterCheckpoint.read(file)));
    }
    throw new ParameterException(
        spec.commandLine(), "name a file, or a version by --model-version and --config");
  }

  private byte[] export(ModelFile file) {
    return switch (file) {
      case ModelFile.Checkpoint checkpoint -> export(checkpoint.forecaster());
      case ModelFile.Text text ->
          switch (format) {
            case SAFETENSORS -> text.bytes();
            case ONNX ->
                throw new UserException(
                    ExitCode.USAGE,
                    "a "
                        + text.checkpoint().network()
                        + " is exported as safetensors alone, by PyTorch's names and gate order,"
                        + " expected --format safetensors");
          };
      case ModelFile.Weights weights -> {
        StateDict tensors = StateDict.of(weights.file());
        if (ForecasterWeights.isForecaster(weights.file().metadata())) {
          yield export(ForecasterWeights.of(tensors, weights.file().metadata()));
        }
        yield switch (format) {
          case SAFETENSORS -> tensors.toSafetensors(weights.file().metadata()).toBytes();
          case ONNX ->
              throw new UserException(
                  ExitCode.USAGE,
                  path
                      + " holds weights, but nothing that says what is computed with them, which"
                      + " ONNX needs: it holds "
                      + tensors.layers()
                      + "; a forecaster's weights become a checkpoint by \"eddy model import\"");
        };
      }
      case ModelFile.Onnx onnx ->
          onnx.isForecaster()
              ? export(OnnxForecaster.read(onnx.bytes()))
              : export(OnnxReader.read(onnx.bytes()));
    };
  }

  private byte[] export(Forecaster forecaster) {
    return switch (format) {
      case SAFETENSORS ->
          StateDict.of(forecaster.parameters())
              .toSafetensors(ForecasterWeights.metadata(forecaster))
              .toBytes();
      case ONNX -> OnnxForecaster.write(forecaster);
    };
  }

  private byte[] export(OnnxNetwork network) {
    return switch (format) {
      case SAFETENSORS ->
          StateDict.of(network.parameters()).toSafetensors(network.metadata()).toBytes();
      case ONNX -> OnnxWriter.write(network);
    };
  }
}
