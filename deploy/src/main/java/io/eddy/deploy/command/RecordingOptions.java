package io.eddy.deploy.command;

import io.eddy.deploy.csv.Columns;
import io.eddy.deploy.csv.CsvReader;
import io.eddy.deploy.csv.RecordedMessages;
import io.eddy.deploy.csv.Recording;
import io.eddy.deploy.csv.TimeFormat;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.model.series.CovariateSpec;
import io.eddy.model.series.EmbeddingSpec;
import io.eddy.processors.config.ProcessorsConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// A file of recorded series and its columns, as options.
class RecordingOptions {
  @Option(
      names = "--csv",
      paramLabel = "FILE[.gz]",
      description = "Read this file; its first row names the columns.")
  private @Nullable Path csv;

  @Option(
      names = "--key",
      paramLabel = "COLUMN",
      description = "Column that names the series. Default: the file is one series.")
  private @Nullable String key;

  @Option(
      names = "--time",
      paramLabel = "COLUMN",
      description =
          "Column of times: ISO dates, date-times and year-months, epoch milliseconds or seconds,"
              + " or step numbers (one hour each). Default: rows are steps.")
  private @Nullable String time;

  @Option(
      names = "--value",
      paramLabel = "COLUMN",
      description =
          "Column of values, or of messages. Default: the only other column; of messages, that with"
              + " the longest cells.")
  private @Nullable String value;

  @Option(
      names = "--covariates",
      paramLabel = "COLUMN",
      split = ",",
      description =
          "Columns of numbers that may tell of the values that follow, such as a temperature; true"
              + " and false are 1 and 0, an empty cell is missing.")
  private List<String> covariates = List.of();

  @Option(
      names = "--known",
      paramLabel = "COLUMN",
      split = ",",
      description =
          "Columns of numbers that are known ahead, such as a price: a row comes with what the"
              + " following rows of the same series say.")
  private List<String> known = List.of();

  @Option(
      names = "--embedding",
      paramLabel = "key|COLUMN",
      description =
          "A category of which the network learns numbers of its own: key, the series itself, or a"
              + " column of texts or numbers, such as a region.")
  private @Nullable String embedding;

  @Option(
      names = "--time-format",
      paramLabel = "FORMAT",
      description =
          "iso, millis, seconds, step, or a pattern such as \"dd.MM.yyyy HH:mm\". Default: told"
              + " from the first row.")
  private @Nullable String timeFormat;

  /// The file, if one is given.
  Optional<Path> csv() {
    return Optional.ofNullable(csv);
  }

  /// Reads the messages of the file.
  RecordedMessages readMessages(Path csv, PrintWriter words) {
    RecordedMessages recording =
        RecordedMessages.read(csv, Optional.ofNullable(key), Optional.ofNullable(value));
    words.println(
        "%s: %s messages in column %s"
            .formatted(csv, Numbers.count(recording.messages().size()), recording.column()));
    return recording;
  }

  /// Whether anything is said about columns.
  boolean describesColumns() {
    return key != null
        || time != null
        || value != null
        || timeFormat != null
        || !covariates.isEmpty()
        || embedding != null
        || !known.isEmpty();
  }

  /// The settings that follow from the columns.
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    if (!covariates.isEmpty()) {
      settings.put(ProcessorsConfig.COVARIATES, String.join(",", covariates));
    }
    if (!known.isEmpty()) {
      settings.put(ProcessorsConfig.COVARIATES_KNOWN, String.join(",", known));
    }
    if (embedding != null) {
      settings.put(ProcessorsConfig.EMBEDDING, embedding);
    }
    return settings;
  }

  /// Reads the file and says what is in it.
  Recording read(Path csv, CommandSpec spec, PrintWriter words) {
    var columns =
        new Columns(
            Optional.ofNullable(key),
            Optional.ofNullable(time),
            Optional.ofNullable(value),
            Optional.ofNullable(timeFormat).map(name -> timeFormat(name, spec)),
            covariateSpec(spec));
    Recording recording = CsvReader.read(csv, columns);
    words.println(
        "%s: %s rows, %s series"
            .formatted(
                csv, Numbers.count(recording.size()), Numbers.count(recording.keys().size())));
    return recording;
  }

  private CovariateSpec covariateSpec(CommandSpec spec) {
    try {
      var numbers = new CovariateSpec(covariates, known);
      // How large the table is does not matter to a file.
      return embedding == null
          ? numbers
          : numbers.withEmbedding(new EmbeddingSpec(embedding, 2, 1));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--covariates, --known and --embedding do not fit: " + e.getMessage(),
          e);
    }
  }

  private static TimeFormat timeFormat(String name, CommandSpec spec) {
    try {
      return TimeFormat.named(name);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--time-format \"%s\" is no format (%s), expected iso, millis, seconds, step, or a pattern such as"
                  .formatted(name, e.getMessage())
              + " \"dd.MM.yyyy HH:mm\"",
          e);
    }
  }
}
