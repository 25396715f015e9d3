package io.eddy.processors.topic;

/// The cluster's topics are not as Eddy needs them, or the cluster could not be asked. The message
/// lists every problem and the command that repairs it; a retry alone helps only where it says so.
public final class TopicException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TopicException(String message) {
    super(message);
  }

  public TopicException(String message, Throwable cause) {
    super(message, cause);
  }
}
