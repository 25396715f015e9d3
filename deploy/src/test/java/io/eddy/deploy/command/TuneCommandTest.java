package io.eddy.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.config.Settings;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TuneCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder = Path.of("");

  @Test
  void shouldWriteSettingsThatABacktestReads() throws IOException {
    Path csv = waves();
    Path output = folder.resolve("tuned.properties");

    int exit = tune(csv, "--budget=3s", "--json", "--output", output.toString());

    assertThat(exit).as(err.toString()).isEqualTo(ExitCode.OK);
    assertThat(err.toString())
        .contains("season: 6 steps, found in the values before the first forecast")
        .contains("rung", "as it is")
        .contains("the settings are in " + output);
    assertThat(out.toString().lines()).hasSize(1);
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.get("measure").asText()).isEqualTo("mase");
    assertThat(json.get("tried").size()).isPositive();
    assertThat(json.get("tried").get(0).get("candidate").asInt()).isZero();
    assertThat(json.get("settings").get("eddy.horizon").asText()).isEqualTo("3");
    assertThat(Files.readString(output))
        .startsWith("# Found by \"eddy tune\" for waves.csv, seed 1.");
    assertThat(Settings.file(output))
        .isEqualTo(
            new ObjectMapper()
                .convertValue(json.get("settings"), new TypeReference<Map<String, String>>() {}));
    assertThat(
            execute(
                "backtest",
                "--csv",
                csv.toString(),
                "--key=pump",
                "--time=t",
                "--horizon=3",
                "--baselines=none",
                "--config",
                output.toString()))
        .as(err.toString())
        .isEqualTo(ExitCode.OK);
  }

  @Test
  void shouldKeepTheSettingsItBeganWithWhenItIsStoppedAtOnce() throws IOException {
    Path output = folder.resolve("tuned.properties");
    var stop = new StopSignal();
    stop.request();

    int exit =
        execute(
            stop,
            "tune",
            "--csv",
            waves().toString(),
            "--key=pump",
            "--time=t",
            "--set=eddy.hidden.size=5",
            "--output",
            output.toString());

    assertThat(exit).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("no rung was completed").contains("stopped");
    assertThat(Settings.file(output)).containsEntry("eddy.hidden.size", "5");
  }

  @Test
  void shouldNotWriteOverAFileUnlessItIsForced() throws IOException {
    Path output = folder.resolve("tuned.properties");
    Files.writeString(output, "mine");

    assertThat(tune(waves(), "--output", output.toString())).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains(output + " is there already").contains("--force");
    assertThat(output).hasContent("mine");
  }

  @ParameterizedTest
  @CsvSource({
    "--budget=soon, such as 10m",
    "--budget=0s, --budget must be more than 0",
    "--metric=accuracy, more accuracy is better",
    "--metric=r2, r2",
    "'--season=24,12', expected 0 (none)",
    "--season=1, or auto",
    "--set=eddy.hiden.size=5, did you mean eddy.hidden.size",
    "--set=eddy.cell=lstn, the settings to begin with do not fit",
  })
  void shouldRefuseOptionsThatMakeNoSense(String option, String complaint) throws IOException {
    assertThat(tune(waves(), option, "--output", folder.resolve("o").toString()))
        .isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains(complaint);
    assertThat(folder.resolve("o")).doesNotExist();
  }

  @Test
  void shouldSayThatASeriesIsTooShort() throws IOException {
    String output = folder.resolve("o").toString();

    assertThat(tune(waves(), "--horizon=20", "--season=0", "--output", output))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("too few to set aside one forecast of 20 steps");
  }

  /// Two series that repeat themselves every six steps, not quite.
  private Path waves() throws IOException {
    Path csv = folder.resolve("waves.csv");
    var random = new Random(7);
    var rows = new StringBuilder("pump,t,value\n");
    for (int t = 1; t <= 120; t++) {
      int noise = random.nextInt(5);
      rows.append("a,%d,%d\n".formatted(t, 5 * (t % 6) + noise))
          .append("b,%d,%d\n".formatted(t, 7 * (t % 6) + noise));
    }
    Files.writeString(csv, rows);
    return csv;
  }

  private int tune(Path csv, String... more) {
    return execute(
        Stream.concat(
                Stream.of(
                    "tune",
                    "--csv",
                    csv.toString(),
                    "--key=pump",
                    "--time=t",
                    "--horizon=3",
                    "--set=eddy.training.updates.max=9"),
                Arrays.stream(more))
            .toArray(String[]::new));
  }

  private int execute(String... arguments) {
    return execute(new StopSignal(), arguments);
  }

  private int execute(StopSignal stop, String... arguments) {
    CommandLine commandLine = EddyCommand.commandLine(stop);
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    commandLine.setOverwrittenOptionsAllowed(true);
    return commandLine.execute(arguments);
  }
}
