package io.eddy.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void shouldMeasureEachCaseOfTheStreamOnARealBroker() throws IOException {
    int exit =
        execute(
            "stream",
            "--network=4",
            "--keys=96",
            "--horizon=1,3",
            "--guarantee=exactly_once_v2",
            "--cached=false",
            "--threads=2",
            "--rounds=2",
            "--events=2000",
            "--json");

    assertThat(exit).as(err.toString()).isEqualTo(ExitCode.OK);
    List<JsonNode> lines = lines();
    assertThat(lines).extracting(line -> line.get("horizon").asInt()).containsExactly(1, 3);
    for (JsonNode line : lines) {
      assertThat(line.get("rounds").asInt()).isEqualTo(2);
      for (String figure :
          List.of(
              "identity_rate",
              "without_network_rate",
              "eddy_rate",
              "ratio",
              "ratio_to_identity",
              "own_micros",
              "get_micros",
              "put_micros",
              "forward_micros",
              "allocated_bytes",
              "changelog_bytes")) {
        assertThat(line.get(figure).asDouble()).as(figure).isPositive();
      }
    }
    assertThat(lines.get(1).get("changelog_bytes").asDouble())
        .isGreaterThan(lines.get(0).get("changelog_bytes").asDouble());
  }

  @Test
  void shouldMeasureEachWayToStart() throws IOException {
    int exit = execute("restore", "--network=4", "--keys=200", "--json");

    assertThat(exit).as(err.toString()).isEqualTo(ExitCode.OK);
    JsonNode line = lines().getLast();
    assertThat(line.get("records").asLong()).isGreaterThanOrEqualTo(200);
    for (String figure :
        List.of(
            "changelog_bytes",
            "restore_seconds",
            "keys_per_second",
            "cold_start_seconds",
            "warm_start_seconds",
            "takeover_seconds")) {
      assertThat(line.get(figure).asDouble()).as(figure).isPositive();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "bench; what is to be measured",
        "bench stream --network=2y64; expected its units, such as 64, or layers too, as in 2x64",
        "bench stream --store=disk; expected rocksdb or in-memory",
        "bench stream --guarantee=once; AT_LEAST_ONCE",
        "bench stream --keys=5 --threads=2; keys and events multiples of threads",
        "bench stream --rounds=0; must be at least 1",
        "bench stream --summary --network=64; has cases of its own",
        "bench restore --keys=0; expected 1 or more"
      })
  void shouldSayWhatIsWrongBeforeItMeasures(String line, String complaint) {
    int exit = commandLine().execute(line.split(" "));

    assertThat(exit).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains(complaint);
    assertThat(out.toString()).isEmpty();
  }

  private List<JsonNode> lines() throws IOException {
    var json = new ObjectMapper();
    return json.readerFor(JsonNode.class).<JsonNode>readValues(out.toString()).readAll();
  }

  private int execute(String... arguments) {
    return commandLine()
        .execute(Stream.concat(Stream.of("bench"), Stream.of(arguments)).toArray(String[]::new));
  }

  private CommandLine commandLine() {
    return EddyCommand.commandLine(new StopSignal())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err));
  }
}
