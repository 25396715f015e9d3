package io.eddy.model.exchange.onnx;

import ai.onnx.proto.OnnxMl;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Constant tensors: out of the file, and what is done to them before a node takes them as weights.
final class Constants {

  private Constants() {}

  /// A tensor of the file.
  ///
  /// @throws OnnxException if its type is not read, or its data lies in another file
  static Tensor of(String name, OnnxMl.TensorProto proto) {
    long[] shape = proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
    if (proto.getDataLocation() == OnnxMl.TensorProto.DataLocation.EXTERNAL) {
      throw new OnnxException(
          "the data of initializer "
              + name
              + " lie in another file: export the model with its weights inside");
    }
    long size = 1;
    for (long dimension : shape) {
      size = dimension < 0 || size > Integer.MAX_VALUE ? Long.MAX_VALUE : size * dimension;
    }
    OnnxMl.TensorProto.DataType type = OnnxMl.TensorProto.DataType.forNumber(proto.getDataType());
    if (type == null) {
      type = OnnxMl.TensorProto.DataType.UNDEFINED;
    }
    ByteBuffer raw = proto.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    boolean isRaw = proto.hasRawData();
    int count =
        switch (type) {
          case FLOAT -> isRaw ? raw.remaining() / 4 : proto.getFloatDataCount();
          case DOUBLE -> isRaw ? raw.remaining() / 8 : proto.getDoubleDataCount();
          case FLOAT16, BFLOAT16 -> isRaw ? raw.remaining() / 2 : proto.getInt32DataCount();
          case INT64 -> isRaw ? raw.remaining() / 8 : proto.getInt64DataCount();
          case INT32 -> isRaw ? raw.remaining() / 4 : proto.getInt32DataCount();
          case BOOL -> isRaw ? raw.remaining() : proto.getInt32DataCount();
          default ->
              throw new OnnxException(
                  "initializer "
                      + name
                      + " has type "
                      + type
                      + ", expected float, double, float16, bfloat16, int64, int32 or bool");
        };
    if (count != size) {
      throw new OnnxException(
          "initializer "
              + name
              + " of shape "
              + Arrays.toString(shape)
              + " has "
              + count
              + " values");
    }
    if (type == OnnxMl.TensorProto.DataType.INT64
        || type == OnnxMl.TensorProto.DataType.INT32
        || type == OnnxMl.TensorProto.DataType.BOOL) {
      long[] values = new long[count];
      for (int i = 0; i < count; i++) {
        values[i] =
            switch (type) {
              case INT64 -> isRaw ? raw.getLong() : proto.getInt64Data(i);
              case INT32 -> isRaw ? raw.getInt() : proto.getInt32Data(i);
              default -> isRaw ? raw.get() : proto.getInt32Data(i);
            };
      }
      return new Tensor.Integers(shape, values);
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          switch (type) {
            case FLOAT -> isRaw ? raw.getFloat() : proto.getFloatData(i);
            case DOUBLE -> (float) (isRaw ? raw.getDouble() : proto.getDoubleData(i));
            case FLOAT16 ->
                Float.float16ToFloat(isRaw ? raw.getShort() : (short) proto.getInt32Data(i));
            default -> Float.intBitsToFloat((isRaw ? raw.getShort() : proto.getInt32Data(i)) << 16);
          };
    }
    return new Tensor.Floats(name, shape, values);
  }

  /// Axes permuted.
  static Tensor.Floats transpose(Tensor.Floats of, long[] permutation) {
    int rank = of.shape().length;
    long[] shape = new long[rank];
    int[] strides = new int[rank];
    int stride = 1;
    int[] sourceStrides = new int[rank];
    for (int axis = rank - 1; axis >= 0; axis--) {
      sourceStrides[axis] = stride;
      stride *= (int) of.shape()[axis];
    }
    for (int axis = 0; axis < rank; axis++) {
      shape[axis] = of.shape()[(int) permutation[axis]];
      strides[axis] = sourceStrides[(int) permutation[axis]];
    }
    float[] values = new float[of.values().length];
    int[] place = new int[rank];
    for (int i = 0; i < values.length; i++) {
      int at = 0;
      for (int axis = 0; axis < rank; axis++) {
        at += place[axis] * strides[axis];
      }
      values[i] = of.values()[at];
      for (int axis = rank - 1; axis >= 0 && ++place[axis] == shape[axis]; axis--) {
        place[axis] = 0;
      }
    }
    return new Tensor.Floats(of.name(), shape, values);
  }

  /// A part along one axis.
  static Tensor.Floats slice(Tensor.Floats of, int axis, long from, long to) {
    long outer = 1;
    long inner = 1;
    for (int i = 0; i < of.shape().length; i++) {
      if (i < axis) {
        outer *= of.shape()[i];
      } else if (i > axis) {
        inner *= of.shape()[i];
      }
    }
    long size = of.shape()[axis];
    long[] shape = of.shape().clone();
    shape[axis] = to - from;
    float[] values = new float[(int) (outer * (to - from) * inner)];
    for (int block = 0; block < outer; block++) {
      System.arraycopy(
          of.values(),
          (int) ((block * size + from) * inner),
          values,
          (int) (block * (to - from) * inner),
          (int) ((to - from) * inner));
    }
    return new Tensor.Floats(of.name() + "." + from, shape, values);
  }

  /// Several along one axis; null where their shapes do not fit.
  static Tensor.Floats concatenate(List<Tensor.Floats> parts, int axis) {
    Tensor.Floats first = parts.getFirst();
    long[] shape = first.shape().clone();
    shape[axis] = parts.stream().mapToLong(part -> part.shape()[axis]).sum();
    int outer = 1;
    for (int i = 0; i < axis; i++) {
      outer *= (int) shape[i];
    }
    float[] values = new float[parts.stream().mapToInt(part -> part.values().length).sum()];
    int at = 0;
    for (int block = 0; block < outer; block++) {
      for (Tensor.Floats part : parts) {
        int run = part.values().length / outer;
        System.arraycopy(part.values(), block * run, values, at, run);
        at += run;
      }
    }
    return new Tensor.Floats(first.name(), shape, values);
  }

  static long[] without(long[] shape, List<Integer> axes) {
    List<Long> kept = new ArrayList<>();
    for (int i = 0; i < shape.length; i++) {
      if (!axes.contains(i)) {
        kept.add(shape[i]);
      }
    }
    return kept.stream().mapToLong(Long::longValue).toArray();
  }
}
