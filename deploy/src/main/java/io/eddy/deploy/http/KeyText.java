package io.eddy.deploy.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// A key's bytes as a text that names it: itself where it is UTF-8, else `base64:` and its bytes.
final class KeyText {
  private static final String BASE64 = "base64:";

  private KeyText() {}

  static String of(byte[] key) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
      if (!text.startsWith(BASE64)) {
        return text;
      }
    } catch (CharacterCodingException e) {
      // A key of another serializer, such as a number's or Avro's.
    }
    return BASE64 + Base64.getUrlEncoder().withoutPadding().encodeToString(key);
  }

  /// @throws IllegalArgumentException if what follows `base64:` is no such thing
  static byte[] bytes(String text) {
    return text.startsWith(BASE64)
        ? Base64.getUrlDecoder().decode(text.substring(BASE64.length()))
        : text.getBytes(StandardCharsets.UTF_8);
  }
}
