package io.eddy.processors.training;

import io.eddy.model.text.Token;
import io.eddy.processors.token.TextTokenizer;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A message and what people say of it, as keys keep them until a window is full, and as a window
/// carries them where other windows carry an anchor. The bytes of one, big-endian:
///
/// ```
/// int32 size, text, int32 size, label, int32 count, (int32 size, tag) * count
/// ```
///
/// @param text of the message, as much as is read
/// @param tags one for each of its words; none where messages have a label alone
/// @param label of the whole, its class or its translation; empty where messages have tags alone
public record TextExample(String text, List<String> tags, String label) {

  /// How messages with labels and tags are written.
  public static final ExampleFormat<TextExample> ANNOTATIONS = new Format("examples");

  /// How messages with translations are written.
  public static final ExampleFormat<TextExample> TRANSLATIONS = new Format("translations");

  private record Format(String name) implements ExampleFormat<TextExample> {
    @Override
    public byte[] encode(List<TextExample> examples) {
      return TextExample.encode(examples);
    }

    @Override
    public List<TextExample> decode(ByteBuffer bytes) {
      return TextExample.decode(bytes);
    }
  }

  public TextExample {
    tags = List.copyOf(tags);
  }

  /// The text's words, the first of them.
  List<String> words(TextTokenizer tokenizer, int max) {
    return tokenizer.tokenize(text).stream().limit(max).map(Token::text).toList();
  }

  private static byte[] encode(List<TextExample> examples) {
    List<byte[]> pieces = new ArrayList<>();
    int size = 0;
    for (TextExample example : examples) {
      for (byte[] piece : example.pieces()) {
        pieces.add(piece);
        size += piece.length;
      }
    }
    var bytes = ByteBuffer.allocate(size);
    pieces.forEach(bytes::put);
    return bytes.array();
  }

  private List<byte[]> pieces() {
    List<byte[]> pieces = new ArrayList<>();
    add(pieces, text);
    add(pieces, label);
    pieces.add(number(tags.size()));
    tags.forEach(tag -> add(pieces, tag));
    return pieces;
  }

  private static void add(List<byte[]> pieces, String piece) {
    byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
    pieces.add(number(bytes.length));
    pieces.add(bytes);
  }

  private static byte[] number(int number) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
  }

  private static List<TextExample> decode(ByteBuffer bytes) {
    List<TextExample> examples = new ArrayList<>();
    try {
      while (bytes.hasRemaining()) {
        String text = piece(bytes);
        String label = piece(bytes);
        List<String> tags = new ArrayList<>();
        for (int left = bytes.getInt(); left > 0; left--) {
          tags.add(piece(bytes));
        }
        examples.add(new TextExample(text, tags, label));
      }
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("the examples are cut off", e);
    }
    return examples;
  }

  private static String piece(ByteBuffer bytes) {
    int size = bytes.getInt();
    if (size < 0 || size > bytes.remaining()) {
      throw new IllegalArgumentException(
          "a piece of " + size + " bytes, but " + bytes.remaining() + " are left");
    }
    byte[] piece = new byte[size];
    bytes.get(piece);
    return new String(piece, StandardCharsets.UTF_8);
  }
}
