package io.eddy.deploy.backtest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/// The folder of benchmark data sets, which are not part of the repository: the system property
/// `eddy.data.dir`, else `shared/data` beside the repository. Tests that need it are skipped
/// without it, and say so.
public final class BenchmarkFiles {
  private static final Path USUAL = Path.of("..", "..", "shared", "data");

  private BenchmarkFiles() {}

  public static Path folder() {
    String given = System.getProperty("eddy.data.dir");
    Path folder = given == null ? USUAL : Path.of(given);
    assumeTrue(
        Files.isDirectory(folder),
        () ->
            "SKIPPED: there is no folder of benchmark data at %s; name it with -Deddy.data.dir=DIR"
                .formatted(folder.toAbsolutePath().normalize()));
    return folder;
  }

  static DataSet read(String name) {
    return BenchmarkData.named(name).orElseThrow().read(folder(), OptionalInt.empty());
  }
}
