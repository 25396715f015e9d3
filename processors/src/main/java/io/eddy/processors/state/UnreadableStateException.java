package io.eddy.processors.state;

/// Stored bytes that are no state this release can use. The key they belong to starts afresh; the
/// state is never guessed at.
///
/// Carries no stack trace: it is an outcome of decoding, and one release that reads the state of
/// another may meet it once per key.
public final class UnreadableStateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// Why a state cannot be used.
  public enum Reason {
    /// Shorter than any state.
    TRUNCATED,
    /// Written by a newer release, in a layout that this one does not know.
    NEWER_VERSION,
    /// Written by an older release, in a layout that this one no longer reads.
    OLDER_VERSION,
    /// Written for a network or ring of another shape.
    OTHER_SHAPE,
    /// The checksum or the content is wrong.
    DAMAGED
  }

  private final Reason reason;

  public UnreadableStateException(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /// Why the state cannot be used.
  public Reason reason() {
    return reason;
  }
}
