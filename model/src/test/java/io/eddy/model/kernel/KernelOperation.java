package io.eddy.model.kernel;

import io.eddy.model.kernel.KernelCase.Call;
import io.eddy.model.kernel.KernelCase.Range;
import java.util.Arrays;

/// Every kernel, ready to be called on random ranges of a given length.
enum KernelOperation {
  MULTIPLY_ADD {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return product(inputs, inputs.between(0, 13), n, inputs.between(0, 40));
    }
  },
  MULTIPLY_ADD_TO_ONE_ROW {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return product(inputs, 1, n, inputs.between(0, 300));
    }
  },
  MULTIPLY_ADD_MANY_ROWS {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return product(inputs, inputs.between(63, 141), 1 + n % 140, inputs.between(31, 270));
    }

    @Override
    int heatingRuns() {
      return 20;
    }
  },
  /// Just beyond every block.
  MULTIPLY_ADD_MANY_ROWS_AND_COLUMNS {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return product(inputs, inputs.between(63, 141), 512 + n % 40, inputs.between(31, 270));
    }

    @Override
    int heatingRuns() {
      return 20;
    }
  },
  MULTIPLY_ADD_PACKED {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return packedProduct(inputs, inputs.between(4, 13), n, inputs.between(0, 70));
    }
  },
  MULTIPLY_ADD_PACKED_TO_ONE_ROW {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return packedProduct(inputs, 1, n, inputs.between(0, 60));
    }
  },
  MULTIPLY_ADD_BFLOAT16 {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return bfloat16Product(inputs, inputs.between(4, 13), n, inputs.between(0, 140));
    }
  },
  MULTIPLY_ADD_BFLOAT16_TO_ONE_ROW {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return bfloat16Product(inputs, 1, n, inputs.between(0, 60));
    }
  },
  ADD {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range x = inputs.range(n);
      Range out = inputs.range(n);
      return kernels -> kernels.add(x.array, x.offset, out.array, out.offset, n);
    }
  },
  ADD_SCALED {
    @Override
    Call prepare(KernelCase inputs, int n) {
      float scale = inputs.factor();
      Range x = inputs.range(n);
      Range out = inputs.range(n);
      return kernels -> kernels.addScaled(scale, x.array, x.offset, out.array, out.offset, n);
    }
  },
  SCALE {
    @Override
    Call prepare(KernelCase inputs, int n) {
      float scale = inputs.factor();
      Range out = inputs.range(n);
      return kernels -> kernels.scale(scale, out.array, out.offset, n);
    }
  },
  MULTIPLY {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range x = inputs.range(n);
      Range y = inputs.range(n);
      Range out = inputs.range(n);
      return kernels ->
          kernels.multiply(x.array, x.offset, y.array, y.offset, out.array, out.offset, n);
    }
  },
  MULTIPLY_ACCUMULATE {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range x = inputs.range(n);
      Range y = inputs.range(n);
      Range out = inputs.range(n);
      return kernels ->
          kernels.multiplyAccumulate(
              x.array, x.offset, y.array, y.offset, out.array, out.offset, n);
    }
  },
  SUM {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range x = inputs.range(n);
      Range out = inputs.range(1);
      return kernels -> out.array[out.offset] = kernels.sum(x.array, x.offset, n);
    }
  },
  DOT {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range x = inputs.range(n);
      Range y = inputs.range(n);
      Range out = inputs.range(1);
      return kernels ->
          out.array[out.offset] = kernels.dot(x.array, x.offset, y.array, y.offset, n);
    }
  },
  /// Products so small that lanes underflow to -0, where the filling zeros of the tail would show.
  DOT_THAT_UNDERFLOWS {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range x = inputs.range(n, 1e-30f);
      Range y = inputs.range(n, 1e-20f);
      Range out = inputs.range(1);
      return kernels ->
          out.array[out.offset] = kernels.dot(x.array, x.offset, y.array, y.offset, n);
    }
  },
  EXP {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return function(inputs, n, 100f, Kernels::exp);
    }
  },
  LOG {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return function(inputs, n, 50f, Kernels::log);
    }
  },
  SIGMOID {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return function(inputs, n, 20f, Kernels::sigmoid);
    }
  },
  SIGMOID_BACKWARD {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return backward(inputs, n, Kernels::sigmoidBackward);
    }
  },
  TANH {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return function(inputs, n, 10f, Kernels::tanh);
    }
  },
  TANH_BACKWARD {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return backward(inputs, n, Kernels::tanhBackward);
    }
  },
  SOFTPLUS {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return function(inputs, n, 30f, Kernels::softplus);
    }
  },
  SOFTPLUS_BACKWARD {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return backward(inputs, n, Kernels::softplusBackward);
    }
  },
  RELU {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return function(inputs, n, 3f, Kernels::relu);
    }
  },
  RELU_BACKWARD {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return backward(inputs, n, Kernels::reluBackward);
    }
  },
  SOFTSIGN {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return function(inputs, n, 5f, Kernels::softsign);
    }
  },
  SOFTSIGN_BACKWARD {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return backward(inputs, n, Kernels::softsignBackward);
    }
  },
  GELU {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return function(inputs, n, 6f, Kernels::gelu);
    }
  },
  GELU_BACKWARD {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return backward(inputs, n, Kernels::geluBackward);
    }
  },
  GELU_TANH {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return function(inputs, n, 6f, Kernels::geluTanh);
    }
  },
  GELU_TANH_BACKWARD {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return backward(inputs, n, Kernels::geluTanhBackward);
    }
  },
  SOFTMAX {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return function(inputs, n, 20f, Kernels::softmax);
    }
  },
  SOFTMAX_OF_NOTHING {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range x = inputs.range(n);
      Arrays.fill(x.array, Float.NEGATIVE_INFINITY);
      Range out = inputs.range(n);
      return kernels -> kernels.softmax(x.array, x.offset, out.array, out.offset, n);
    }
  },
  LOG_SUM_EXP {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range x = inputs.range(n, 20f);
      Range softmax = inputs.between(0, 1) == 0 ? x : inputs.range(n);
      Range out = inputs.range(1);
      return kernels ->
          out.array[out.offset] =
              kernels.logSumExp(x.array, x.offset, softmax.array, softmax.offset, n);
    }
  },
  SOFTMAX_BACKWARD {
    @Override
    Call prepare(KernelCase inputs, int n) {
      return backward(inputs, n, Kernels::softmaxBackward);
    }
  },
  LAYER_NORM {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range x = inputs.range(n);
      Range gain = inputs.range(n);
      Range bias = inputs.range(n);
      Range out = inputs.between(0, 1) == 0 ? x : inputs.range(n);
      Range statistics = inputs.range(2);
      return kernels ->
          kernels.layerNorm(
              x.array,
              x.offset,
              gain.array,
              gain.offset,
              bias.array,
              bias.offset,
              out.array,
              out.offset,
              statistics.array,
              statistics.offset,
              n,
              1e-5f);
    }
  },
  LAYER_NORM_BACKWARD {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range x = inputs.range(n);
      Range gain = inputs.range(n);
      Range statistics = inputs.range(2);
      Range dOut = inputs.range(n);
      Range dX = inputs.range(n);
      Range dGain = inputs.range(n);
      Range dBias = inputs.range(n);
      return kernels ->
          kernels.layerNormBackward(
              x.array,
              x.offset,
              gain.array,
              gain.offset,
              statistics.array,
              statistics.offset,
              dOut.array,
              dOut.offset,
              dX.array,
              dX.offset,
              dGain.array,
              dGain.offset,
              dBias.array,
              dBias.offset,
              n);
    }
  },
  LSTM_GATES {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range gates = inputs.range(4 * n, 10f);
      Range before = inputs.range(n);
      Range cell = inputs.between(0, 1) == 0 ? before : inputs.range(n);
      Range tanhCell = inputs.range(n);
      Range out = inputs.range(n);
      return kernels ->
          kernels.lstmGates(
              n,
              gates.array,
              gates.offset,
              before.array,
              before.offset,
              cell.array,
              cell.offset,
              tanhCell.array,
              tanhCell.offset,
              out.array,
              out.offset);
    }
  },
  LSTM_GATES_BACKWARD {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range gates = inputs.range(4 * n);
      Range before = inputs.range(n);
      Range tanhCell = inputs.range(n);
      Range dOut = inputs.range(n);
      Range dCell = inputs.range(n);
      Range dGates = inputs.between(0, 1) == 0 ? gates : inputs.range(4 * n);
      Range dBefore = inputs.range(n);
      return kernels ->
          kernels.lstmGatesBackward(
              n,
              gates.array,
              gates.offset,
              before.array,
              before.offset,
              tanhCell.array,
              tanhCell.offset,
              dOut.array,
              dOut.offset,
              dCell.array,
              dCell.offset,
              dGates.array,
              dGates.offset,
              dBefore.array,
              dBefore.offset);
    }
  },
  GRU_GATES {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range x = inputs.range(3 * n, 10f);
      Range h = inputs.range(3 * n);
      Range before = inputs.range(n);
      Range out = inputs.between(0, 1) == 0 ? before : inputs.range(n);
      return kernels ->
          kernels.gruGates(
              n,
              x.array,
              x.offset,
              h.array,
              h.offset,
              before.array,
              before.offset,
              out.array,
              out.offset);
    }
  },
  GRU_GATES_BACKWARD {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range activated = inputs.range(3 * n);
      Range h = inputs.range(3 * n);
      Range before = inputs.range(n);
      Range dOut = inputs.range(n);
      Range dX = inputs.between(0, 1) == 0 ? activated : inputs.range(3 * n);
      Range dH = inputs.between(0, 1) == 0 ? h : inputs.range(3 * n);
      Range dBefore = inputs.range(n);
      return kernels ->
          kernels.gruGatesBackward(
              n,
              activated.array,
              activated.offset,
              h.array,
              h.offset,
              before.array,
              before.offset,
              dOut.array,
              dOut.offset,
              dX.array,
              dX.offset,
              dH.array,
              dH.offset,
              dBefore.array,
              dBefore.offset);
    }
  },
  INTERPOLATE {
    @Override
    Call prepare(KernelCase inputs, int n) {
      float share = inputs.factor();
      Range x = inputs.range(n);
      Range out = inputs.range(n);
      return kernels -> kernels.interpolate(share, x.array, x.offset, out.array, out.offset, n);
    }
  },
  BLEND_SQUARES {
    @Override
    Call prepare(KernelCase inputs, int n) {
      float share = inputs.factor();
      Range x = inputs.range(n);
      Range out = inputs.range(n);
      return kernels ->
          kernels.blendSquares(0.99f, share, x.array, x.offset, out.array, out.offset, n);
    }
  },
  ADD_SCALED_BY_ROOT {
    @Override
    Call prepare(KernelCase inputs, int n) {
      float scale = inputs.factor();
      Range x = inputs.range(n);
      Range squares = inputs.positiveRange(n);
      Range out = inputs.range(n);
      return kernels ->
          kernels.addScaledByRoot(
              scale,
              x.array,
              x.offset,
              squares.array,
              squares.offset,
              1e-8f,
              out.array,
              out.offset,
              n);
    }
  },
  ADAM {
    @Override
    Call prepare(KernelCase inputs, int n) {
      Range w = inputs.range(n);
      Range gradient = inputs.range(n);
      Range m = inputs.range(n);
      Range v = inputs.positiveRange(n);
      float decay = inputs.between(0, 1) * 1e-4f;
      return kernels ->
          kernels.adam(
              w.array,
              w.offset,
              gradient.array,
              gradient.offset,
              m.array,
              m.offset,
              v.array,
              v.offset,
              n,
              2e-3f,
              0.9f,
              0.999f,
              1.7f,
              1e-8f,
              decay);
    }
  };

  abstract Call prepare(KernelCase inputs, int n);

  /// After how many calls on a few hundred elements C2 has compiled it.
  int heatingRuns() {
    return 5000;
  }

  /// A function of each element.
  private interface Function {
    void apply(Kernels kernels, float[] x, int xOffset, float[] out, int outOffset, int n);
  }

  private static Call function(KernelCase inputs, int n, float spread, Function function) {
    Range x = inputs.range(n, spread);
    Range out = inputs.between(0, 1) == 0 ? x : inputs.range(n);
    return kernels -> function.apply(kernels, x.array, x.offset, out.array, out.offset, n);
  }

  /// The gradient of one.
  private interface Backward {
    void apply(
        Kernels kernels,
        float[] y,
        int yOffset,
        float[] dY,
        int dYOffset,
        float[] dX,
        int dXOffset,
        int n);
  }

  private static Call backward(KernelCase inputs, int n, Backward backward) {
    Range y = inputs.range(n);
    Range dY = inputs.range(n);
    Range dX = inputs.range(n);
    return kernels ->
        backward.apply(kernels, y.array, y.offset, dY.array, dY.offset, dX.array, dX.offset, n);
  }

  private static Call packedProduct(KernelCase inputs, int rows, int columns, int inner) {
    int aStride = inner + inputs.between(0, 5);
    int outStride = columns + inputs.between(0, 5);
    Range a = inputs.range(aStride * rows);
    Range b = inputs.range(columns * inner);
    Range out = inputs.range(outStride * rows);
    float[] packed = PackedWeights.pack(b.array, b.offset, columns, inner, columns);
    return kernels ->
        kernels.multiplyAddPacked(
            rows,
            columns,
            inner,
            a.array,
            a.offset,
            aStride,
            packed,
            out.array,
            out.offset,
            outStride);
  }

  private static Call bfloat16Product(KernelCase inputs, int rows, int columns, int inner) {
    int aStride = inner + inputs.between(0, 5);
    int outStride = columns + inputs.between(0, 5);
    Range a = inputs.range(aStride * rows);
    Range b = inputs.finiteRange(columns * inner);
    Range out = inputs.range(outStride * rows);
    int[] packed = PackedWeights.packBfloat16(b.array, b.offset, columns, inner, columns);
    return kernels ->
        kernels.multiplyAddBfloat16(
            rows,
            columns,
            inner,
            a.array,
            a.offset,
            aStride,
            packed,
            out.array,
            out.offset,
            outStride);
  }

  /// Rows of random stride, a as it is or transposed.
  private static Call product(KernelCase inputs, int rows, int columns, int inner) {
    boolean transposed = inputs.between(0, 1) == 0;
    int aStride = (transposed ? rows : inner) + inputs.between(0, 5);
    int bStride = columns + inputs.between(0, 5);
    int outStride = columns + inputs.between(0, 5);
    Range a = inputs.range(aStride * (transposed ? inner : rows));
    Range b = inputs.range(bStride * inner);
    Range out = inputs.range(outStride * rows);
    return kernels ->
        kernels.multiplyAdd(
            rows,
            columns,
            inner,
            a.array,
            a.offset,
            transposed ? 1 : aStride,
            transposed ? aStride : 1,
            b.array,
            b.offset,
            bStride,
            out.array,
            out.offset,
            outStride);
  }
}
