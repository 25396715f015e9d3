package io.eddy.it.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/// The disk of an instance, which outlives it: it may be found again by the next, or be lost.
public final class StateDirectory implements AutoCloseable {
  private final Path path;

  private StateDirectory(Path path) {
    this.path = path;
  }

  /// An empty one.
  public static StateDirectory create() {
    try {
      return new StateDirectory(Files.createTempDirectory("eddy-it-state-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path path() {
    return path;
  }

  /// Deletes everything in it.
  public void wipe() {
    try (Stream<Path> found = Files.walk(path)) {
      for (Path file : found.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(path)) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    wipe();
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
