package io.eddy.deploy.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `eddy model`: networks in files, and versions of an application.
@Command(
    name = "model",
    description = {
      "Looks into files of networks and turns them into one another;",
      "lists and compares an application's versions, and has a say in which of them answers."
    },
    subcommands = {
      ModelListCommand.class,
      ModelShowCommand.class,
      ModelDiffCommand.class,
      ModelWishCommand.Promote.class,
      ModelWishCommand.RollBack.class,
      ModelWishCommand.Delete.class,
      ModelInspectCommand.class,
      ModelImportCommand.class,
      ModelExportCommand.class
    },
    footer = {
      "%nExamples:",
      "  eddy model list --config eddy.properties",
      "  eddy model rollback --config eddy.properties",
      "  eddy model inspect weights.safetensors",
      "  eddy model import weights.safetensors --prefix forecaster --out model.safetensors",
      "  eddy model export model.safetensors --format onnx --out model.onnx"
    })
final class ModelCommand implements Runnable {
  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "say what to do: list, show, diff, promote, rollback, delete, inspect, import or export");
  }
}
