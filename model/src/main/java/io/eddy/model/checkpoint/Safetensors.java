package io.eddy.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// Tensors by name in the safetensors format: 8 bytes little-endian header length, a JSON header,
/// then the tensors' bytes. Only float32 is written and read.
///
/// The bytes are a function of the content: names are sorted, so equal weights give equal files.
public final class Safetensors {

  /// A header larger than this is refused, as the reference implementation does.
  private static final long HEADER_LIMIT = 100_000_000;

  private final Map<String, String> metadata;
  private final Map<String, Tensor> tensors;

  /// A tensor of float32.
  ///
  /// @param shape sizes, outermost first
  /// @param values in row-major order
  @SuppressWarnings("ArrayRecordComponent") // a tensor is its array; nobody compares tensors
  public record Tensor(int[] shape, float[] values) {

    public Tensor {
      long size = 1;
      for (int dimension : shape) {
        size *= dimension;
      }
      if (size != values.length) {
        throw new IllegalArgumentException(
            "a tensor of shape "
                + java.util.Arrays.toString(shape)
                + " cannot have "
                + values.length
                + " values");
      }
    }
  }

  /// @param metadata free text by key
  /// @param tensors by name
  public Safetensors(Map<String, String> metadata, Map<String, Tensor> tensors) {
    this.metadata = new TreeMap<>(metadata);
    this.tensors = new TreeMap<>(tensors);
  }

  public Map<String, String> metadata() {
    return metadata;
  }

  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /// The file's bytes.
  public byte[] toBytes() {
    var header = new StringBuilder("{\"__metadata__\":{");
    String separator = "";
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      header.append(separator);
      SafetensorsHeader.quote(entry.getKey(), header);
      header.append(':');
      SafetensorsHeader.quote(entry.getValue(), header);
      separator = ",";
    }
    header.append('}');
    long offset = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      header.append(',');
      SafetensorsHeader.quote(entry.getKey(), header);
      header.append(":{\"dtype\":\"F32\",\"shape\":[");
      int[] shape = entry.getValue().shape();
      for (int i = 0; i < shape.length; i++) {
        header.append(i > 0 ? "," : "").append(shape[i]);
      }
      long end = offset + 4L * entry.getValue().values().length;
      header.append("],\"data_offsets\":[").append(offset).append(',').append(end).append("]}");
      offset = end;
    }
    header.append('}');
    // The format aligns the data by blanks behind the header.
    while (header.toString().getBytes(StandardCharsets.UTF_8).length % 8 != 0) {
      header.append(' ');
    }
    byte[] headerBytes = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(8 + headerBytes.length + offset))
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(headerBytes.length).put(headerBytes);
    for (Tensor tensor : tensors.values()) {
      out.asFloatBuffer().put(tensor.values());
      out.position(out.position() + 4 * tensor.values().length);
    }
    return out.array();
  }

  /// Reads a file's bytes, checking every offset.
  ///
  /// @throws CheckpointException if the bytes are no safetensors file, or hold another type than
  ///   F32
  public static Safetensors fromBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < 8) {
      throw new CheckpointException(
          "a safetensors file has at least 8 bytes, this has " + bytes.length);
    }
    long headerLength = in.getLong();
    if (headerLength < 2 || headerLength > HEADER_LIMIT || headerLength > bytes.length - 8) {
      throw new CheckpointException(
          "the file's first 8 bytes give a header of "
              + headerLength
              + " bytes, the file has "
              + bytes.length
              + ": it is no safetensors file, or was cut off");
    }
    int dataStart = 8 + (int) headerLength;
    var header =
        SafetensorsHeader.parse(new String(bytes, 8, (int) headerLength, StandardCharsets.UTF_8));
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, SafetensorsHeader.Entry> entry : header.tensors().entrySet()) {
      tensors.put(entry.getKey(), read(entry.getKey(), entry.getValue(), in, dataStart));
    }
    return new Safetensors(header.metadata(), tensors);
  }

  private static Tensor read(
      String name, SafetensorsHeader.Entry entry, ByteBuffer in, int dataStart) {
    if (!entry.type().equals("F32")) {
      throw new CheckpointException(
          "tensor " + name + " has type " + entry.type() + ", expected F32");
    }
    long size = entry.shape().contains(0L) ? 0 : 1;
    int[] shape = new int[entry.shape().size()];
    for (int i = 0; i < shape.length; i++) {
      long dimension = entry.shape().get(i);
      if (dimension < 0 || dimension > Integer.MAX_VALUE) {
        throw new CheckpointException("tensor " + name + " has a dimension of " + dimension);
      }
      shape[i] = (int) dimension;
      // More than any file can hold stays more than that, instead of wrapping round.
      size = Math.min(size * dimension, 1L << 31);
    }
    long length = entry.end() - entry.begin();
    if (entry.begin() < 0 || entry.end() > in.capacity() - dataStart || length != 4 * size) {
      throw new CheckpointException(
          "tensor "
              + name
              + " lies at "
              + entry.begin()
              + " to "
              + entry.end()
              + ", which does not fit its shape "
              + entry.shape()
              + " or the file");
    }
    float[] values = new float[(int) size];
    in.position(dataStart + (int) entry.begin());
    in.asFloatBuffer().get(values);
    return new Tensor(shape, values);
  }
}
