package io.eddy.deploy.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.terminal.Style;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the doctor says where there is no cluster, and nothing else either.
class DoctorTest {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  @TempDir private Path folder = Path.of("");

  @Test
  void shouldLookAtEverythingElseWhereNeitherBrokerNorRegistryAnswer() throws IOException {
    String registry = "http://127.0.0.1:" + closedPort();

    Diagnosis diagnosis =
        examine(
            Map.of(
                "bootstrap.servers", "127.0.0.1:" + closedPort(), "schema.registry.url", registry));

    assertThat(diagnosis.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(of(diagnosis, Verdict.BAD))
        .extracting(Finding::area)
        .containsExactly("cluster", "registry");
    assertThat(of(diagnosis, Verdict.BAD))
        .extracting(Finding::remedy)
        .allSatisfy(remedy -> assertThat(remedy).contains("start it, or correct"));
    assertThat(of(diagnosis, Verdict.SKIPPED))
        .extracting(Finding::area)
        .contains("topics", "access", "group", "registry");
    assertThat(of(diagnosis, Verdict.GOOD))
        .extracting(Finding::area)
        .contains("machine", "state", "memory", "configuration");
  }

  @Test
  void shouldEndInTimeWhereSomethingMuteListens() throws IOException {
    long started = System.nanoTime();
    Diagnosis diagnosis;
    try (var mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      diagnosis = examine(Map.of("bootstrap.servers", "127.0.0.1:" + mute.getLocalPort()));
    }

    assertThat(diagnosis.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    // One second of patience; the rest is for a busy machine.
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void shouldListEveryProblemOfAConfiguration() throws IOException {
    Diagnosis diagnosis =
        examine(Map.of("eddy.horizon", "0", "eddy.cell", "lstn", "eddy.hiden.size", "3"));

    assertThat(diagnosis.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(of(diagnosis, Verdict.BAD))
        .extracting(Finding::found)
        .satisfiesExactlyInAnyOrder(
            found -> assertThat(found).contains("eddy.horizon is \"0\""),
            found -> assertThat(found).contains("eddy.cell is \"lstn\""),
            found -> assertThat(found).contains("eddy.hiden.size", "eddy.hidden.size"));
  }

  @Test
  void shouldReportWhatKafkaRefuses() throws IOException {
    Diagnosis diagnosis = examine(Map.of("num.stream.threads", "many"));

    assertThat(diagnosis.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(of(diagnosis, Verdict.BAD))
        .singleElement()
        .satisfies(finding -> assertThat(finding.found()).contains("num.stream.threads", "many"));
  }

  @Test
  void shouldSayThatTheStateDirectoryCannotBeMade() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");

    Diagnosis diagnosis = examine(Map.of("state.dir", file.resolve("state").toString()));

    assertThat(of(diagnosis, Verdict.BAD))
        .filteredOn(finding -> finding.area().equals("state"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.remedy()).contains("state.dir"));
  }

  @Test
  void shouldWarnOfStateOnTheHeapAndOfMoreTrainingThanItHolds() throws IOException {
    Diagnosis diagnosis =
        examine(Map.of("eddy.store.type", "in-memory", "eddy.training.heap.bytes", "1048576"));

    assertThat(of(diagnosis, Verdict.WARNING))
        .filteredOn(finding -> finding.area().equals("memory"))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.found()).contains("keys fill half");
              assertThat(finding.remedy()).contains("eddy.store.type=rocksdb");
            });
  }

  @Test
  void shouldPrintOneLineForEachFindingAndOneForEachRemedy() {
    var diagnosis =
        new Diagnosis(
            List.of(
                Finding.good("machine", "java", "25"),
                Finding.bad("topics", "input", "it is\nnot there", "create it")));

    assertThat(diagnosis.lines(Style.PLAIN))
        .containsExactly(
            "✓  machine  java   25",
            "✗  topics   input  it is not there",
            "            → create it",
            "",
            "not ready: 1 bad, 0 to be looked at, 1 good, 0 not looked at");
  }

  private Diagnosis examine(Map<String, String> changes) throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("application.id", "doctor");
    settings.put("bootstrap.servers", "127.0.0.1:" + closedPort());
    settings.put("schema.registry.url", "mock://doctor");
    settings.put("eddy.input.topic", "input");
    settings.put("state.dir", folder.resolve("state").toString());
    settings.putAll(changes);
    return new Doctor(settings, PATIENCE).examine();
  }

  private static List<Finding> of(Diagnosis diagnosis, Verdict verdict) {
    return diagnosis.findings().stream().filter(one -> one.verdict() == verdict).toList();
  }

  private static int closedPort() throws IOException {
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }
}
