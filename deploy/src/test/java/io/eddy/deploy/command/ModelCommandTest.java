package io.eddy.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.model.cell.CellType;
import io.eddy.model.cell.Cells;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.exchange.StateDict;
import io.eddy.model.exchange.onnx.OnnxNetwork;
import io.eddy.model.exchange.onnx.OnnxWriter;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ModelCommandTest {
  private static final ForecasterSpec SPEC =
      new ForecasterSpec(CellType.GRU, 5, 2, 3, 4, 9, 0.8, 32);

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder = Path.of("");

  @Test
  void shouldTellWhatACheckpointIs() throws IOException {
    Path file = file("model.safetensors", ForecasterCheckpoint.write(forecaster()));

    assertThat(execute("model", "inspect", file.toString())).isEqualTo(ExitCode.OK);

    assertThat(out.toString())
        .contains("checkpoint of a forecaster")
        .containsPattern("cell +gru")
        .containsPattern("horizon +3")
        .containsPattern("season +4\n")
        .containsPattern("base +naive")
        .containsPattern("power +1.0")
        .containsPattern("scale +difference")
        .containsPattern("non-negative +no")
        .containsPattern("calendar +none")
        .containsPattern("zone +UTC")
        .containsPattern("confidence +0.8\n")
        .containsPattern("forecast value +median")
        .containsPattern("measured +on \"this\" data")
        .containsPattern("rnn.weight_ih_l0 +F32 +\\[15, 5\\] +75");
  }

  @Test
  void shouldTellWhatPyTorchsWeightsAre() throws IOException {
    Path file = file("weights.safetensors", lstm("encoder.rnn.").toBytes());

    assertThat(execute("model", "inspect", file.toString())).isEqualTo(ExitCode.OK);

    assertThat(out.toString())
        .contains("weights by PyTorch's names")
        .containsPattern("encoder.rnn +LSTM\\(input_size=3, hidden_size=4, num_layers=2\\)")
        .containsPattern("encoder.rnn.weight_hh_l1 +F32 +\\[16, 4\\] +64");
  }

  @Test
  void shouldTellWhatAnOnnxFileIsAndWhetherItCanBeRun() throws IOException {
    Path file = file("network.onnx", OnnxWriter.write(network()));

    assertThat(execute("model", "inspect", file.toString())).isEqualTo(ExitCode.OK);

    assertThat(out.toString())
        .contains("ONNX, operator set 17, by eddy")
        .containsPattern("state.hidden +FLOAT \\[batch, 4\\]")
        .containsPattern("Gemm +4")
        .contains("one step of it: from [x] to [y], with a state of 16 floats");
  }

  @Test
  void shouldInspectAsJson() throws IOException {
    Path checkpoint = file("model.safetensors", ForecasterCheckpoint.write(forecaster()));
    Path weights = file("weights.safetensors", lstm("rnn.").toBytes());
    Path onnx = file("network.onnx", OnnxWriter.write(network()));

    JsonNode ofCheckpoint = json("model", "inspect", checkpoint.toString(), "--json");
    JsonNode ofWeights = json("model", "inspect", weights.toString(), "--json");
    JsonNode ofOnnx = json("model", "inspect", onnx.toString(), "--json");

    assertThat(ofCheckpoint.at("/kind").asText()).isEqualTo("checkpoint");
    assertThat(ofCheckpoint.at("/network/eddy.season").asText()).isEqualTo("4");
    assertThat(ofCheckpoint.at("/provenance/measured").asText()).isEqualTo("on \"this\" data");
    assertThat(ofWeights.at("/layers/0/description").asText()).startsWith("LSTM(");
    assertThat(ofWeights.at("/tensors/0/shape/0").asInt()).isEqualTo(16);
    assertThat(ofOnnx.at("/graph/operators/Gemm").asInt()).isEqualTo(4);
    assertThat(ofOnnx.at("/step").asText()).startsWith("one step of it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"onnx", "safetensors"})
  void shouldGiveTheSameCheckpointBackAfterExportAndImport(String format) throws IOException {
    byte[] bytes = ForecasterCheckpoint.write(forecaster());
    Path file = file("model.safetensors", bytes);
    Path exported = folder.resolve("exported");
    Path imported = folder.resolve("imported");

    assertThat(
            execute("model", "export", file.toString(), "--format", format, "--out", exported + ""))
        .isEqualTo(ExitCode.OK);
    assertThat(execute("model", "import", exported.toString(), "--out", imported.toString()))
        .isEqualTo(ExitCode.OK);

    assertThat(Files.readAllBytes(exported)).isNotEqualTo(bytes);
    assertThat(Files.readAllBytes(imported)).isEqualTo(bytes);
  }

  @Test
  void shouldExportWeightsThatPyTorchLoadsStrictly() throws IOException {
    Path file = file("model.safetensors", ForecasterCheckpoint.write(forecaster()));
    Path exported = folder.resolve("weights.safetensors");

    execute(
        "model",
        "export",
        file.toString(),
        "--format",
        "safetensors",
        "--out",
        exported.toString());

    assertThat(Safetensors.fromBytes(Files.readAllBytes(exported)).tensors())
        .containsKeys("rnn.weight_ih_l1", "head.bias", "path.weight")
        .doesNotContainKey("calibration.width");
  }

  @Test
  void shouldMakeACheckpointOfAForecasterTrainedInPyTorch() throws IOException {
    StateDict weights = StateDict.of(forecaster().parameters()).withPrefix("net.");
    Path file = file("torch.safetensors", weights.toSafetensors(Map.of()).toBytes());
    Path imported = folder.resolve("model.safetensors");

    int code =
        execute(
            "model",
            "import",
            file.toString(),
            "--prefix",
            "net",
            "--season",
            "4",
            "--confidence",
            "0.8",
            "--window",
            "32",
            "--out",
            imported.toString());

    assertThat(code).as(err.toString()).isEqualTo(ExitCode.OK);
    Forecaster read = ForecasterCheckpoint.read(Files.readAllBytes(imported));
    assertThat(read.spec()).isEqualTo(SPEC);
    assertThat(read.parameters().values("head.weight"))
        .isEqualTo(forecaster().parameters().values("head.weight"));
    assertThat(read.provenance()).containsEntry("eddy.imported.from", "torch.safetensors");
  }

  @Test
  void shouldSayThatASeasonIsMissing() throws IOException {
    StateDict weights = StateDict.of(forecaster().parameters());
    Path file = file("torch.safetensors", weights.toSafetensors(Map.of()).toBytes());

    int code = execute("model", "import", file.toString(), "--out", folder.resolve("o").toString());

    assertThat(code).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("5 inputs a step").contains("name its season");
  }

  @Test
  void shouldTakeTwoSeasonsButHasNoSeriesToFindThemIn() throws IOException {
    StateDict weights = StateDict.of(forecaster().parameters());
    Path file = file("torch.safetensors", weights.toSafetensors(Map.of()).toBytes());
    String imported = folder.resolve("o").toString();

    assertThat(execute("model", "import", file.toString(), "--season", "4,8", "--out", imported))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("with seasons of [4, 8] has 7");
    assertThat(execute("model", "import", file.toString(), "--season", "auto", "--out", imported))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--season auto looks at series");
  }

  @Test
  void shouldImportOtherWeightsWithoutThePrefix() throws IOException {
    Path file = file("torch.safetensors", lstm("encoder.rnn.").toBytes());
    Path imported = folder.resolve("rnn.safetensors");

    assertThat(
            execute(
                "model",
                "import",
                file.toString(),
                "--prefix",
                "encoder.rnn.",
                "--out",
                imported.toString()))
        .isEqualTo(ExitCode.OK);

    assertThat(Safetensors.fromBytes(Files.readAllBytes(imported)).tensors())
        .containsKey("weight_ih_l0");
    assertThat(out.toString()).contains("LSTM(input_size=3").contains("no network");
  }

  @Test
  void shouldListTheTensorsThereAreWhenThePrefixHasNone() throws IOException {
    Path file = file("torch.safetensors", lstm("encoder.rnn.").toBytes());

    int code =
        execute("model", "import", file.toString(), "--prefix", "decoder", "--out", folder + "/o");

    assertThat(code).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .contains("torch.safetensors: no tensor's name begins with decoder.")
        .contains("encoder.rnn.weight_ih_l0");
  }

  @Test
  void shouldMakeOneStepOrWeightsOfAnOnnxGraph() throws IOException {
    Path file = file("network.onnx", OnnxWriter.write(network()));
    Path step = folder.resolve("step.onnx");
    Path weights = folder.resolve("weights.safetensors");

    assertThat(execute("model", "import", file.toString(), "--out", step.toString()))
        .isEqualTo(ExitCode.OK);
    assertThat(execute("model", "import", file.toString(), "--out", weights.toString()))
        .isEqualTo(ExitCode.OK);
    assertThat(execute("model", "inspect", step.toString())).isEqualTo(ExitCode.OK);

    assertThat(Safetensors.fromBytes(Files.readAllBytes(weights)).tensors())
        .containsKey("rnn.weight_hh_l1");
    assertThat(out.toString()).contains("with a state of 16 floats");
  }

  @ParameterizedTest
  @CsvSource({"import", "export"})
  void shouldNotWriteOverAFile(String command) throws IOException {
    Path file = file("model.safetensors", ForecasterCheckpoint.write(forecaster()));
    Path there = file("there", new byte[] {1});
    String[] format = command.equals("export") ? new String[] {"--format=onnx"} : new String[0];
    String[] words = {"model", command, file.toString(), "--out", there.toString()};

    int refused = execute(join(words, format));
    byte[] kept = Files.readAllBytes(there);
    int forced = execute(join(join(words, format), "--force"));

    assertThat(refused).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("is there already").contains("--force");
    assertThat(kept).containsExactly(1);
    assertThat(forced).isEqualTo(ExitCode.OK);
    assertThat(Files.size(there)).isGreaterThan(1000);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).as("no half file is left").hasSize(2);
    }
  }

  @Test
  void shouldNotMakeAGraphOfWeightsAlone() throws IOException {
    Path file = file("torch.safetensors", lstm("rnn.").toBytes());

    int code =
        execute("model", "export", file.toString(), "--format", "onnx", "--out", folder + "/o");

    assertThat(code).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("nothing that says what is computed").contains("LSTM(");
    assertThat(folder.resolve("o")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "PK and the rest of a zip, safetensors.torch.save_file",
    "hello, neither a safetensors nor an ONNX file",
    "12345678{broken, header of"
  })
  void shouldSayWhatAWrongFileIs(String content, String what) throws IOException {
    Path file = file("wrong", content.getBytes(StandardCharsets.UTF_8));

    assertThat(execute("model", "inspect", file.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("wrong: ").contains(what).doesNotContain("\tat ");
  }

  @Test
  void shouldSayThatThereIsNoFile() {
    assertThat(execute("model", "inspect", folder.resolve("none").toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("there is no file").contains("none");
  }

  private static Forecaster forecaster() {
    Forecaster initial = Forecaster.initial(SPEC, 3);
    var random = new SplittableRandom(3);
    for (int i = 0; i < initial.parameters().count(); i++) {
      for (int j = 0; j < initial.parameters().values(i).length; j++) {
        initial.parameters().values(i)[j] = (float) random.nextDouble() - 0.5f;
      }
    }
    return new Forecaster(
        SPEC,
        initial.parameters(),
        new float[] {1.5f, 1 / 3f, 0.1f, 1, 2, 3},
        Map.of("measured", "on \"this\" data"));
  }

  private static Safetensors lstm(String prefix) {
    Parameters parameters = network().parameters();
    return StateDict.of(parameters).under("rnn").withPrefix(prefix).toSafetensors(Map.of());
  }

  private static OnnxNetwork network() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 3);
    Value y = Cells.stack(builder, CellType.LSTM, "rnn.", x, 4, 2);
    Program program = builder.build();
    return OnnxNetwork.of(program, Parameters.initial(program.parameters(), 3), Map.of("y", y));
  }

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static String[] join(String[] words, String... more) {
    return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
  }

  private JsonNode json(String... arguments) throws IOException {
    out.getBuffer().setLength(0);
    assertThat(execute(arguments)).as(err.toString()).isEqualTo(ExitCode.OK);
    return new ObjectMapper().readTree(out.toString());
  }

  private int execute(String... arguments) {
    CommandLine commandLine = EddyCommand.commandLine(new StopSignal());
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments);
  }
}
