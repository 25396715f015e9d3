package io.eddy.model.evaluation;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.eddy.model.evaluation.NabScore.Scored;
import io.eddy.model.evaluation.NabScore.Window;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/// The labelled streams of the Numenta Anomaly Benchmark, from the folder `nab` of
/// `-Deddy.data.dir=...`: `files.csv`, `windows.csv` and one file for each stream.
public final class NabCorpus {

  private NabCorpus() {}

  /// One file: its rows and its labelled windows.
  public static final class Stream {
    private final String file;
    private final long[] times; // (rows), epoch milliseconds, its wall clock taken for UTC
    private final double[] values; // (rows)
    private final List<Window> windows;

    private Stream(String file, long[] times, double[] values, List<Window> windows) {
      this.file = file;
      this.times = times;
      this.values = values;
      this.windows = windows;
    }

    public String file() {
      return file;
    }

    public String folder() {
      return file.substring(0, file.indexOf('/'));
    }

    public int rows() {
      return values.length;
    }

    public long time(int row) {
      return times[row];
    }

    public double value(int row) {
      return values[row];
    }

    public List<Window> windows() {
      return windows;
    }

    public Scored scored(double[] scores) {
      return new Scored(scores, windows);
    }
  }

  /// All streams in the order of `files.csv`; skips the test if they are not there.
  public static List<Stream> streams() throws IOException {
    List<Stream> streams = new ArrayList<>();
    List<String> windows = Files.readAllLines(folder().resolve("windows.csv"));
    for (String line : withoutHeader(Files.readAllLines(folder().resolve("files.csv")))) {
      streams.add(stream(line.split(",", -1)[0], withoutHeader(windows)));
    }
    return streams;
  }

  /// The folder of the corpus; skips the test if it is not there.
  public static Path folder() {
    String data = System.getProperty("eddy.data.dir", "");
    assumeTrue(
        !data.isEmpty(), "SKIPPED, NOT TESTED: give -Deddy.data.dir=<folder with nab/files.csv>");
    Path folder = Path.of(data, "nab");
    assumeTrue(
        Files.exists(folder.resolve("files.csv")),
        "SKIPPED, NOT TESTED: -Deddy.data.dir has no " + folder.resolve("files.csv"));
    return folder;
  }

  private static Stream stream(String file, List<String> windows) throws IOException {
    List<String> rows = withoutHeader(Files.readAllLines(folder().resolve(file)));
    long[] times = new long[rows.size()];
    double[] values = new double[rows.size()];
    for (int row = 0; row < times.length; row++) {
      String[] fields = rows.get(row).split(",", -1);
      times[row] = millis(fields[0]);
      values[row] = Double.parseDouble(fields[1]);
    }
    List<Window> ofFile = new ArrayList<>();
    for (String line : windows) {
      String[] fields = line.split(",", -1);
      if (fields[0].equals(file)) {
        ofFile.add(window(times, millis(fields[1]), millis(fields[2])));
      }
    }
    return new Stream(file, times, values, ofFile);
  }

  private static Window window(long[] times, long start, long end) {
    int first = 0;
    while (times[first] < start) {
      first++;
    }
    int last = times.length - 1;
    while (times[last] > end) {
      last--;
    }
    return new Window(first, last);
  }

  private static long millis(String timestamp) {
    return LocalDateTime.parse(timestamp.replace(' ', 'T'))
        .toInstant(ZoneOffset.UTC)
        .toEpochMilli();
  }

  private static List<String> withoutHeader(List<String> lines) {
    return lines.subList(1, lines.size());
  }
}
