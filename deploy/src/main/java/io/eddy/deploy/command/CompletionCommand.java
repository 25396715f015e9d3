package io.eddy.deploy.command;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `eddy completion`: what a shell needs to complete commands and options.
@Command(
    name = "completion",
    description = {
      "Prints a script that makes bash, or zsh, complete eddy's commands and options with the tab"
          + " key."
    },
    footer = {
      "%nExamples:",
      "  source <(eddy completion)                                          # in this shell",
      "  eddy completion > ~/.local/share/bash-completion/completions/eddy  # in every bash",
      "  echo 'source <(eddy completion)' >> ~/.zshrc                       # in every zsh"
    })
final class CompletionCommand implements Runnable {
  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Override
  public void run() {
    CommandLine eddy = spec.root().commandLine();
    spec.commandLine().getOut().print(AutoComplete.bash("eddy", eddy));
    spec.commandLine().getOut().print("\n");
    spec.commandLine().getOut().flush();
  }
}
