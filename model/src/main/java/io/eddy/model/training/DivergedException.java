package io.eddy.model.training;

/// A training whose loss stayed infinite, NaN or blown up although the learning rate was lowered.
/// The weights that it started from stay as they were.
public final class DivergedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public DivergedException(String message) {
    super(message);
  }
}
