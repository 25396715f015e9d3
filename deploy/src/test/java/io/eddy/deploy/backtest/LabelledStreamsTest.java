package io.eddy.deploy.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.process.UserException;
import io.eddy.model.evaluation.NabScore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledStreamsTest {

  @TempDir private Path folder = Path.of("");

  @Test
  void shouldReadTheCorpusAsItIsDescribed() {
    List<LabelledStream> streams = LabelledStreams.read(BenchmarkFiles.folder(), Progress.NONE);

    assertThat(streams).hasSize(41);
    assertThat(streams.stream().mapToInt(LabelledStream::rows).sum()).isEqualTo(311_596);
    assertThat(streams.stream().mapToInt(stream -> stream.windows().size()).sum()).isEqualTo(96);
  }

  @Test
  void shouldScoreTheSimpleDetectorAsPublished() throws IOException {
    List<LabelledStream> streams = LabelledStreams.read(BenchmarkFiles.folder(), Progress.NONE);

    JsonNode scores =
        new ObjectMapper().readTree(AnomalyComparison.run(streams, Progress.NONE).json());

    JsonNode simple = scores.get("baselines").get("windowed_gaussian");
    assertThat(simple.get("standard").asDouble()).isEqualTo(39.5, within(0.1));
    assertThat(simple.get("reward_low_fp").asDouble()).isEqualTo(18.1, within(0.1));
    assertThat(simple.get("reward_low_fn").asDouble()).isEqualTo(48.2, within(0.1));
    assertThat(scores.get("standard").asDouble()).isGreaterThan(70);
  }

  @Test
  void shouldCountBothEndsOfAWindow() throws IOException {
    write("2020-01-01 00:00:00,1\n2020-01-01 00:05:00,2\n2020-01-01 00:10:00,3\n");

    LabelledStream stream = LabelledStreams.read(folder, Progress.NONE).getFirst();

    assertThat(stream.windows()).containsExactly(new NabScore.Window(1, 2));
    assertThat(stream.value(2)).isEqualTo(3);
    assertThat(stream.probation()).isZero();
  }

  @Test
  void shouldFeedRowsInTheirOrder() throws IOException {
    write("2020-01-01 00:00:00,1\n2020-01-01 00:05:00,2\n2020-01-01 00:10:00,3\n");
    List<LabelledStream> streams = LabelledStreams.read(folder, Progress.NONE);

    var scored = new AnomalyBacktest(streams, Progress.NONE).run(new Tenths());

    assertThat(scored.scores().getFirst()).containsExactly(0.1, 0.2, 0.3);
  }

  @Test
  void shouldRefuseScoresThatAreNone() throws IOException {
    write("2020-01-01 00:00:00,1\n2020-01-01 00:05:00,11\n2020-01-01 00:10:00,3\n");
    List<LabelledStream> streams = LabelledStreams.read(folder, Progress.NONE);
    var backtest = new AnomalyBacktest(streams, Progress.NONE);

    assertThatThrownBy(() -> backtest.run(new Tenths())).hasMessageContaining("expected 0 to 1");
  }

  @Test
  void shouldSayWhatIsMissing() {
    assertThatThrownBy(() -> LabelledStreams.read(folder, Progress.NONE))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("windows.csv")
        .hasMessageContaining("--data-dir");
  }

  private void write(String rows) throws IOException {
    Path streams = Files.createDirectories(folder.resolve("nab").resolve("tests"));
    Files.writeString(streams.resolve("pump.csv"), "timestamp,value\n" + rows);
    Files.writeString(
        streams.resolveSibling("files.csv"), "file,rows,windows\ntests/pump.csv,3,1\n");
    Files.writeString(
        streams.resolveSibling("windows.csv"),
        "file,start,end\ntests/pump.csv,2020-01-01 00:05:00,2020-01-01 00:10:00\n");
  }

  /// A tenth of the value is the score.
  private static final class Tenths implements AnomalyContender {
    @Override
    public String name() {
      return "tenths";
    }

    @Override
    public AnomalyScorer begin(LabelledStream stream, int probation) {
      return (_, value) -> value / 10;
    }

    @Override
    public long parameters() {
      return 0;
    }
  }
}
