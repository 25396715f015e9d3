package io.eddy.deploy.evaluate;

import java.io.IOException;

/// A task on a data set, mostly one that others have published figures on: trains on its training
/// part, measures on its test part.
public interface EvaluationTask {

  /// What is learned, such as `characters`.
  String task();

  /// The folder of the data, such as `tinyshakespeare`.
  String data();

  /// The whole of it in one line, for the help.
  String description();

  /// Whether the data are files; else the task makes them itself.
  default boolean readsFiles() {
    return true;
  }

  /// Trains and measures.
  ///
  /// @throws IOException if a file cannot be read
  TaskResult run(TaskRun run) throws IOException;
}
