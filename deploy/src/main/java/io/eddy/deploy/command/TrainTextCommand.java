package io.eddy.deploy.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.config.Settings;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.deploy.terminal.ProgressBar;
import io.eddy.deploy.train.TextTraining;
import io.eddy.model.sequence.LearningListener;
import io.eddy.processors.config.ProcessorsConfig;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `eddy train text`: a model of messages from a file.
@Command(
    name = "text",
    description = {
      "Trains the model of an application that reads messages on a file, by that application's"
          + " settings, and writes it as a checkpoint; \"eddy model import\" gives it to the"
          + " application. No broker is needed.",
      "",
      "The file holds, for language-model and complete, a message a line; for classify columns with"
          + " tabs between, under a line with their names, text and label unless --set says"
          + " otherwise, and for translate text and translation; for tag a line with a word, a tab"
          + " and its tag each, and a blank line behind each message. A file that ends in .jsonl"
          + " holds an object a line, with the fields that the settings name; caption reads no"
          + " other. It may be gzipped.",
    },
    footer = {
      "%nExamples:",
      "  eddy train text --task classify --train reviews.tsv --out reviews.safetensors",
      "  eddy train text --task complete --train lines.txt --set eddy.hidden.size=256 --set"
          + " eddy.training.updates.max=5000 --out lines.safetensors",
      "  eddy train text --config eddy.properties --train tagged.tsv --out tags.safetensors",
      "  eddy model import tags.safetensors --config eddy.properties"
    })
final class TrainTextCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The application's properties; of several a later one wins.")
  private List<Path> files = List.of();

  @Mixin private SettingsOption setting = new SettingsOption();

  @Option(
      names = "--task",
      paramLabel = "JOB",
      description =
          "What the model is for, over eddy.job: language-model, complete, classify, tag,"
              + " translate, caption.")
  private @Nullable String task;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Option(names = "--train", paramLabel = "FILE", required = true, description = "Messages.")
  private Path train;

  @Option(
      names = "--validation",
      paramLabel = "FILE",
      description =
          "Messages that tell which weights are kept. Default: the last fifth of --train.")
  private @Nullable Path validation;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "The checkpoint to write.")
  private Path out;

  @Option(names = "--force", description = "Write over the file that --out names.")
  private boolean force;

  @Option(names = "--json", description = "End with one JSON object on the last line.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    ModelFile.checkFree(out, force);
    ProcessorsConfig config = ProcessorsConfig.of(settings());
    PrintWriter err = spec.commandLine().getErr();
    boolean live = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    TextTraining.Result result;
    long started = System.nanoTime();
    try (var bar = new ProgressBar(err, live)) {
      result = new TextTraining(config, train, validation, listener(bar, err)).run();
    }
    double seconds = (System.nanoTime() - started) * 1e-9;
    ModelFile.write(out, result.file());
    print(result, seconds);
    return ExitCode.OK;
  }

  private Map<String, String> settings() {
    Map<String, String> inFiles = new LinkedHashMap<>();
    // What no training needs, and every configuration must have.
    inFiles.put(StreamsConfig.APPLICATION_ID_CONFIG, "eddy");
    inFiles.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:9092");
    inFiles.put(ProcessorsConfig.INPUT_VALUE_FIELD, "text");
    files.forEach(file -> inFiles.putAll(Settings.file(file)));
    Map<String, String> commandLine = new LinkedHashMap<>(setting.settings());
    if (task != null) {
      commandLine.put(ProcessorsConfig.JOB, task);
    }
    return Settings.of(inFiles, System.getenv(), commandLine);
  }

  private static LearningListener listener(ProgressBar bar, PrintWriter err) {
    return new LearningListener() {
      @Override
      public void begin(int epoch, int epochs, int examples) {
        bar.begin("epoch " + epoch + " of " + epochs, examples);
      }

      @Override
      public void advance(int examples) {
        if (examples > 0) {
          bar.advance(examples);
        }
      }

      @Override
      public void end(int epoch, int epochs, double loss, double validationLoss) {
        bar.clear();
        err.println(
            String.format(
                Locale.ROOT,
                "epoch %d of %d: loss %.4f while learning, %.4f on what is held out",
                epoch,
                epochs,
                loss,
                validationLoss));
        err.flush();
      }
    };
  }

  private void print(TextTraining.Result result, double seconds) throws JsonProcessingException {
    PrintWriter writer = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("file", out.toString());
      object.putAll(result.figures());
      object.put("train_seconds", seconds);
      writer.println(JSON.writeValueAsString(object));
    } else {
      result
          .figures()
          .forEach(
              (name, value) ->
                  writer.println(
                      String.format(
                          Locale.ROOT, "%-28s %s", name.replace('_', ' '), figure(value))));
      writer.println(String.format(Locale.ROOT, "trained in %.0f s, written to %s", seconds, out));
    }
    writer.flush();
  }

  private static String figure(Object value) {
    return value instanceof Double real
        ? String.format(Locale.ROOT, "%.4f", real)
        : Numbers.count(((Number) value).longValue());
  }
}
