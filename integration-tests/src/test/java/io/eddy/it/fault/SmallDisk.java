package io.eddy.it.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.eddy.it.cluster.StateDirectory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A state directory on a file system of its own that can be filled up: a tmpfs, which only root
/// can mount.
final class SmallDisk implements AutoCloseable {
  private static final String SIZE = "64m";
  private static final int BLOCK = 1 << 16;

  private final StateDirectory directory;

  private SmallDisk(StateDirectory directory) {
    this.directory = directory;
  }

  /// Mounts one; aborts the test, with the reason, where that is not allowed.
  static SmallDisk mount() {
    var directory = StateDirectory.create();
    String refusal =
        run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", directory.path().toString());
    if (!refusal.isEmpty()) {
      directory.close();
      System.err.println("SKIPPED: a full disk is not tested, no tmpfs can be mounted: " + refusal);
    }
    assumeTrue(refusal.isEmpty(), "a tmpfs can be mounted (as root): " + refusal);
    return new SmallDisk(directory);
  }

  StateDirectory directory() {
    return directory;
  }

  /// Takes all the room there is.
  void fill() {
    try (OutputStream file = Files.newOutputStream(filler())) {
      for (int block = BLOCK; block > 0; block /= 2) {
        writeUntilFull(file, new byte[block]);
      }
    } catch (IOException e) {
      // Closing may find it full once more.
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private static void writeUntilFull(OutputStream file, byte[] block) {
    try {
      while (true) {
        file.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  /// Gives it back.
  void free() {
    try {
      Files.delete(filler());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path filler() {
    return directory.path().resolve("filler");
  }

  /// Returns what it said if it failed.
  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? "" : said.strip() + " ";
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    directory.wipe();
    assertThat(run("umount", directory.path().toString())).isEmpty();
    directory.close();
  }
}
