package io.eddy.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// On files of the data sets' forms, but made up and small: what is reached on the real ones stands
/// in docs/accuracy.md.
class EvaluateCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder = Path.of("");

  @Test
  void shouldListTasksWithTheirDataSets() {
    assertThat(evaluate("--list")).isEqualTo(ExitCode.OK);

    assertThat(out.toString())
        .containsPattern("characters +tinyshakespeare ")
        .containsPattern("log-sessions +hdfs-sessions ");
  }

  @Test
  void shouldTellQuestionsApart() throws IOException {
    Path data = Files.createDirectory(folder.resolve("trec-questions"));
    Files.write(data.resolve("train.tsv"), questions(300, 1));
    Files.write(data.resolve("test.tsv"), questions(60, 2));

    int exit = evaluate("--task=question", "--epochs=6", "--data-dir", folder.toString(), "--json");

    assertThat(exit).as(err.toString()).isEqualTo(ExitCode.OK);
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.get("task").asText()).isEqualTo("question");
    assertThat(json.get("accuracy").asDouble()).isEqualTo(1.0);
    assertThat(json.get("baseline_accuracy").asDouble()).isBetween(0.5, 1.0);
    assertThat(json.get("parameters").asLong()).isPositive();
    assertThat(json.get("train_seconds").asDouble()).isPositive();
    assertThat(json.get("tokens_per_second").asDouble()).isPositive();
  }

  @Test
  void shouldFindSessionsThatEndTooSoon() throws IOException {
    Path data = Files.createDirectory(folder.resolve("hdfs-sessions"));
    Files.write(data.resolve("train_normal.txt"), sessions(400, "5 7 9 11 3", 1));
    Files.write(data.resolve("test_normal_sample.txt"), sessions(50, "5 7 9 11 3", 2));
    Files.write(data.resolve("test_abnormal.txt"), sessions(50, "5 7 9", 3));

    int exit =
        evaluate("--task=log-sessions", "--epochs=6", "--data-dir", folder.toString(), "--json");

    assertThat(exit).as(err.toString()).isEqualTo(ExitCode.OK);
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.get("f1").asDouble()).isEqualTo(1.0);
    assertThat(json.get("recall").asDouble()).isEqualTo(1.0);
  }

  @Test
  void shouldSayWhatIsMissing() {
    assertThat(evaluate("--task=question")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--data-dir is missing", "trec-questions");
  }

  @Test
  void shouldSayWhichTasksThereAre() {
    assertThat(evaluate("--task=sentiment")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .contains("there are several data sets for sentiment", "sentiment/sst2");
  }

  @Test
  void shouldNameTheFileThatIsNotThere() {
    assertThat(evaluate("--task=question", "--data-dir", folder.toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("train.tsv is no file");
  }

  private int evaluate(String... arguments) {
    List<String> all = new ArrayList<>(List.of("evaluate"));
    all.addAll(List.of(arguments));
    CommandLine eddy = EddyCommand.commandLine(new StopSignal());
    eddy.setOut(new PrintWriter(out, true));
    eddy.setErr(new PrintWriter(err, true));
    return eddy.execute(all.toArray(String[]::new));
  }

  /// Of persons and places.
  private static List<String> questions(int count, long seed) {
    var random = new SplittableRandom(seed);
    String[] things = {"film", "book", "river", "town", "song"};
    List<String> lines = new ArrayList<>(List.of("coarse\tfine\ttext"));
    for (int i = 0; i < count; i++) {
      String thing = things[random.nextInt(things.length)];
      lines.add(
          random.nextBoolean()
              ? "HUM\tind\tWho made the " + thing + " ?"
              : "LOC\tother\tWhere is the " + thing + " ?");
    }
    return lines;
  }

  /// The same ids each time, the first of them one to three times.
  private static List<String> sessions(int count, String ids, long seed) {
    var random = new SplittableRandom(seed);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add("22 ".repeat(1 + random.nextInt(3)) + ids);
    }
    return lines;
  }
}
