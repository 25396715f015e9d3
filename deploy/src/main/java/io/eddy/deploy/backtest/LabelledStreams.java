package io.eddy.deploy.backtest;

import io.eddy.deploy.csv.Columns;
import io.eddy.deploy.csv.CsvReader;
import io.eddy.deploy.csv.Recording;
import io.eddy.deploy.csv.TimeFormat;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.model.evaluation.NabScore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the streams of the Numenta Anomaly Benchmark from a folder `nab`: `files.csv` names them,
/// `windows.csv` has `file,start,end`.
public final class LabelledStreams {
  private static final String NAME = "nab";

  private LabelledStreams() {}

  /// What the command line calls them.
  public static String key() {
    return NAME;
  }

  /// All streams, in the order of `files.csv`.
  ///
  /// @param folder that holds the data sets
  public static List<LabelledStream> read(Path folder, Progress progress) {
    Path streams = folder.resolve(NAME);
    Map<String, List<String[]>> windows = new HashMap<>();
    for (String[] row : rows(streams.resolve("windows.csv"))) {
      windows.computeIfAbsent(row[0], _ -> new ArrayList<>()).add(row);
    }
    List<String[]> files = rows(streams.resolve("files.csv"));
    progress.begin("reading", files.size());
    List<LabelledStream> all = new ArrayList<>();
    for (String[] row : files) {
      all.add(read(streams, row[0], windows.getOrDefault(row[0], List.of())));
      progress.advance(1);
    }
    return all;
  }

  private static LabelledStream read(Path streams, String file, List<String[]> windows) {
    Recording recording =
        CsvReader.read(
            streams.resolve(file),
            new Columns(
                Optional.empty(),
                Optional.of("timestamp"),
                Optional.of("value"),
                Optional.empty()));
    LongFile.Values values = LongFile.of(recording).series().values().iterator().next();
    long[] times = values.times();
    List<NabScore.Window> labelled = new ArrayList<>();
    TimeFormat format = new TimeFormat.Iso();
    for (String[] window : windows) {
      labelled.add(
          new NabScore.Window(
              firstAt(times, format.millis(window[1])),
              firstAt(times, format.millis(window[2]) + 1) - 1));
    }
    return new LabelledStream(file, times, values.values(), labelled);
  }

  /// The first row at a time or after it. Times may repeat: in the hour that the clock is put back.
  private static int firstAt(long[] times, long time) {
    int row = 0;
    while (row < times.length && times[row] < time) {
      row++;
    }
    return row;
  }

  private static List<String[]> rows(Path file) {
    if (!Files.exists(file)) {
      throw new UserException(
          ExitCode.USAGE,
          "there is no file %s: --data-dir must name the folder that holds the data sets"
              .formatted(file));
    }
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8).stream()
          .skip(1)
          .map(line -> Arrays.stream(line.split(",", -1)).map(String::strip))
          .map(cells -> cells.toArray(String[]::new))
          .toList();
    } catch (IOException e) {
      throw new UserException(
          ExitCode.USAGE, "file %s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }
}
