package io.eddy.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.model.checkpoint.CaptionerCheckpoint;
import io.eddy.model.checkpoint.ClassifierCheckpoint;
import io.eddy.model.checkpoint.LanguageModelCheckpoint;
import io.eddy.model.checkpoint.TaggerCheckpoint;
import io.eddy.model.checkpoint.TranslatorCheckpoint;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.sequence.LanguageModelSpec;
import io.eddy.processors.config.ProcessorsConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TrainTextCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final SplittableRandom random = new SplittableRandom(1);

  @TempDir private Path folder = Path.of("");

  @Test
  void shouldLearnLabelsFromColumnsAndFromJson() throws IOException {
    List<String> columns = new ArrayList<>(List.of("id\ttext\tlabel"));
    List<String> objects = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String word = i % 2 == 0 ? "fine" : "poor";
      String label = i % 2 == 0 ? "good" : "bad";
      String text = "film " + random.nextInt(50) + " is " + word;
      columns.add(i + "\t" + text + "\t" + label);
      objects.add("{\"text\": \"%s\", \"label\": \"%s\"}".formatted(text, label));
    }
    Path fromColumns = folder.resolve("columns.safetensors");
    Path fromJson = folder.resolve("json.safetensors");

    int first = train("classify", write("a.tsv", columns), fromColumns, "--json");
    JsonNode json = new ObjectMapper().readTree(out.toString());
    int second = train("classify", write("a.jsonl", objects), fromJson);

    assertThat(first).as(err.toString()).isEqualTo(ExitCode.OK);
    assertThat(second).as(err.toString()).isEqualTo(ExitCode.OK);
    assertThat(json.get("validation_accuracy").asDouble()).isEqualTo(1.0);
    assertThat(json.get("messages").asInt()).isEqualTo(160);
    var classifier = ClassifierCheckpoint.read(Files.readAllBytes(fromColumns));
    assertThat(classifier.reader(Kernels.best()).label(List.of("quite", "poor"))).isEqualTo("bad");
    assertThat(classifier.provenance())
        .containsEntry("training.file", "a.tsv")
        .containsEntry("validation.messages", "40");
    assertThat(ClassifierCheckpoint.read(Files.readAllBytes(fromJson)).words().tokens())
        .isEqualTo(classifier.words().tokens());
  }

  @Test
  void shouldLearnTags() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      String verb = i % 2 == 0 ? "buy" : "sell";
      lines.addAll(
          List.of(
              "# intent = " + verb,
              verb + "\tO",
              random.nextInt(1, 10) + "\tB-count",
              (i % 3 == 0 ? "apples" : "pears") + "\tB-fruit",
              ""));
    }
    Path target = folder.resolve("tags.safetensors");

    int exit =
        train("tag", write("tags.tsv", lines), target, "--set=eddy.training.learning.rate=0.02");

    assertThat(exit).as(err.toString()).isEqualTo(ExitCode.OK);
    var tagged =
        TaggerCheckpoint.read(Files.readAllBytes(target))
            .reader(1, Kernels.best())
            .tag(List.of("sell", "3", "pears"));
    assertThat(tagged.tags()).containsExactly("O", "B-count", "B-fruit");
    assertThat(tagged.label()).isEqualTo("sell");
    assertThat(out.toString()).contains("validation f1");
  }

  @Test
  void shouldLearnToTranslateFromColumnsAndFromJson() throws IOException {
    List<String> columns = new ArrayList<>(List.of("text\tid\ttranslation"));
    List<String> objects = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      String german = i % 2 == 0 ? "das haus" : "das auto";
      String english = i % 2 == 0 ? "the house" : "the car";
      columns.add(german + "\t" + i + "\t" + english);
      objects.add("{\"text\": \"%s\", \"translation\": \"%s\"}".formatted(german, english));
    }
    Path fromColumns = folder.resolve("columns.safetensors");
    Path fromJson = folder.resolve("json.safetensors");
    String[] settings = {
      "--set=eddy.training.updates.max=60",
      "--set=eddy.training.batch.size=8",
      "--set=eddy.training.learning.rate=0.01",
      "--set=eddy.text.dropout=0",
      "--set=eddy.translate.merges=20"
    };

    int first = train("translate", write("a.tsv", columns), fromColumns, settings);
    int second = train("translate", write("a.jsonl", objects), fromJson, settings);

    assertThat(first).as(err.toString()).isEqualTo(ExitCode.OK);
    assertThat(second).as(err.toString()).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("validation bleu").contains("source pieces");
    var translator = TranslatorCheckpoint.read(Files.readAllBytes(fromColumns));
    assertThat(translator.reader(2, Kernels.best()).text("das auto")).isEqualTo("the car");
    assertThat(translator.provenance()).containsEntry("validation.messages", "24");
    assertThat(TranslatorCheckpoint.read(Files.readAllBytes(fromJson)).source().tokens())
        .isEqualTo(translator.source().tokens());
    assertThat(eddy("model", "inspect", fromColumns.toString())).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("translator");
  }

  @Test
  void shouldLearnCaptions() throws IOException {
    List<String> objects = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      objects.add(
          i % 2 == 0
              ? "{\"vectors\": [[1, 0], [0, 0]], \"caption\": \"a dog\"}"
              : "{\"vectors\": [[0, 1]], \"caption\": \"a cat\"}");
    }
    Path target = folder.resolve("captions.safetensors");
    String[] settings = {
      "--set=eddy.input.format=json",
      "--set=eddy.input.value.field=vectors",
      "--set=eddy.caption.features=2",
      "--set=eddy.training.updates.max=60",
      "--set=eddy.training.batch.size=8",
      "--set=eddy.training.learning.rate=0.01",
      "--set=eddy.text.dropout=0"
    };

    int exit = train("caption", write("a.jsonl", objects), target, settings);
    objects.add("{\"vectors\": [[1]], \"caption\": \"a dog\"}");
    int ragged = train("caption", write("b.jsonl", objects), folder.resolve("x"), settings);
    int columns = train("caption", write("c.tsv", List.of("a\tb")), folder.resolve("x"), settings);

    assertThat(exit).as(err.toString()).isEqualTo(ExitCode.OK);
    assertThat(ragged).isEqualTo(ExitCode.USAGE);
    assertThat(columns).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .contains("b.jsonl: line 121: vectors: vector 0 has 1 numbers, expected 2")
        .contains("c.tsv: vectors are read from JSON lines");
    var captioner = CaptionerCheckpoint.read(Files.readAllBytes(target)).reader(1, Kernels.best());
    assertThat(captioner.caption(new float[][] {{0, 1}}).words()).containsExactly("a", "cat");
    assertThat(out.toString()).contains("validation exact");
    assertThat(eddy("model", "inspect", target.toString())).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("captioner");
  }

  @Test
  void shouldTrainWhatTheConfiguredApplicationCanServe() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      lines.add("GET /page/" + random.nextInt(5) + " 200");
    }
    Path config = write("eddy.properties", List.of("eddy.job=complete", "eddy.hidden.size=24"));
    Path target = folder.resolve("lines.safetensors");

    int exit =
        run(
            "--config",
            config.toString(),
            "--train",
            write("lines.txt", lines).toString(),
            "--set=eddy.training.updates.max=120",
            "--out",
            target.toString());

    assertThat(exit).as(err.toString()).isEqualTo(ExitCode.OK);
    LanguageModelSpec spec =
        LanguageModelCheckpoint.read(Files.readAllBytes(target)).network().spec();
    assertThat(spec)
        .isEqualTo(
            ProcessorsConfig.of(
                    Map.of(
                        StreamsConfig.APPLICATION_ID_CONFIG, "any",
                        StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:9092",
                        ProcessorsConfig.JOB, "complete",
                        ProcessorsConfig.HIDDEN_SIZE, "24"))
                .languageModelSpec());
    assertThat(out.toString()).contains("validation bits per symbol");
  }

  @Test
  void shouldSayWhatIsWrongWithAFile() throws IOException {
    Path none = folder.resolve("none");
    Path columns = write("columns.tsv", List.of("a\tb", "1\t2"));
    Path one = write("one.tsv", List.of("text\tlabel", "fine\tgood", "poor\tgood", "x\tgood"));
    Path tags = write("t.jsonl", List.of("{\"text\": \"buy pears\", \"tags\": [\"O\"]}"));

    assertThat(train("classify", none, folder.resolve("x"))).isEqualTo(ExitCode.USAGE);
    assertThat(train("classify", columns, folder.resolve("x"))).isEqualTo(ExitCode.USAGE);
    assertThat(train("classify", one, folder.resolve("x"))).isEqualTo(ExitCode.USAGE);
    assertThat(train("tag", tags, folder.resolve("x"))).isEqualTo(ExitCode.USAGE);
    assertThat(train("forecast", one, folder.resolve("x"))).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString())
        .contains("none: there is no such file")
        .contains("columns.tsv: its columns are [a, b], expected text (eddy.input.value.field)")
        .contains("expected at least 2 labels")
        .contains("1 tags for the 2 words [buy, pears]")
        .contains("eddy.job is forecast, expected one that reads messages");
    assertThat(folder.resolve("x")).doesNotExist();
  }

  private Path write(String name, List<String> lines) throws IOException {
    return Files.write(folder.resolve(name), lines);
  }

  private int train(String task, Path from, Path target, String... more) {
    List<String> all = new ArrayList<>(List.of("--task", task, "--train", from.toString()));
    all.addAll(List.of("--out", target.toString()));
    all.addAll(List.of(more));
    return run(all.toArray(String[]::new));
  }

  private int run(String... options) {
    List<String> all = new ArrayList<>(List.of("train", "text"));
    all.addAll(List.of(options));
    return eddy(all.toArray(String[]::new));
  }

  private int eddy(String... arguments) {
    CommandLine eddy = EddyCommand.commandLine(new StopSignal());
    eddy.setOut(new PrintWriter(out));
    eddy.setErr(new PrintWriter(err));
    return eddy.execute(arguments);
  }
}
