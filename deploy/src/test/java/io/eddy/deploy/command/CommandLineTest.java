package io.eddy.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// What a person sees who gives wrong options, settings or files: one message that says what to do,
/// and an exit code.
class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "demo",
        "run",
        "topics",
        "topics plan",
        "topics create",
        "topics export",
        "watch",
        "train",
        "forget",
        "replay",
        "model",
        "model inspect",
        "model import",
        "model export",
        "config",
        "config describe",
        "config show",
        "doctor",
        "size",
        "completion",
        "backtest",
        "tune",
        "bench"
      })
  void shouldHelpAndTellItsVersionEverywhere(String command) {
    String[] words = command.isEmpty() ? new String[0] : command.split(" ", -1);

    assertThat(execute(with(words, "--help"))).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("Usage: eddy " + command).contains("Exit codes:");
    assertThat(execute(with(words, "--version"))).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("eddy ").contains("Java " + Runtime.version());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "run",
        "topics",
        "topics plan",
        "watch",
        "config",
        "doctor",
        "size",
        "completion",
        "backtest",
        "tune",
        "bench"
      })
  void shouldShowExamplesInTheHelpOfCommands(String command) {
    execute(with(command.split(" ", -1), "--help"));

    assertThat(out.toString()).contains("Example").contains("  eddy " + command);
  }

  @Test
  void shouldShowHelpWithoutACommand() {
    assertThat(execute()).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("demo").contains("topics");
  }

  @Test
  void shouldSuggestTheOptionThatWasMeant() {
    assertThat(execute("demo", "--secnds", "3")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .contains("--secnds")
        .contains("--seconds")
        .contains("eddy demo --help");
  }

  @Test
  void shouldSuggestTheCommandThatWasMeant() {
    assertThat(execute("demmo")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("demo");
  }

  @Test
  void shouldAskForASubcommand() {
    assertThat(execute("topics")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("plan, create or export");
    assertThat(execute("config")).isEqualTo(ExitCode.USAGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--seconds=0",
        "--rate=5",
        "--key=a",
        "--no-wait",
        "--port=70000",
        "--season=x",
        "--season=auto"
      })
  void shouldRefuseOptionsOfTheDemoThatMakeNoSense(String option) {
    assertThat(execute("demo", option)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("eddy: ").contains(option.replaceFirst("=.*", ""));
  }

  /// Before anything is started, and never with the secret in the message.
  @Test
  void shouldRefuseToBeSeenByOthersWithoutASecret() throws IOException {
    Path login = folder.resolve("login");
    Files.writeString(login, "hunter2");

    assertThat(execute("demo", "--http-host=0.0.0.0")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--http-token-file");
    assertThat(execute("demo", "--http-login-file=" + login)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("USER:PASSWORD").doesNotContain("hunter2");
    assertThat(execute("demo", "--http-port=70000")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--http-port is 70000");
    assertThat(execute("demo", "--http-token-file=" + folder.resolve("none")))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("expected a file with one line");
  }

  @Test
  void shouldNameTheColumnsOfAFile() throws IOException {
    Path csv = folder.resolve("a.csv");
    Files.writeString(csv, "series,t,value\na,1,2\n");

    assertThat(demo("--csv", csv.toString(), "--key", "serie", "--time", "t"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("no column \"serie\"").contains("series, t, value");
  }

  @Test
  void shouldSayThatAFileIsMissingOrATimeCannotBeRead() throws IOException {
    Path csv = folder.resolve("a.csv");
    Files.writeString(csv, "t,value\nsoon,2\n");

    assertThat(demo("--csv", folder.resolve("none.csv").toString())).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("there is no file");
    assertThat(demo("--csv", csv.toString(), "--time", "t")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("row 1").contains("\"soon\"");
    assertThat(demo("--csv", csv.toString(), "--time", "t", "--time-format", "{"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--time-format \"{\" is no format");
  }

  @Test
  void shouldSayThatTheLogCannotBeWritten() {
    Path log = folder.resolve("missing").resolve("demo.log");

    assertThat(execute("demo", "--log", log.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("missing").contains("--log");
  }

  @Test
  void shouldSayThatThePortIsInUse() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(demo("--json", "--port", String.valueOf(taken.getLocalPort())))
          .isEqualTo(ExitCode.UNREACHABLE);
    }
    assertThat(err.toString()).contains("cannot be used").contains("--port");
  }

  @Test
  void shouldSuggestTheSettingThatWasMeant() throws IOException {
    Path config = config("eddy.hiden.size=64");

    assertThat(execute("run", "--config", config.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("eddy.hiden.size").contains("eddy.hidden.size");
  }

  @Test
  void shouldReportAllProblemsOfAConfigurationAtOnce() throws IOException {
    Path config = config("eddy.horizon=0", "eddy.confidence=2", "eddy.cell=lstn");

    assertThat(execute("topics", "plan", "--config", config.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .contains("eddy.horizon")
        .contains("eddy.confidence")
        .contains("eddy.cell");
  }

  @Test
  void shouldSayThatTheConfigurationIsMissing() {
    assertThat(execute("run")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--config");
    assertThat(execute("run", "--config", folder.resolve("none").toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("there is no file");
  }

  @Test
  void shouldDescribeTheConfiguration() {
    assertThat(execute("config", "describe")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("`eddy.hidden.size`").contains("`eddy.input.topic`");
  }

  @Test
  void shouldReadSeveralConfigurationsTheLaterOneOverTheEarlier() throws IOException {
    Path config = config("eddy.hidden.size=8", "eddy.cell=lstm");
    Path tuned = folder.resolve("tuned.properties");
    Files.writeString(tuned, "eddy.cell=lstn\n");

    assertThat(
            execute("topics", "plan", "--config", config.toString(), "--config", tuned.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("eddy.cell is \"lstn\"").doesNotContain("hidden");
  }

  @Test
  void shouldSayWhatIsWrongWithASeason() throws IOException {
    Path csv = folder.resolve("a.csv");
    Files.writeString(csv, "value\n1\n2\n");

    assertThat(demo("--csv", csv.toString(), "--set", "eddy.season=168,24"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("eddy.season").contains("the shorter first");
  }

  private Path config(String... lines) throws IOException {
    Path file = folder.resolve("eddy.properties");
    Files.writeString(
        file,
        "application.id=test\nbootstrap.servers=127.0.0.1:1\neddy.input.topic=input\n"
            + "schema.registry.url=mock://test\n"
            + String.join("\n", lines));
    return file;
  }

  private int demo(String... arguments) {
    String[] all = new String[arguments.length + 3];
    all[0] = "demo";
    all[1] = "--log";
    all[2] = folder.resolve("demo.log").toString();
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return execute(all);
  }

  private int execute(String... arguments) {
    CommandLine commandLine = EddyCommand.commandLine(new StopSignal());
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }

  private static String[] with(String[] words, String last) {
    String[] all = Arrays.copyOf(words, words.length + 1);
    all[words.length] = last;
    return all;
  }
}
