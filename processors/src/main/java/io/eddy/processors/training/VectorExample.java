package io.eddy.processors.training;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Vectors and what people say of them, as keys keep them until a window is full, and as a window
/// carries them where other windows carry an anchor. The bytes of one, big-endian:
///
/// ```
/// int32 size, caption, int32 cells, int32 features, float32 * cells * features
/// ```
///
/// @param vectors (cells, features), at least one of each
/// @param caption sentence about them
@SuppressWarnings("ArrayRecordComponent") // nobody compares examples
public record VectorExample(float[][] vectors, String caption) {

  /// How they are written.
  public static final ExampleFormat<VectorExample> FORMAT =
      new ExampleFormat<>() {
        @Override
        public String name() {
          return "captions";
        }

        @Override
        public byte[] encode(List<VectorExample> examples) {
          return VectorExample.encode(examples);
        }

        @Override
        public List<VectorExample> decode(ByteBuffer bytes) {
          return VectorExample.decode(bytes);
        }
      };

  private static byte[] encode(List<VectorExample> examples) {
    List<byte[]> captions =
        examples.stream().map(example -> example.caption.getBytes(StandardCharsets.UTF_8)).toList();
    int size = 0;
    for (int i = 0; i < captions.size(); i++) {
      float[][] vectors = examples.get(i).vectors;
      size += 3 * Integer.BYTES + captions.get(i).length;
      size += vectors.length * vectors[0].length * Float.BYTES;
    }
    var bytes = ByteBuffer.allocate(size);
    for (int i = 0; i < captions.size(); i++) {
      float[][] vectors = examples.get(i).vectors;
      bytes.putInt(captions.get(i).length).put(captions.get(i));
      bytes.putInt(vectors.length).putInt(vectors[0].length);
      for (float[] vector : vectors) {
        for (float number : vector) {
          bytes.putFloat(number);
        }
      }
    }
    return bytes.array();
  }

  private static List<VectorExample> decode(ByteBuffer bytes) {
    List<VectorExample> examples = new ArrayList<>();
    try {
      while (bytes.hasRemaining()) {
        String caption = caption(bytes);
        int cells = bytes.getInt();
        int features = bytes.getInt();
        if (cells < 1
            || features < 1
            || (long) cells * features > bytes.remaining() / Float.BYTES) {
          throw new IllegalArgumentException(
              cells + " vectors of " + features + " numbers in " + bytes.remaining() + " bytes");
        }
        float[][] vectors = new float[cells][features];
        for (float[] vector : vectors) {
          for (int i = 0; i < features; i++) {
            vector[i] = bytes.getFloat();
          }
        }
        examples.add(new VectorExample(vectors, caption));
      }
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("the examples are cut off", e);
    }
    return examples;
  }

  private static String caption(ByteBuffer bytes) {
    int size = bytes.getInt();
    if (size < 0 || size > bytes.remaining()) {
      throw new IllegalArgumentException(
          "a caption of " + size + " bytes, but " + bytes.remaining() + " are left");
    }
    byte[] caption = new byte[size];
    bytes.get(caption);
    return new String(caption, StandardCharsets.UTF_8);
  }
}
