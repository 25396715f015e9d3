package io.eddy.deploy.command;

import io.eddy.deploy.process.StopSignal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// `eddy`: the name above all commands.
@Command(
    name = "eddy",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = EddyCommand.Version.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, or ended by Ctrl-C",
      "1:failed while it ran",
      "2:wrong usage: an option, a setting or a file is not as expected",
      "3:a broker or schema registry cannot be reached, or a port cannot be used",
      "4:the cluster's topics or schemas are not as they must be",
      "5:no JDK 25 or newer, or the build failed (from the launcher)"
    })
public final class EddyCommand implements Runnable {
  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  private EddyCommand() {}

  /// The whole command line, ready to execute.
  ///
  /// @param stop what ends a command that runs until it is told
  public static CommandLine commandLine(StopSignal stop) {
    var eddy = new CommandLine(new EddyCommand());
    eddy.getCommandSpec()
        .usageMessage()
        .description(
            "Recurrent networks inside Kafka Streams: one event in, one step of the network for"
                + " that key, one forecast out.")
        .footer("%nTry it, nothing else is needed:%n  eddy demo");
    eddy.addSubcommand(new DemoCommand(stop));
    eddy.addSubcommand(new RunCommand(stop));
    eddy.addSubcommand(new TopicsCommand());
    eddy.addSubcommand(new WatchCommand(stop));
    eddy.addSubcommand(new TrainCommand());
    eddy.addSubcommand(new ForgetCommand());
    eddy.addSubcommand(new ReplayCommand());
    eddy.addSubcommand(new ModelCommand());
    eddy.addSubcommand(new ConfigCommand());
    eddy.addSubcommand(new DoctorCommand());
    eddy.addSubcommand(new SizeCommand());
    eddy.addSubcommand(new BacktestCommand());
    eddy.addSubcommand(new EvaluateCommand());
    eddy.addSubcommand(new TuneCommand(stop));
    eddy.addSubcommand(new BenchCommand());
    eddy.addSubcommand(new CompletionCommand());
    eddy.setCaseInsensitiveEnumValuesAllowed(true);
    eddy.setParameterExceptionHandler(new Complaints());
    eddy.setExecutionExceptionHandler(new Complaints());
    return eddy;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /// What `--version` prints.
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      // From the manifest; there is none outside of a jar.
      String version = EddyCommand.class.getPackage().getImplementationVersion();
      return new String[] {
        "eddy " + (version == null ? "development" : version),
        "Java "
            + Runtime.version()
            + ", "
            + System.getProperty("os.name")
            + " "
            + System.getProperty("os.arch")
      };
    }
  }
}
