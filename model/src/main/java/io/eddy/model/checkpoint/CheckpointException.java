package io.eddy.model.checkpoint;

/// A file that is no checkpoint, or not one of this network. The message says what was found and
/// what was expected.
public final class CheckpointException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
