package io.eddy.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.backtest.BenchmarkFiles;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BacktestCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder = Path.of("");

  @Test
  void shouldPrintOneJsonObjectAsTheLastLine() throws IOException {
    Path csv = growth();

    int exit =
        execute(
            "--csv",
            csv.toString(),
            "--key",
            "pump",
            "--time",
            "t",
            "--season",
            "6",
            "--horizon",
            "3",
            "--origins",
            "4",
            "--json");

    assertThat(exit).isEqualTo(ExitCode.OK);
    assertThat(err.toString()).contains("ridge");
    assertThat(out.toString().lines()).hasSize(1);
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.get("series").asInt()).isEqualTo(2);
    assertThat(json.get("origins").asInt()).isEqualTo(8);
    assertThat(json.get("baselines").fieldNames())
        .toIterable()
        .contains("last_value", "seasonal_naive", "ridge");
    JsonNode baseline = json.get("baselines").get("last_value");
    for (String field :
        List.of(
            "mase", "smape", "msis", "mae", "rmse", "coverage_80", "coverage_90", "coverage_95")) {
      assertThat(baseline.get(field).isNumber()).as(field).isTrue();
    }
    assertThat(json.get("baselines").get("seasonal_naive").get("mase").asDouble()).isEqualTo(1);
  }

  @Test
  void shouldPrintATable() throws IOException {
    assertThat(
            execute(
                "--csv",
                waves().toString(),
                "--key=pump",
                "--time=t",
                "--season=6",
                "--baselines=last_value,theta"))
        .isEqualTo(ExitCode.OK);

    assertThat(out.toString())
        .contains("contender", "mase", "in 80 %", "last_value", "theta")
        .doesNotContain("ridge");
  }

  @Test
  void shouldFindTheSeasonItself() throws IOException {
    assertThat(
            execute(
                "--csv",
                waves().toString(),
                "--key=pump",
                "--time=t",
                "--baselines=last_value,seasonal_naive",
                "--baselines-only"))
        .as(err.toString())
        .isEqualTo(ExitCode.OK);

    assertThat(out.toString())
        .contains("season: 6 steps, found in the values before the first forecast")
        .contains("seasonal_naive");
  }

  @Test
  void shouldTakeTwoSeasons() throws IOException {
    assertThat(
            execute(
                "--csv",
                waves().toString(),
                "--key=pump",
                "--time=t",
                "--season=6,12",
                "--set=eddy.training.updates.max=3",
                "--baselines=seasonal_naive"))
        .as(err.toString())
        .isEqualTo(ExitCode.OK);

    assertThat(out.toString()).contains("eddy", "seasonal_naive").doesNotContain("found in");
  }

  @Test
  void shouldWriteAPageThatNeedsNothingElse() throws IOException {
    Path page = folder.resolve("report.html");

    assertThat(
            execute(
                "--csv",
                waves().toString(),
                "--key=pump",
                "--time=t",
                "--season=6",
                "--report",
                page.toString()))
        .isEqualTo(ExitCode.OK);

    String html = Files.readString(page);
    assertThat(out.toString()).contains("the report is in " + page);
    assertThat(html)
        .contains("uPlot", "\"maseByStep\":", "\"lower95\":", "\"coverageBySteps\":")
        .doesNotContain("@DATA@", "@CHART_STYLE@", "@CHART_SCRIPT@", "src=\"http", "href=\"http");
  }

  @Test
  void shouldTellHowManyEventsANewKeyNeeds() throws IOException {
    Path page = folder.resolve("cold.html");

    assertThat(
            execute(
                "--csv",
                growth().toString(),
                "--key=pump",
                "--time=t",
                "--season=6",
                "--horizon=3",
                "--baselines=none",
                "--cold-start",
                "--json",
                "--report",
                page.toString()))
        .isEqualTo(ExitCode.OK);

    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.has("cold_events")).isTrue();
    JsonNode curves = json.get("cold_start");
    assertThat(curves).hasSize(2);
    assertThat(curves.at("/0/contender").asText()).isEqualTo("eddy, untrained");
    assertThat(curves.at("/0/keys").asInt()).isEqualTo(2);
    assertThat(curves.at("/1/contender").asText()).isEqualTo("eddy");
    assertThat(curves.at("/1/keys").asInt()).as("of two, one was kept out").isEqualTo(1);
    assertThat(curves.at("/1/cold_events")).isEqualTo(json.get("cold_events"));
    JsonNode youngest = curves.at("/0/by_age/0");
    assertThat(youngest.get("from").asInt()).isEqualTo(1);
    // The naive forecast of what grows by one each season: a key that has seen no season errs more.
    assertThat(youngest.get("one_step").asDouble())
        .isGreaterThan(youngest.get("one_step_old").asDouble());
    assertThat(err.toString()).contains("a new key's error is within 10 %", "one step ahead");
    assertThat(Files.readString(page)).contains("\"coldStart\":[{", "\"cold_events\":");
  }

  @Test
  void shouldNotSpeakOfNewKeysUnlessAsked() throws IOException {
    execute("--csv", growth().toString(), "--key=pump", "--time=t", "--baselines-only", "--json");

    assertThat(new ObjectMapper().readTree(out.toString()).has("cold_events")).isFalse();
  }

  @Test
  void shouldNotLetNamesEndTheScript() throws IOException {
    Path csv = folder.resolve("a.csv");
    var rows = new StringBuilder("pump,t,value\n");
    for (int t = 1; t <= 100; t++) {
      rows.append("</script><b>,%d,%d\n".formatted(t, t % 5));
    }
    Files.writeString(csv, rows);
    Path page = folder.resolve("report.html");

    execute("--csv", csv.toString(), "--key=pump", "--time=t", "--report", page.toString());

    assertThat(Files.readString(page)).contains("\\u003c/script>").doesNotContain("</script><b>");
  }

  @Test
  void shouldListTheDataSetsThatThereAre() {
    assertThat(execute("--data", "m5", "--data-dir", folder.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .contains("no data set \"m5\"")
        .contains("m4-hourly, m4-weekly, etth1, etth2, exchange-rate, traffic-los")
        .contains("shampoo; or for \"eddy backtest\" nab");
  }

  @ParameterizedTest
  @CsvSource({
    "etth1, ETTh1.csv.gz",
    "m4-hourly, train.csv.gz",
    "air-passengers, air-passengers.csv"
  })
  void shouldSayWhichFileIsMissing(String data, String file) {
    assertThat(execute("--data", data, "--data-dir", folder.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("there is no file").contains(file);
    assertThat(execute("--data", data, "--data-dir", folder.resolve("none").toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("there is no folder").contains("--data-dir");
  }

  @ParameterizedTest
  @CsvSource({
    "'', --csv FILE",
    "--data=etth1, --data-dir",
    "--data-dir=x, --csv FILE",
    "--topic=readings, --bootstrap-server",
    "--bootstrap-server=x:1 --csv=a.csv, --topic",
    "--topic=readings --bootstrap-server=x:1 --csv=a.csv, --topic TOPIC",
    "--csv=a.csv --data=etth1 --data-dir=x, --csv FILE",
    "--data=etth1 --data-dir=x --season=3, --season",
    "--data=nab --data-dir=x --horizon=3, --horizon",
    "--data=nab --data-dir=x --cold-start, --cold-start",
    "--csv=a.csv --baselines-only --cold-start, --cold-start",
    "--csv=a.csv --horizon=0, --horizon",
    "--csv=a.csv --origins=0, --origins",
    "--csv=a.csv --season=1, --season",
    "'--csv=a.csv --season=168,24', --season",
  })
  void shouldRefuseOptionsThatMakeNoSense(String options, String complaint) {
    assertThat(execute(options.isEmpty() ? new String[0] : options.split(" ", -1)))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains(complaint).contains("eddy backtest --help");
  }

  @Test
  void shouldNameColumnsAndBaselines() throws IOException {
    String csv = waves().toString();

    assertThat(execute("--csv", csv, "--key=pomp", "--time=t")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("no column \"pomp\"").contains("pump, t, value");
    assertThat(execute("--csv", csv, "--key=pump", "--time=t", "--season=0", "--baselines=arima"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("no \"arima\"").contains("last_value, drift");
  }

  @Test
  void shouldRefuseAHorizonBeyondTheTestPart() {
    String data = BenchmarkFiles.folder().toString();

    assertThat(execute("--data=air-passengers", "--data-dir", data, "--horizon=49"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--horizon 49").contains("48 steps");
  }

  @Test
  void shouldSayThatThePageCannotBeWritten() throws IOException {
    assertThat(
            execute(
                "--csv",
                waves().toString(),
                "--key=pump",
                "--time=t",
                "--baselines=drift",
                "--report",
                folder.resolve("none").resolve("a.html").toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--report").contains("cannot be written");
  }

  @Test
  void shouldForecastWithWhatComesWithTheValues() throws IOException {
    Path csv = folder.resolve("weather.csv");
    var random = new Random(4);
    var rows = new StringBuilder("pump,t,value,temperature\n");
    for (String pump : List.of("a", "b")) {
      int before = 0;
      for (int t = 1; t <= 240; t++) {
        int temperature = random.nextInt(40);
        rows.append("%s,%d,%d,%d%n".formatted(pump, t, 100 + before, temperature));
        before = temperature;
      }
    }
    Files.writeString(csv, rows);
    String[] usual = {
      "--csv",
      csv.toString(),
      "--key",
      "pump",
      "--time",
      "t",
      "--value",
      "value",
      "--horizon",
      "1",
      "--origins",
      "40",
      "--baselines",
      "none",
      "--json",
      "--set",
      "eddy.training.updates.max=200"
    };
    String[] covariates = Arrays.copyOf(usual, usual.length + 2);
    covariates[usual.length] = "--covariates";
    covariates[usual.length + 1] = "temperature";

    assertThat(execute(usual)).isEqualTo(ExitCode.OK);
    double blind = mae();
    out.getBuffer().setLength(0);
    assertThat(execute(covariates)).isEqualTo(ExitCode.OK);

    // Of 0 to 39 at random, the mean is 10 off; yesterday's temperature says it all.
    assertThat(blind).isGreaterThan(8);
    assertThat(mae()).isLessThan(blind / 4);
  }

  @Test
  void shouldForecastWithWhatIsKnownAhead() throws IOException {
    Path csv = folder.resolve("promotions.csv");
    var random = new Random(5);
    var rows = new StringBuilder("t,value,promotion\n");
    for (int t = 1; t <= 400; t++) {
      boolean promotion = random.nextInt(4) == 0;
      rows.append("%d,%d,%s%n".formatted(t, 100 + (promotion ? 40 : 0), promotion));
    }
    Files.writeString(csv, rows);
    String[] usual = {
      "--csv",
      csv.toString(),
      "--time",
      "t",
      "--value",
      "value",
      "--horizon",
      "3",
      "--origins",
      "30",
      "--baselines",
      "none",
      "--json",
      "--set",
      "eddy.training.updates.max=100"
    };
    String[] known = Arrays.copyOf(usual, usual.length + 2);
    known[usual.length] = "--known";
    known[usual.length + 1] = "promotion";

    assertThat(execute(usual)).isEqualTo(ExitCode.OK);
    double blind = mae();
    out.getBuffer().setLength(0);
    assertThat(execute(known)).isEqualTo(ExitCode.OK);

    // One series of 310 values to learn from, and a hundred updates.
    assertThat(blind).isGreaterThan(8);
    assertThat(mae()).isLessThan(blind / 2);
  }

  /// An event moves the next value up in the north and down in the south; which of them a pump is
  /// in could be read from its past, by who has the training for it.
  @Test
  void shouldForecastByWhatIsLearnedOfACategory() throws IOException {
    Path csv = folder.resolve("regions.csv");
    var random = new Random(6);
    var rows = new StringBuilder("pump,t,value,event,region\n");
    for (int pump = 0; pump < 12; pump++) {
      boolean event = false;
      for (int t = 1; t <= 300; t++) {
        int effect = event ? (pump % 2 == 0 ? 20 : -20) : 0;
        event = random.nextInt(6) == 0;
        rows.append(
            "pump-%d,%d,%d,%s,%s%n"
                .formatted(
                    pump,
                    t,
                    100 + effect + random.nextInt(3),
                    event,
                    pump % 2 == 0 ? "north" : "south"));
      }
    }
    Files.writeString(csv, rows);
    String[] usual = {
      "--csv",
      csv.toString(),
      "--key",
      "pump",
      "--time",
      "t",
      "--value",
      "value",
      "--covariates",
      "event",
      "--season",
      "0",
      "--horizon",
      "1",
      "--origins",
      "60",
      "--baselines",
      "none",
      "--json",
      "--set",
      "eddy.training.updates.max=300"
    };

    assertThat(execute(usual)).isEqualTo(ExitCode.OK);
    double blind = mae();
    double byRegion = maeWithEmbedding(usual, "region");
    double byKey = maeWithEmbedding(usual, "key");

    // 300 updates: a network without an embedding has learned to read some of it.
    assertThat(byRegion).isLessThan(0.85 * blind);
    assertThat(byKey).isLessThan(0.85 * blind);
  }

  private double maeWithEmbedding(String[] usual, String category) throws IOException {
    out.getBuffer().setLength(0);
    String[] embedded = Arrays.copyOf(usual, usual.length + 2);
    embedded[usual.length] = "--embedding";
    embedded[usual.length + 1] = category;
    assertThat(execute(embedded)).isEqualTo(ExitCode.OK);
    return mae();
  }

  private double mae() throws IOException {
    return new ObjectMapper().readTree(out.toString()).get("mae").asDouble();
  }

  @Test
  void shouldAskForTheColumnsOfCovariates() throws IOException {
    assertThat(
            execute(
                "--csv",
                waves().toString(),
                "--key",
                "pump",
                "--value",
                "value",
                "--set",
                "eddy.covariates=t"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("eddy.covariates is \"t\": name the columns with");
    assertThat(
            execute("--csv", waves().toString(), "--value", "value", "--set", "eddy.embedding=t"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("eddy.embedding is \"t\": name the columns with");
  }

  /// Two series that repeat themselves every six steps.
  private Path waves() throws IOException {
    Path csv = folder.resolve("waves.csv");
    var rows = new StringBuilder("pump,t,value\n");
    for (int t = 1; t <= 120; t++) {
      rows.append("a,%d,%d\n".formatted(t, t % 6)).append("b,%d,%d\n".formatted(t, 7 * (t % 6)));
    }
    Files.writeString(csv, rows);
    return csv;
  }

  /// As [#waves], and by one more each season.
  private Path growth() throws IOException {
    Path csv = folder.resolve("growth.csv");
    var rows = new StringBuilder("pump,t,value\n");
    for (int t = 1; t <= 120; t++) {
      int value = t % 6 + t / 6;
      rows.append("a,%d,%d\n".formatted(t, value)).append("b,%d,%d\n".formatted(t, 7 * value));
    }
    Files.writeString(csv, rows);
    return csv;
  }

  private int execute(String... arguments) {
    CommandLine commandLine = EddyCommand.commandLine(new StopSignal());
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    String[] all = new String[arguments.length + 1];
    all[0] = "backtest";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return commandLine.execute(all);
  }
}
