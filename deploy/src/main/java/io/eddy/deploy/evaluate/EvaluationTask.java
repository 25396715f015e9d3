package io.eddy.deploy.evaluate;

import java.io.IOException;

/// A task on a data set, mostly one that others have published figures on: trains on its training
/// part, measures on its test part.
public abstract class EvaluationTask {

  private final String task;
  private final String data;
  private final String description;

  /// @param task what is learned, such as `characters`
  /// @param data the folder of the data, such as `tinyshakespeare`
  /// @param description the whole of it in one line, for the help
  EvaluationTask(String task, String data, String description) {
    this.task = task;
    this.data = data;
    this.description = description;
  }

  /// What is learned, such as `characters`.
  public final String task() {
    return task;
  }

  /// The folder of the data, such as `tinyshakespeare`.
  public final String data() {
    return data;
  }

  /// The whole of it in one line, for the help.
  public final String description() {
    return description;
  }

  /// Whether the data are files; else the task makes them itself.
  public boolean readsFiles() {
    return true;
  }

  /// Trains and measures.
  ///
  /// @throws IOException if a file cannot be read
  public abstract TaskResult run(TaskRun run) throws IOException;
}
