package io.eddy.processors.text;

import io.eddy.processors.config.ProcessorsConfig;

/// What the stored state of a key of messages says, for whoever asks beside the stream, such as an
/// interactive query of the store [io.eddy.processors.state.SeriesStores#STATE]. Safe for use by
/// several threads.
public final class StoredMessages {
  private final TextStateCodec codec; // guarded by this

  public StoredMessages(ProcessorsConfig config) {
    codec = new TextStateCodec(config.languageModelSpec(), config.textRing());
  }

  /// A key of messages as it stands.
  ///
  /// @param messages read so far
  /// @param symbols read so far
  /// @param usualSurprise its messages' usual surprise in bits per character; NaN before the first
  ///   that was scored
  /// @param partition of the input
  /// @param offset of the newest message
  /// @param version of the model that wrote the state, 0 for none
  /// @param decision under which it was written
  /// @param bytes of the state as it is stored
  public record Summary(
      long messages,
      long symbols,
      double usualSurprise,
      int partition,
      long offset,
      int version,
      long decision,
      int bytes) {}

  /// What a state says of its key.
  ///
  /// @param state as it is stored, not modified
  /// @throws io.eddy.processors.state.UnreadableStateException if it is none of this release and
  ///   configuration
  public synchronized Summary summary(byte[] state) {
    TextState decoded = codec.decode(state);
    boolean scored = decoded.surprises().count() > 0;
    return new Summary(
        decoded.messages(),
        decoded.symbols(),
        scored ? StrictMath.exp(decoded.surprises().mean()) : Double.NaN,
        decoded.sourcePartition(),
        decoded.sourceOffset(),
        decoded.version(),
        decoded.decision(),
        state.length);
  }
}
