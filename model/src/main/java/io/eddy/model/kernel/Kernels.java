package io.eddy.model.kernel;

/// Arithmetic on ranges of float arrays; everything above it knows neither SIMD nor its widths.
///
/// There are two implementations, [scalar()][#scalar()], plain loops that say what is meant, and
/// one over `jdk.incubator.vector`. They agree **to the last bit**, at every vector width, for
/// every input, so that a replica on another processor continues a key exactly where the last one
/// left it (the payload of a NaN is the one exception: only that it is a NaN is promised). To make
/// that possible each operation fixes its order of rounding, element by element:
///
/// - "fma" is one fused multiply-add, rounded once (`Math.fma`);
/// - a product of matrices starts from the stored value and adds k = 0, 1, … by fma, whatever the
///   blocking;
/// - a reduction runs in 32 virtual lanes (see [#sum]);
/// - activations are those of [Functions].
///
/// Conventions. A range is an array, the offset of its first element and a length. Lengths may be
/// 0. An output range either **is** one of the input ranges (same array, same offset) or is
/// disjoint from it; anything in between is undefined. Sizes are checked by the layers that call; a
/// range outside its array throws [IndexOutOfBoundsException], perhaps after part of the output was
/// written. `x += y` is rounded as written, products first unless an fma is named. Methods named
/// `…Backward` add to the gradients of data (`dX +=`) and overwrite where they say so.
///
/// Implementations are stateless to the caller, may be shared by threads, and allocate nothing per
/// call once warm. Their `toString` says which they are, such as `vector, 256 bits`.
public interface Kernels {

  /// The kernels to use in this JVM, the same instance each time: SIMD where the module is there,
  /// else the plain loops. The first call chooses and logs one line. Two system properties rule:
  ///
  /// - `eddy.kernels` = `scalar` or `vector`: forces either;
  /// - `eddy.vector.bits` = `128`, `256` or `512`: the vector width, else what the JVM prefers on
  ///   this processor.
  ///
  /// @throws IllegalArgumentException if a property has another value
  /// @throws IllegalStateException if the processor has no fused multiply-add, or `vector` is
  ///   forced and the module missing
  static Kernels best() {
    return KernelChoice.best();
  }

  /// The plain loops: the meaning of every operation, the fallback without SIMD, and the twin that
  /// tests compare with.
  static Kernels scalar() {
    return ScalarKernels.INSTANCE;
  }

  /// `out(i,j) = fma(a(i,k), b(k,j), out(i,j))` for k = 0, 1, …, inner - 1: a matrix product added
  /// to what is stored.
  ///
  /// `a` is addressed by two strides, so that a transposed matrix needs no copy: `a(i,k) =
  /// a[aOffset + i * aRowStride + k * aInnerStride]`. `b` and `out` lie in rows: `b(k,j) =
  /// b[bOffset + k * bStride + j]`, `out(i,j) = out[outOffset + i * outStride + j]`. Each element
  /// is one chain of fma in k, so an inner product split over several calls gives the same bits as
  /// one call.
  ///
  /// @param rows rows of a and of out (1 for one event)
  /// @param columns columns of b and of out
  /// @param inner columns of a, rows of b
  /// @param a (rows, inner), read
  /// @param b (inner, columns), read; the weights in y += x·W
  /// @param out (rows, columns), added to; disjoint from a and b
  void multiplyAdd(
      int rows,
      int columns,
      int inner,
      float[] a,
      int aOffset,
      int aRowStride,
      int aInnerStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] out,
      int outOffset,
      int outStride);

  /// [#multiplyAdd] with a matrix of weights that [PackedWeights#pack] has put into reading order:
  /// `out(i,j) = fma(a(i,k), w(k,j), out(i,j))` for k = 0, 1, …, inner - 1. The same bits, faster
  /// where rows are few.
  ///
  /// @param a (rows, inner), read: `a(i,k) = a[aOffset + i * aStride + k]`
  /// @param packed w (inner, columns), packed, from the array's start on, read
  /// @param out (rows, columns), added to; disjoint from a
  void multiplyAddPacked(
      int rows,
      int columns,
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      float[] packed,
      float[] out,
      int outOffset,
      int outStride);

  /// [#multiplyAddPacked] with weights in bf16. A weight is what [PackedWeights#packBfloat16] made
  /// of it; everything else is fp32: `out(i,j) = fma(a(i,k), w(k,j), out(i,j))`, rounded as floats
  /// are.
  ///
  /// @param a (rows, inner), read: `a(i,k) = a[aOffset + i * aStride + k]`
  /// @param packed w (inner, columns), packed, from the array's start on, read
  /// @param out (rows, columns), added to; disjoint from a
  void multiplyAddBfloat16(
      int rows,
      int columns,
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      int[] packed,
      float[] out,
      int outOffset,
      int outStride);

  /// `out = out + x`.
  ///
  /// @param x (n), read
  /// @param out (n), added to
  void add(float[] x, int xOffset, float[] out, int outOffset, int n);

  /// `out = fma(scale, x, out)`.
  ///
  /// @param x (n), read
  /// @param out (n), added to
  void addScaled(float scale, float[] x, int xOffset, float[] out, int outOffset, int n);

  /// `out = scale * out`.
  ///
  /// @param out (n), multiplied
  void scale(float scale, float[] out, int outOffset, int n);

  /// `out = x * y`.
  ///
  /// @param x (n), read
  /// @param y (n), read
  /// @param out (n), overwritten
  void multiply(float[] x, int xOffset, float[] y, int yOffset, float[] out, int outOffset, int n);

  /// `out = fma(x, y, out)`.
  ///
  /// @param x (n), read
  /// @param y (n), read
  /// @param out (n), added to
  void multiplyAccumulate(
      float[] x, int xOffset, float[] y, int yOffset, float[] out, int outOffset, int n);

  /// The sum of n elements, in 32 lanes and a tree.
  ///
  /// Lane l starts at +0 and adds the elements l, l + 32, l + 64, … of the range. The range counts
  /// as filled up with +0 to a multiple of 32. The lanes then fold in half: lane l adds lane l + 16
  /// (l < 16), then l + 8, l + 4, l + 2, l + 1; lane 0 is the result. So the sum of nothing, and of
  /// negative zeros, is +0.
  ///
  /// @param x (n), read
  float sum(float[] x, int xOffset, int n);

  /// The sum of `x * y`: as [#sum], but a lane adds by `fma(x, y, lane)`, and both ranges count as
  /// filled up with +0.
  ///
  /// @param x (n), read
  /// @param y (n), read
  float dot(float[] x, int xOffset, float[] y, int yOffset, int n);

  /// `out = e^x`, see [Functions#exp].
  ///
  /// @param x (n), read
  /// @param out (n), overwritten; may be x
  void exp(float[] x, int xOffset, float[] out, int outOffset, int n);

  /// `out = ln(x)`, see [Functions#log].
  ///
  /// @param x (n), read
  /// @param out (n), overwritten; may be x
  void log(float[] x, int xOffset, float[] out, int outOffset, int n);

  /// `out = 1 / (1 + e^-x)`, see [Functions#sigmoid].
  ///
  /// @param x (n), read
  /// @param out (n), overwritten; may be x
  void sigmoid(float[] x, int xOffset, float[] out, int outOffset, int n);

  /// `dX = fma(dY * y, 1 - y, dX)`.
  ///
  /// @param y (n), what [#sigmoid] gave, read
  /// @param dY (n), gradient of y, read
  /// @param dX (n), gradient of x, added to
  void sigmoidBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n);

  /// `out = tanh(x)`, see [Functions#tanh].
  ///
  /// @param x (n), read
  /// @param out (n), overwritten; may be x
  void tanh(float[] x, int xOffset, float[] out, int outOffset, int n);

  /// `dX = fma(dY, fma(-y, y, 1), dX)`.
  ///
  /// @param y (n), what [#tanh] gave, read
  /// @param dY (n), gradient of y, read
  /// @param dX (n), gradient of x, added to
  void tanhBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n);

  /// `out = ln(1 + e^x)`, see [Functions#softplus].
  ///
  /// @param x (n), read
  /// @param out (n), overwritten; may be x
  void softplus(float[] x, int xOffset, float[] out, int outOffset, int n);

  /// `dX = fma(dY, sigmoid(x), dX)`: unlike the others it takes the input, not the output.
  ///
  /// @param x (n), what [#softplus] was given, read
  /// @param dY (n), gradient of the output, read
  /// @param dX (n), gradient of x, added to
  void softplusBackward(
      float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n);

  /// `out = x <= 0 ? 0 : x`, so that a NaN stays one.
  ///
  /// @param x (n), read
  /// @param out (n), overwritten; may be x
  void relu(float[] x, int xOffset, float[] out, int outOffset, int n);

  /// `dX = dX + (y > 0 ? dY : 0)`.
  ///
  /// @param y (n), what [#relu] gave, read
  /// @param dY (n), gradient of y, read
  /// @param dX (n), gradient of x, added to
  void reluBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n);

  /// `out = x / (1 + |x|)`, see [Functions#softsign].
  ///
  /// @param x (n), read
  /// @param out (n), overwritten; may be x
  void softsign(float[] x, int xOffset, float[] out, int outOffset, int n);

  /// `dX = fma(dY, (1 - |y|) * (1 - |y|), dX)`.
  ///
  /// @param y (n), what [#softsign] gave, read
  /// @param dY (n), gradient of y, read
  /// @param dX (n), gradient of x, added to
  void softsignBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n);

  /// `out = x Φ(x)`, see [Functions#gelu]: PyTorch's default.
  ///
  /// @param x (n), read
  /// @param out (n), overwritten; may be x
  void gelu(float[] x, int xOffset, float[] out, int outOffset, int n);

  /// `dX = fma(dY, geluSlope(x), dX)`, see [Functions#geluSlope]: takes the input.
  ///
  /// @param x (n), what [#gelu] was given, read
  /// @param dY (n), gradient of the output, read
  /// @param dX (n), gradient of x, added to
  void geluBackward(
      float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n);

  /// The form by tanh, see [Functions#geluTanh].
  ///
  /// @param x (n), read
  /// @param out (n), overwritten; may be x
  void geluTanh(float[] x, int xOffset, float[] out, int outOffset, int n);

  /// `dX = fma(dY, geluTanhSlope(x), dX)`, see [Functions#geluTanhSlope]: takes the input.
  ///
  /// @param x (n), what [#geluTanh] was given, read
  /// @param dY (n), gradient of the output, read
  /// @param dX (n), gradient of x, added to
  void geluTanhBackward(
      float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n);

  /// `out = e^(x - m) / Σ e^(x - m)` over one group of n, m the largest of x.
  ///
  /// ```
  /// m = the largest of -3.4e38 (the lowest float) and x, NaN left out
  /// out = exp(x - m)
  /// s = sum(out)
  /// out = out * (1 / s), or 0 where s is 0
  /// ```
  ///
  /// So elements of -∞ get 0, and all get 0 where there are no others (everything masked). A NaN or
  /// +∞ makes all NaN.
  ///
  /// @param x (n), read
  /// @param out (n), overwritten; may be x
  void softmax(float[] x, int xOffset, float[] out, int outOffset, int n);

  /// [#softmax], and with m and s from there `m + log(s)`, the logarithm of Σ e^x: the
  /// cross-entropy against class c is that minus x(c), and its gradient the softmax, minus 1 at c.
  ///
  /// @param x (n), read
  /// @param softmax (n), overwritten; may be x
  /// @return -∞ for n = 0 and where all of x is -∞
  float logSumExp(float[] x, int xOffset, float[] softmax, int softmaxOffset, int n);

  /// `dX = fma(y, dY - d, dX)` with `d = dot(y, dY)`.
  ///
  /// @param y (n), what [#softmax] gave, read
  /// @param dY (n), gradient of y, read
  /// @param dX (n), gradient of x, added to
  void softmaxBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n);

  /// Layer normalisation of one row (Ba et al. 2016).
  ///
  /// ```
  /// mean = sum(x) / n
  /// variance = sum((x - mean)²) / n         lanes add by fma, as in dot
  /// rstd = 1 / sqrt(variance + epsilon)
  /// out = fma((x - mean) * rstd, gain, bias)
  /// ```
  ///
  /// @param x (n), read
  /// @param gain (n), read
  /// @param bias (n), read
  /// @param out (n), overwritten; may be x where no gradient is wanted
  /// @param statistics (2), overwritten with mean and rstd for [#layerNormBackward]
  void layerNorm(
      float[] x,
      int xOffset,
      float[] gain,
      int gainOffset,
      float[] bias,
      int biasOffset,
      float[] out,
      int outOffset,
      float[] statistics,
      int statisticsOffset,
      int n,
      float epsilon);

  /// The gradient of [#layerNorm].
  ///
  /// ```
  /// x̂ = (x - mean) * rstd      g = dOut * gain
  /// a = sum(g) / n              b = sum(g * x̂) / n         lanes of the latter add by fma
  /// dX = fma(rstd, fma(-b, x̂, g - a), dX)
  /// dGain = fma(dOut, x̂, dGain)
  /// dBias = dBias + dOut
  /// ```
  ///
  /// @param x (n), read
  /// @param gain (n), read
  /// @param statistics (2), as [#layerNorm] left them, read
  /// @param dOut (n), gradient of the output, read
  /// @param dX (n), gradient of x, added to; disjoint from dOut
  /// @param dGain (n), added to
  /// @param dBias (n), added to
  void layerNormBackward(
      float[] x,
      int xOffset,
      float[] gain,
      int gainOffset,
      float[] statistics,
      int statisticsOffset,
      float[] dOut,
      int dOutOffset,
      float[] dX,
      int dXOffset,
      float[] dGain,
      int dGainOffset,
      float[] dBias,
      int dBiasOffset,
      int n);

  /// The element-wise part of an LSTM step, PyTorch's gate order i, f, g, o (each H = hidden
  /// floats).
  ///
  /// ```
  /// i = sigmoid(i)   f = sigmoid(f)   g = tanh(g)   o = sigmoid(o)
  /// cell = fma(f, cellBefore, i * g)
  /// out = o * tanh(cell)
  /// ```
  ///
  /// @param gates (4H), pre-activations in, activated in place for [#lstmGatesBackward]
  /// @param cellBefore (H), read
  /// @param cell (H), overwritten; may be cellBefore
  /// @param tanhCell (H), overwritten with tanh(cell) for [#lstmGatesBackward]; may be out, where
  ///   no gradient is wanted
  /// @param out (H), the hidden state, overwritten
  void lstmGates(
      int hidden,
      float[] gates,
      int gatesOffset,
      float[] cellBefore,
      int cellBeforeOffset,
      float[] cell,
      int cellOffset,
      float[] tanhCell,
      int tanhCellOffset,
      float[] out,
      int outOffset);

  /// The gradient of [#lstmGates].
  ///
  /// ```
  /// dC = fma(dOut * o, fma(-tanhCell, tanhCell, 1), dCell)
  /// dGates.i = (dC * g) * (i * (1 - i))
  /// dGates.f = (dC * cellBefore) * (f * (1 - f))
  /// dGates.g = (dC * i) * fma(-g, g, 1)
  /// dGates.o = (dOut * tanhCell) * (o * (1 - o))
  /// dCellBefore = fma(dC, f, dCellBefore)
  /// ```
  ///
  /// @param gates (4H), activated, read
  /// @param cellBefore (H), read
  /// @param tanhCell (H), read
  /// @param dOut (H), gradient of the hidden state, read
  /// @param dCell (H), gradient of the cell from the step after, read
  /// @param dGates (4H), gradient of the pre-activations, overwritten; may be gates
  /// @param dCellBefore (H), added to; not dCell
  void lstmGatesBackward(
      int hidden,
      float[] gates,
      int gatesOffset,
      float[] cellBefore,
      int cellBeforeOffset,
      float[] tanhCell,
      int tanhCellOffset,
      float[] dOut,
      int dOutOffset,
      float[] dCell,
      int dCellOffset,
      float[] dGates,
      int dGatesOffset,
      float[] dCellBefore,
      int dCellBeforeOffset);

  /// The element-wise part of a GRU step with the reset after the product, PyTorch's gate order r,
  /// z, n (each H = hidden floats).
  ///
  /// ```
  /// r = sigmoid(x.r + h.r)   z = sigmoid(x.z + h.z)
  /// n = tanh(fma(r, h.n, x.n))
  /// out = fma(z, before - n, n)          that is (1 - z) * n + z * before
  /// ```
  ///
  /// @param x (3H), the input's part of the pre-activations with its bias in, overwritten with the
  ///   activated r, z, n
  /// @param h (3H), the state's part with its bias, read; its last H are kept for
  ///   [#gruGatesBackward]
  /// @param before (H), the hidden state before, read
  /// @param out (H), the hidden state after, overwritten; may be before
  void gruGates(
      int hidden,
      float[] x,
      int xOffset,
      float[] h,
      int hOffset,
      float[] before,
      int beforeOffset,
      float[] out,
      int outOffset);

  /// The gradient of [#gruGates].
  ///
  /// ```
  /// dN = (dOut * (1 - z)) * fma(-n, n, 1)
  /// dR = (dN * h.n) * (r * (1 - r))
  /// dZ = (dOut * (before - n)) * (z * (1 - z))
  /// dX = dR, dZ, dN          dH = dR, dZ, dN * r
  /// dBefore = fma(dOut, z, dBefore)
  /// ```
  ///
  /// @param activated (3H), r, z, n as [#gruGates] left them in x, read
  /// @param h (3H), the state's part, of which the last H are read
  /// @param before (H), read
  /// @param dOut (H), gradient of the hidden state after, read
  /// @param dX (3H), gradient of the input's part, overwritten; may be activated
  /// @param dH (3H), gradient of the state's part, overwritten; may be h
  /// @param dBefore (H), added to; not dOut
  void gruGatesBackward(
      int hidden,
      float[] activated,
      int activatedOffset,
      float[] h,
      int hOffset,
      float[] before,
      int beforeOffset,
      float[] dOut,
      int dOutOffset,
      float[] dX,
      int dXOffset,
      float[] dH,
      int dHOffset,
      float[] dBefore,
      int dBeforeOffset);

  /// `out = fma(share, x - out, out)`: a share of the way from out to x, so that where both are
  /// equal nothing moves. Running means of gradients and of weights.
  ///
  /// @param x (n), read
  /// @param out (n), changed
  void interpolate(float share, float[] x, int xOffset, float[] out, int outOffset, int n);

  /// `out = fma(keep, out, (share * x) * x)`: running means and sums of squares.
  ///
  /// @param x (n), read
  /// @param out (n), changed
  void blendSquares(
      float keep, float share, float[] x, int xOffset, float[] out, int outOffset, int n);

  /// `out = out + (scale * x) / (sqrt(squares) + epsilon)`: the steps of RMSProp and AdaGrad.
  ///
  /// @param x (n), read
  /// @param squares (n), read
  /// @param out (n), changed
  void addScaledByRoot(
      float scale,
      float[] x,
      int xOffset,
      float[] squares,
      int squaresOffset,
      float epsilon,
      float[] out,
      int outOffset,
      int n);

  /// One update by Adam with decoupled decay (AdamW; Kingma and Ba 2015, Loshchilov and Hutter
  /// 2019). With t = 1, 2, … the number of the update, the caller gives `rate = learningRate / (1 -
  /// beta1^t)` and `correction = 1 / sqrt(1 - beta2^t)`.
  ///
  /// ```
  /// m = fma(beta1, m, (1 - beta1) * g)
  /// v = fma(beta2, v, ((1 - beta2) * g) * g)
  /// w = fma(-decay, w, w) - (rate * m) / fma(sqrt(v), correction, epsilon)
  /// ```
  ///
  /// @param w (n), weights, changed
  /// @param gradient (n), read
  /// @param m (n), running mean of the gradient, changed
  /// @param v (n), running mean of its square, changed
  /// @param decay the share of a weight taken away: learning rate times weight decay, 0 for none
  void adam(
      float[] w,
      int wOffset,
      float[] gradient,
      int gradientOffset,
      float[] m,
      int mOffset,
      float[] v,
      int vOffset,
      int n,
      float rate,
      float beta1,
      float beta2,
      float correction,
      float epsilon,
      float decay);
}
