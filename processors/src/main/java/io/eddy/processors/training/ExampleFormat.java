package io.eddy.processors.training;

import java.nio.ByteBuffer;
import java.util.List;

/// How messages to learn from are written: while a key keeps them until a window is full, and then
/// in the window where other windows carry an anchor.
///
/// @param <E> what is kept of a message
public interface ExampleFormat<E> {
  /// Tells states of keys apart that keep other examples; never given to another.
  String name();

  /// Bytes of a list of them.
  byte[] encode(List<E> examples);

  /// The list that [#encode] wrote.
  ///
  /// @param bytes read to their end
  /// @throws IllegalArgumentException if they are no such list
  List<E> decode(ByteBuffer bytes);
}
