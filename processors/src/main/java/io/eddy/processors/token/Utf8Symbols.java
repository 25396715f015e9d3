package io.eddy.processors.token;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Messages as symbols: the bytes of their UTF-8, and an end. 255 is no byte of UTF-8 and so the
/// end. There is no vocabulary that could be too small, and no text that cannot be written.
public final class Utf8Symbols {
  /// What ends a message, and what a key's first message comes after.
  public static final int END = 255;

  /// Symbols that there are.
  public static final int COUNT = 256;

  private Utf8Symbols() {}

  /// The bytes of a message's beginning.
  ///
  /// @param max bytes at most; no character is cut in two
  public static byte[] of(String message, int max) {
    // Halves of surrogate pairs become question marks, so that the bytes are UTF-8 in any case.
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= max) {
      return bytes;
    }
    int end = max;
    while (end > 0 && isInside(bytes[end])) {
      end--;
    }
    return Arrays.copyOf(bytes, end);
  }

  /// Whether a byte goes on with a character that began before it.
  public static boolean isInside(byte b) {
    return (b & 0xC0) == 0x80;
  }

  /// A byte as a symbol.
  public static int symbol(byte b) {
    return Byte.toUnsignedInt(b);
  }
}
