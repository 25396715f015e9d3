package io.eddy.model.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs a main class of these tests in a JVM of its own, for what is fixed once a JVM runs: vector
/// width, modules.
public final class ForkedJvm {

  private ForkedJvm() {}

  /// What a JVM printed, whether it succeeded or not.
  public record Output(String standard, String error) {

    public String whole() {
      return standard + error;
    }
  }

  /// Runs a main class to its end.
  public static Output outputOf(Class<?> main, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add("-cp");
    command.add(place(Kernels.class) + System.getProperty("path.separator") + place(main));
    command.add(main.getName());
    try {
      // The errors go to a file, as two pipes read in turn would block.
      Path errors = Files.createTempFile("eddy-forked-jvm", ".err");
      try {
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String standard =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return new Output(standard, Files.readString(errors));
      } finally {
        Files.delete(errors);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + main.getName() + " ran", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path place(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
