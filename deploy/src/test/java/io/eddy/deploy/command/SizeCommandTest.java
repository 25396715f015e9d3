package io.eddy.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class SizeCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void shouldGrowWithKeysAndEvents() throws IOException {
    JsonNode one = json("--keys", "1000", "--events-per-second", "100");
    JsonNode twice = json("--keys", "2000", "--events-per-second", "200");

    assertThat(twice.get("state_bytes_per_key")).isEqualTo(one.get("state_bytes_per_key"));
    for (String figure : new String[] {"disk_bytes_per_instance", "cores_per_instance"}) {
      assertThat(twice.get(figure).asDouble())
          .as(figure)
          .isCloseTo(2 * one.get(figure).asDouble(), within(1.0));
    }
  }

  @Test
  void shouldTakeTheNetworkFromTheSettings() throws IOException {
    JsonNode small = json("--keys", "10", "--events-per-second", "1", "--set", "eddy.horizon=1");
    JsonNode large = json("--keys", "10", "--events-per-second", "1", "--set", "eddy.horizon=48");

    assertThat(large.get("answer_bytes").asInt())
        .isGreaterThan(small.get("answer_bytes").asInt() + 47 * 3 * Double.BYTES);
    assertThat(large.get("state_bytes_per_key").asInt())
        .isGreaterThan(small.get("state_bytes_per_key").asInt());
  }

  @Test
  void shouldMeasureTheTimeOfAnEventHere() {
    assertThat(execute("--keys", "10", "--events-per-second", "1")).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("processor time", "cores", "heap (-Xmx)", "restore", "changelogs");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--keys=0",
        "--events-per-second=0",
        "--instances=13",
        "--retention=PT0S",
        "--set=num.standby.replicas=2",
        "--set=eddy.job=language-model"
      })
  void shouldSayWhatMakesNoSense(String wrong) {
    assertThat(execute("--keys=10", "--events-per-second=1", wrong)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("expected");
  }

  private JsonNode json(String... arguments) throws IOException {
    out.getBuffer().setLength(0);
    String[] all =
        Stream.concat(Stream.of(arguments), Stream.of("--micros", "5", "--json"))
            .toArray(String[]::new);
    assertThat(execute(all)).as(err.toString()).isEqualTo(ExitCode.OK);
    return new ObjectMapper().readTree(out.toString());
  }

  private int execute(String... arguments) {
    CommandLine eddy = EddyCommand.commandLine(new StopSignal());
    eddy.setOut(new PrintWriter(out, true));
    eddy.setErr(new PrintWriter(err, true));
    eddy.setOverwrittenOptionsAllowed(true);
    return eddy.execute(
        Stream.concat(Stream.of("size"), Stream.of(arguments)).toArray(String[]::new));
  }
}
