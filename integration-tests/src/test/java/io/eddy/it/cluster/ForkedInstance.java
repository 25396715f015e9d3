package io.eddy.it.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/// `eddy` in a process of its own, with the configuration of an application in a file: as `eddy
/// run` the only kind of instance that can be killed as machines kill.
public final class ForkedInstance implements AutoCloseable {
  private static final int LOG_CHARACTERS = 4000;
  private static final int END_SECONDS = 120;

  private final Process process;
  private final Path folder;

  private ForkedInstance(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
  }

  /// Starts the process and returns at once.
  ///
  /// @param command of `eddy`
  /// @param changes settings of this instance, besides those of the application
  static ForkedInstance start(
      TestApplication application,
      StateDirectory state,
      List<String> command,
      Map<String, String> changes) {
    try {
      Path folder = Files.createTempDirectory("eddy-it-process-");
      var properties = new Properties();
      properties.putAll(application.settingsWith(state));
      properties.putAll(changes);
      Path file = folder.resolve("eddy.properties");
      try (Writer writer = Files.newBufferedWriter(file)) {
        properties.store(writer, null);
      }
      var builder = new ProcessBuilder(java(command, file));
      builder.redirectErrorStream(true).redirectOutput(log(folder).toFile());
      return new ForkedInstance(builder.start(), folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> java(List<String> command, Path file) {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    java.add("--enable-native-access=ALL-UNNAMED");
    // It lives for seconds, beside others: little memory, and no time for the second compiler.
    java.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    // As a user has it: without the quiet that the tests' own file brings.
    java.add("-Dlogback.configurationFile=logback.xml");
    java.addAll(List.of("-cp", System.getProperty("java.class.path")));
    java.add(ForkedMain.class.getName());
    java.addAll(command);
    java.addAll(List.of("--config", file.toString()));
    return java;
  }

  private static Path log(Path folder) {
    return folder.resolve("log");
  }

  /// Fails, with what it last said, if it has ended.
  public void requireAlive() {
    if (!process.isAlive()) {
      throw new AssertionError(
          "the process has ended with " + process.exitValue() + "; it said:\n" + said());
    }
  }

  /// Opens a view of what it takes of the machine.
  public ProcessFigures figures() {
    return ProcessFigures.of(process.pid());
  }

  /// The end of its output.
  public String said() {
    try {
      String all = Files.readString(log(folder));
      return all.substring(Math.max(0, all.length() - LOG_CHARACTERS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// SIGKILL: it has no chance to finish anything. Returns when it is gone.
  public void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /// SIGTERM.
  ///
  /// @return its exit code when it has ended
  public int stop() {
    process.toHandle().destroy(); // Process.destroy would close its standard input, too.
    return awaitEnd();
  }

  /// Waits until it ends.
  ///
  /// @return its exit code
  public int awaitEnd() {
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the process does not end; it said:\n" + said());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    kill();
    try {
      Files.delete(folder.resolve("eddy.properties"));
      Files.delete(log(folder));
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
