package io.eddy.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// Tensors by name in the safetensors format: 8 bytes little-endian header length, a JSON header,
/// then the tensors' bytes.
///
/// Only float32 is written. F16 and BF16 are read exactly, F64 is rounded, and whole numbers are
/// read where float32 holds them exactly (see [TensorType]); a value that it cannot hold is refused
/// by name. The bytes are a function of the content: names are sorted, so equal weights give equal
/// files.
public final class Safetensors {

  /// A header larger than this is refused, as the reference implementation does.
  private static final long HEADER_LIMIT = 100_000_000;

  private final Map<String, String> metadata;
  private final Map<String, Tensor> tensors;
  private final Map<String, String> types;

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
                + Arrays.toString(shape)
                + " cannot have "
                + values.length
                + " values");
      }
    }
  }

  /// @param metadata free text by key
  /// @param tensors by name
  public Safetensors(Map<String, String> metadata, Map<String, Tensor> tensors) {
    this(metadata, tensors, Map.of());
  }

  private Safetensors(
      Map<String, String> metadata, Map<String, Tensor> tensors, Map<String, String> types) {
    this.metadata = new TreeMap<>(metadata);
    this.tensors = new TreeMap<>(tensors);
    this.types = types;
  }

  public Map<String, String> metadata() {
    return metadata;
  }

  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /// What a tensor was in the file that it was read from, such as `BF16`; `F32` if it was not read
  /// from one. Its values are float32 in any case.
  public String typeInFile(String name) {
    return types.getOrDefault(name, TensorType.F32.name());
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

  /// Reads a file's bytes, checking every offset: the tensors must lie one behind the other,
  /// without gap or overlap, from the header to the end of the file.
  ///
  /// @throws CheckpointException if the bytes are no safetensors file, or hold a type or a value
  ///   that float32 cannot take
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
    // All places before the first allocation: a header alone could ask for any amount of memory.
    header.tensors().forEach((name, entry) -> check(name, entry, bytes.length - dataStart));
    checkTiling(header.tensors(), bytes.length - dataStart);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, String> types = new LinkedHashMap<>();
    header
        .tensors()
        .forEach(
            (name, entry) -> {
              tensors.put(name, read(name, entry, in, dataStart));
              types.put(name, entry.type());
            });
    return new Safetensors(header.metadata(), tensors, types);
  }

  private static void check(String name, SafetensorsHeader.Entry entry, int dataLength) {
    int width = TensorType.of(name, entry.type()).width();
    long size = entry.shape().contains(0L) ? 0 : 1;
    for (long dimension : entry.shape()) {
      if (dimension > Integer.MAX_VALUE) {
        throw new CheckpointException("tensor " + name + " has a dimension of " + dimension);
      }
      // More than any file can hold stays more than that, instead of wrapping round.
      size = Math.min(size * dimension, 1L << 31);
    }
    long length = entry.end() - entry.begin();
    if (entry.end() > dataLength || length != width * size) {
      throw new CheckpointException(
          "tensor "
              + name
              + " lies at "
              + entry.begin()
              + " to "
              + entry.end()
              + ", which does not fit its shape "
              + entry.shape()
              + " of "
              + entry.type()
              + ", or the file's "
              + dataLength
              + " bytes of data");
    }
  }

  private static void checkTiling(Map<String, SafetensorsHeader.Entry> entries, int dataLength) {
    List<String> names =
        entries.keySet().stream()
            .sorted(
                Comparator.comparingLong((String name) -> at(entries, name).begin())
                    .thenComparingLong(name -> at(entries, name).end()))
            .toList();
    long end = 0;
    String before = "the header";
    for (String name : names) {
      SafetensorsHeader.Entry entry = at(entries, name);
      if (entry.begin() != end) {
        throw new CheckpointException(
            "tensor "
                + name
                + " begins at "
                + entry.begin()
                + ", but "
                + before
                + " ends at "
                + end
                + ": tensors must lie one behind the other, without gap or overlap");
      }
      end = entry.end();
      before = "tensor " + name;
    }
    if (end != dataLength) {
      throw new CheckpointException(
          before
              + " ends at "
              + end
              + ", but the file has "
              + dataLength
              + " bytes of data: expected nothing behind the last tensor");
    }
  }

  private static SafetensorsHeader.Entry at(
      Map<String, SafetensorsHeader.Entry> entries, String name) {
    return Objects.requireNonNull(entries.get(name));
  }

  private static Tensor read(
      String name, SafetensorsHeader.Entry entry, ByteBuffer in, int dataStart) {
    int[] shape = new int[entry.shape().size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = Math.toIntExact(entry.shape().get(i));
    }
    TensorType type = TensorType.of(name, entry.type());
    float[] values = new float[(int) (entry.end() - entry.begin()) / type.width()];
    in.position(dataStart + (int) entry.begin());
    type.read(name, in, values);
    return new Tensor(shape, values);
  }
}
