package io.eddy.processors.observation;

/// The schema registry could not be asked within the time a stream thread may wait. The record is
/// not at fault: the task must fail and read it again, never send it to the dead letters.
public final class RegistryOutageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RegistryOutageException(String message, Throwable cause) {
    super(message, cause);
  }
}
