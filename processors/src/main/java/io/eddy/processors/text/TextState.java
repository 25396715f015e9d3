package io.eddy.processors.text;

import io.eddy.model.anomaly.RankSketch;
import io.eddy.processors.token.Utf8Symbols;
import java.nio.ByteBuffer;

/// What is remembered of a key between two messages: the network's state, the newest symbols, from
/// which another version's state can be built, and how surprising its messages use to be.
final class TextState {
  private final float[] network;
  private final byte[] ring;
  private final RankSketch surprises = new RankSketch(); // of natural logarithms
  private long symbols;
  private long messages;
  private long decision;
  private int version;
  private int sourcePartition = -1;
  private long sourceOffset = -1;

  /// @param networkSize floats of the network's state
  /// @param ringSize symbols that are kept
  TextState(int networkSize, int ringSize) {
    network = new float[networkSize];
    ring = new byte[ringSize];
  }

  /// The network's state, after the newest symbol.
  float[] network() {
    return network;
  }

  /// How surprising messages were, as logarithms of bits per character.
  RankSketch surprises() {
    return surprises;
  }

  /// Symbols read so far.
  long symbols() {
    return symbols;
  }

  /// Messages read so far.
  long messages() {
    return messages;
  }

  /// Symbols that are still known.
  int known() {
    return (int) Math.min(symbols, ring.length);
  }

  /// One of the newest symbols.
  ///
  /// @param back 0 for the newest, up to those that are known
  int symbol(int back) {
    return Utf8Symbols.symbol(ring[Math.floorMod(symbols - 1 - back, ring.length)]);
  }

  void append(int symbol) {
    ring[(int) (symbols % ring.length)] = (byte) symbol;
    symbols++;
  }

  void endMessage(int partition, long offset) {
    messages++;
    sourcePartition = partition;
    sourceOffset = offset;
  }

  int sourcePartition() {
    return sourcePartition;
  }

  long sourceOffset() {
    return sourceOffset;
  }

  /// Number of the decision that the state was written under.
  long decision() {
    return decision;
  }

  /// The version whose state the network's is.
  int version() {
    return version;
  }

  void stamp(long newDecision, int newVersion) {
    decision = newDecision;
    version = newVersion;
  }

  int byteSize() {
    return 3 * Long.BYTES
        + 2 * Integer.BYTES
        + Long.BYTES
        + network.length * Float.BYTES
        + known()
        + surprises.byteSize();
  }

  void write(ByteBuffer to) {
    to.putLong(symbols).putLong(messages).putLong(decision).putInt(version);
    to.putInt(sourcePartition).putLong(sourceOffset);
    to.asFloatBuffer().put(network);
    to.position(to.position() + network.length * Float.BYTES);
    for (int back = known() - 1; back >= 0; back--) {
      to.put((byte) symbol(back));
    }
    surprises.write(to);
  }

  /// Takes over what [#write] wrote.
  void read(ByteBuffer from) {
    symbols = from.getLong();
    messages = from.getLong();
    decision = from.getLong();
    version = from.getInt();
    sourcePartition = from.getInt();
    sourceOffset = from.getLong();
    if (symbols < 0 || messages < 0 || decision < 0 || version < 0) {
      throw new IllegalArgumentException("a count is negative");
    }
    from.asFloatBuffer().get(network);
    from.position(from.position() + network.length * Float.BYTES);
    for (int back = known() - 1; back >= 0; back--) {
      ring[Math.floorMod(symbols - 1 - back, ring.length)] = from.get();
    }
    surprises.read(from);
  }
}
