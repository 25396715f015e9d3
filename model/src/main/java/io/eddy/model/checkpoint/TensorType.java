package io.eddy.model.checkpoint;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// The element types of a safetensors file that are read, each turned into float32.
enum TensorType {
  /// IEEE 754 single precision: as it is.
  F32(4),
  /// IEEE 754 half precision, exact in float32.
  F16(2),
  /// The upper half of a float32, exact.
  BF16(2),
  /// IEEE 754 double precision, rounded.
  F64(8),
  /// Whole numbers, such as a counter of batches.
  I64(8),
  /// As [#I64].
  I32(4),
  /// As [#I64].
  I16(2),
  /// As [#I64].
  I8(1),
  /// As [#I64].
  U8(1),
  /// 0 or 1.
  BOOL(1);

  private final int width;

  TensorType(int width) {
    this.width = width;
  }

  /// The type of that name.
  ///
  /// @throws CheckpointException that names the tensor
  static TensorType of(String tensor, String name) {
    for (TensorType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw new CheckpointException(
        "tensor "
            + tensor
            + " has type "
            + name
            + ", expected one of "
            + Arrays.toString(values()));
  }

  /// Bytes of one element.
  int width() {
    return width;
  }

  /// Reads elements from the buffer's position on.
  ///
  /// @throws CheckpointException if float32 cannot hold one: a whole number that is not exact, or a
  ///   double beyond its range
  void read(String tensor, ByteBuffer in, float[] values) {
    if (this == F32) {
      // Copied, since a conversion may change a NaN's bits.
      in.asFloatBuffer().get(values);
      return;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (this) {
            case F32 -> in.getFloat();
            case F16 -> Float.float16ToFloat(in.getShort());
            case BF16 -> Float.intBitsToFloat(in.getShort() << 16);
            case F64 -> rounded(tensor, in.getDouble());
            case I64 -> exact(tensor, in.getLong());
            case I32 -> exact(tensor, in.getInt());
            case I16 -> in.getShort();
            case I8, BOOL -> in.get();
            case U8 -> in.get() & 0xff;
          };
    }
  }

  private float rounded(String tensor, double value) {
    float rounded = (float) value;
    if (Float.isInfinite(rounded) && !Double.isInfinite(value)) {
      throw unfit(tensor, Double.toString(value));
    }
    return rounded;
  }

  private float exact(String tensor, long value) {
    float rounded = (float) value;
    // The largest long becomes 2^63 and, back again, itself: so the bound.
    if ((long) rounded != value || value == Long.MAX_VALUE) {
      throw unfit(tensor, Long.toString(value));
    }
    return rounded;
  }

  private CheckpointException unfit(String tensor, String value) {
    return new CheckpointException(
        "tensor " + tensor + " of type " + this + " holds " + value + ", which no float32 is");
  }
}
