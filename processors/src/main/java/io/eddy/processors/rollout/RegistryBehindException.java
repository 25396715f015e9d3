package io.eddy.processors.rollout;

/// This instance has not seen the decision under which a key's state was written, and it did not
/// come in time. The record is not at fault: the task must fail and be tried again, here or on
/// another instance; answering with older weights would read the state under weights that did not
/// write it.
public final class RegistryBehindException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RegistryBehindException(String message) {
    super(message);
  }
}
