package io.eddy.model.kernel;

/// The meaning of [Kernels]: one plain loop for each operation, in the order of rounding that the
/// interface gives.
final class ScalarKernels implements Kernels {

  static final ScalarKernels INSTANCE = new ScalarKernels();

  private static final int LANES = 32;

  private ScalarKernels() {}

  @Override
  public String toString() {
    return "scalar";
  }

  @Override
  public void multiplyAdd(
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
      int outStride) {
    // k outside j: the same chain per element as k innermost, but b and out are walked along their
    // rows.
    for (int i = 0; i < rows; i++) {
      int aRow = aOffset + i * aRowStride;
      int outRow = outOffset + i * outStride;
      for (int k = 0; k < inner; k++) {
        float aik = a[aRow + k * aInnerStride];
        int bRow = bOffset + k * bStride;
        for (int j = 0; j < columns; j++) {
          out[outRow + j] = Math.fma(aik, b[bRow + j], out[outRow + j]);
        }
      }
    }
  }

  @Override
  public void multiplyAddPacked(
      int rows,
      int columns,
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      float[] packed,
      float[] out,
      int outOffset,
      int outStride) {
    for (int start = 0; start < columns; start += PackedWeights.PANEL) {
      int width = PackedWeights.width(columns, start);
      multiplyAdd(
          rows,
          Math.min(width, columns - start),
          inner,
          a,
          aOffset,
          aStride,
          1,
          packed,
          start * inner,
          width,
          out,
          outOffset + start,
          outStride);
    }
  }

  @Override
  public void multiplyAddBfloat16(
      int rows,
      int columns,
      int inner,
      float[] a,
      int aOffset,
      int aStride,
      int[] packed,
      float[] out,
      int outOffset,
      int outStride) {
    for (int i = 0; i < rows; i++) {
      int outRow = outOffset + i * outStride;
      for (int k = 0; k < inner; k++) {
        float aik = a[aOffset + i * aStride + k];
        for (int j = 0; j < columns; j++) {
          float w = PackedWeights.bfloat16(packed, inner, columns, k, j);
          out[outRow + j] = Math.fma(aik, w, out[outRow + j]);
        }
      }
    }
  }

  @Override
  public void add(float[] x, int xOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] += x[xOffset + i];
    }
  }

  @Override
  public void addScaled(float scale, float[] x, int xOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = Math.fma(scale, x[xOffset + i], out[outOffset + i]);
    }
  }

  @Override
  public void scale(float scale, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] *= scale;
    }
  }

  @Override
  public void multiply(
      float[] x, int xOffset, float[] y, int yOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = x[xOffset + i] * y[yOffset + i];
    }
  }

  @Override
  public void multiplyAccumulate(
      float[] x, int xOffset, float[] y, int yOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = Math.fma(x[xOffset + i], y[yOffset + i], out[outOffset + i]);
    }
  }

  @Override
  public float sum(float[] x, int xOffset, int n) {
    return sumOfLanes(x, xOffset, n, 0, 1);
  }

  /// Folds the lanes `lane`, `lane + step`, `lane + 2 step`, … into one.
  private static float sumOfLanes(float[] x, int xOffset, int n, int lane, int step) {
    if (step < LANES) {
      return sumOfLanes(x, xOffset, n, lane, 2 * step)
          + sumOfLanes(x, xOffset, n, lane + step, 2 * step);
    }
    float sum = 0f;
    for (int i = lane; i < filledUp(n); i += LANES) {
      sum += i < n ? x[xOffset + i] : 0f;
    }
    return sum;
  }

  @Override
  public float dot(float[] x, int xOffset, float[] y, int yOffset, int n) {
    return dotOfLanes(x, xOffset, y, yOffset, n, 0, 1);
  }

  private static float dotOfLanes(
      float[] x, int xOffset, float[] y, int yOffset, int n, int lane, int step) {
    if (step < LANES) {
      return dotOfLanes(x, xOffset, y, yOffset, n, lane, 2 * step)
          + dotOfLanes(x, xOffset, y, yOffset, n, lane + step, 2 * step);
    }
    float sum = 0f;
    for (int i = lane; i < filledUp(n); i += LANES) {
      float xi = i < n ? x[xOffset + i] : 0f;
      float yi = i < n ? y[yOffset + i] : 0f;
      sum = Math.fma(xi, yi, sum);
    }
    return sum;
  }

  private static int filledUp(int n) {
    return (n + LANES - 1) & -LANES;
  }

  @Override
  public void exp(float[] x, int xOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = Functions.exp(x[xOffset + i]);
    }
  }

  @Override
  public void log(float[] x, int xOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = Functions.log(x[xOffset + i]);
    }
  }

  @Override
  public void sigmoid(float[] x, int xOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = Functions.sigmoid(x[xOffset + i]);
    }
  }

  @Override
  public void sigmoidBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    for (int i = 0; i < n; i++) {
      float yi = y[yOffset + i];
      dX[dXOffset + i] = Math.fma(dY[dYOffset + i] * yi, 1f - yi, dX[dXOffset + i]);
    }
  }

  @Override
  public void tanh(float[] x, int xOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = Functions.tanh(x[xOffset + i]);
    }
  }

  @Override
  public void tanhBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    for (int i = 0; i < n; i++) {
      float yi = y[yOffset + i];
      dX[dXOffset + i] = Math.fma(dY[dYOffset + i], Math.fma(-yi, yi, 1f), dX[dXOffset + i]);
    }
  }

  @Override
  public void softplus(float[] x, int xOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = Functions.softplus(x[xOffset + i]);
    }
  }

  @Override
  public void softplusBackward(
      float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    for (int i = 0; i < n; i++) {
      dX[dXOffset + i] =
          Math.fma(dY[dYOffset + i], Functions.sigmoid(x[xOffset + i]), dX[dXOffset + i]);
    }
  }

  @Override
  public void relu(float[] x, int xOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = Functions.relu(x[xOffset + i]);
    }
  }

  @Override
  public void reluBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    for (int i = 0; i < n; i++) {
      dX[dXOffset + i] += y[yOffset + i] > 0f ? dY[dYOffset + i] : 0f;
    }
  }

  @Override
  public void softsign(float[] x, int xOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = Functions.softsign(x[xOffset + i]);
    }
  }

  @Override
  public void softsignBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    for (int i = 0; i < n; i++) {
      float rest = 1f - Math.abs(y[yOffset + i]);
      dX[dXOffset + i] = Math.fma(dY[dYOffset + i], rest * rest, dX[dXOffset + i]);
    }
  }

  @Override
  public void gelu(float[] x, int xOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = Functions.gelu(x[xOffset + i]);
    }
  }

  @Override
  public void geluBackward(
      float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    for (int i = 0; i < n; i++) {
      dX[dXOffset + i] =
          Math.fma(dY[dYOffset + i], Functions.geluSlope(x[xOffset + i]), dX[dXOffset + i]);
    }
  }

  @Override
  public void geluTanh(float[] x, int xOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = Functions.geluTanh(x[xOffset + i]);
    }
  }

  @Override
  public void geluTanhBackward(
      float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    for (int i = 0; i < n; i++) {
      dX[dXOffset + i] =
          Math.fma(dY[dYOffset + i], Functions.geluTanhSlope(x[xOffset + i]), dX[dXOffset + i]);
    }
  }

  @Override
  public void softmax(float[] x, int xOffset, float[] out, int outOffset, int n) {
    float largest = largest(x, xOffset, n);
    scaledExp(x, xOffset, largest, out, outOffset, n);
  }

  @Override
  public float logSumExp(float[] x, int xOffset, float[] softmax, int softmaxOffset, int n) {
    float largest = largest(x, xOffset, n);
    float sum = scaledExp(x, xOffset, largest, softmax, softmaxOffset, n);
    return largest + Functions.log(sum);
  }

  private static float largest(float[] x, int xOffset, int n) {
    float largest = -Float.MAX_VALUE;
    for (int i = 0; i < n; i++) {
      largest = x[xOffset + i] > largest ? x[xOffset + i] : largest;
    }
    return largest;
  }

  /// The softmax, and the sum it was divided by.
  private float scaledExp(
      float[] x, int xOffset, float largest, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      out[outOffset + i] = Functions.exp(x[xOffset + i] - largest);
    }
    float sum = sum(out, outOffset, n);
    scale(sum == 0f ? 0f : 1f / sum, out, outOffset, n);
    return sum;
  }

  @Override
  public void softmaxBackward(
      float[] y, int yOffset, float[] dY, int dYOffset, float[] dX, int dXOffset, int n) {
    float dot = dot(y, yOffset, dY, dYOffset, n);
    for (int i = 0; i < n; i++) {
      dX[dXOffset + i] = Math.fma(y[yOffset + i], dY[dYOffset + i] - dot, dX[dXOffset + i]);
    }
  }

  @Override
  public void layerNorm(
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
      float epsilon) {
    float mean = sum(x, xOffset, n) / n;
    float[] squares = LaneSums.zeros();
    for (int i = 0; i < LaneSums.filledUp(n); i++) {
      float difference = i < n ? x[xOffset + i] - mean : 0f;
      squares[i % LANES] = Math.fma(difference, difference, squares[i % LANES]);
    }
    float variance = LaneSums.fold(squares, 0) / n;
    float rstd = 1f / (float) Math.sqrt(variance + epsilon);
    statistics[statisticsOffset] = mean;
    statistics[statisticsOffset + 1] = rstd;
    for (int i = 0; i < n; i++) {
      float normal = (x[xOffset + i] - mean) * rstd;
      out[outOffset + i] = Math.fma(normal, gain[gainOffset + i], bias[biasOffset + i]);
    }
  }

  @Override
  public void layerNormBackward(
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
      int n) {
    float mean = statistics[statisticsOffset];
    float rstd = statistics[statisticsOffset + 1];
    float[] sums = LaneSums.zeros();
    for (int i = 0; i < LaneSums.filledUp(n); i++) {
      float dY = i < n ? dOut[dOutOffset + i] : 0f;
      float normal = i < n ? (x[xOffset + i] - mean) * rstd : 0f;
      float g = i < n ? dY * gain[gainOffset + i] : 0f;
      int lane = i % LANES;
      sums[lane] += g;
      sums[LANES + lane] = Math.fma(g, normal, sums[LANES + lane]);
      if (i < n) {
        dGain[dGainOffset + i] = Math.fma(dY, normal, dGain[dGainOffset + i]);
        dBias[dBiasOffset + i] += dY;
      }
    }
    float a = LaneSums.fold(sums, 0) / n;
    float b = LaneSums.fold(sums, LANES) / n;
    for (int i = 0; i < n; i++) {
      float normal = (x[xOffset + i] - mean) * rstd;
      float g = dOut[dOutOffset + i] * gain[gainOffset + i];
      dX[dXOffset + i] = Math.fma(rstd, Math.fma(-b, normal, g - a), dX[dXOffset + i]);
    }
  }

  @Override
  public void lstmGates(
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
      int outOffset) {
    int iOffset = gatesOffset;
    int fOffset = iOffset + hidden;
    int gOffset = fOffset + hidden;
    int oOffset = gOffset + hidden;
    for (int j = 0; j < hidden; j++) {
      float i = Functions.sigmoid(gates[iOffset + j]);
      float f = Functions.sigmoid(gates[fOffset + j]);
      float g = Functions.tanh(gates[gOffset + j]);
      float o = Functions.sigmoid(gates[oOffset + j]);
      float c = Math.fma(f, cellBefore[cellBeforeOffset + j], i * g);
      float tanhC = Functions.tanh(c);
      gates[iOffset + j] = i;
      gates[fOffset + j] = f;
      gates[gOffset + j] = g;
      gates[oOffset + j] = o;
      cell[cellOffset + j] = c;
      tanhCell[tanhCellOffset + j] = tanhC;
      out[outOffset + j] = o * tanhC;
    }
  }

  @Override
  public void lstmGatesBackward(
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
      int dCellBeforeOffset) {
    for (int j = 0; j < hidden; j++) {
      float i = gates[gatesOffset + j];
      float f = gates[gatesOffset + hidden + j];
      float g = gates[gatesOffset + 2 * hidden + j];
      float o = gates[gatesOffset + 3 * hidden + j];
      float before = cellBefore[cellBeforeOffset + j];
      float tanhC = tanhCell[tanhCellOffset + j];
      float dH = dOut[dOutOffset + j];
      float dC = Math.fma(dH * o, Math.fma(-tanhC, tanhC, 1f), dCell[dCellOffset + j]);
      dGates[dGatesOffset + j] = (dC * g) * (i * (1f - i));
      dGates[dGatesOffset + hidden + j] = (dC * before) * (f * (1f - f));
      dGates[dGatesOffset + 2 * hidden + j] = (dC * i) * Math.fma(-g, g, 1f);
      dGates[dGatesOffset + 3 * hidden + j] = (dH * tanhC) * (o * (1f - o));
      dCellBefore[dCellBeforeOffset + j] = Math.fma(dC, f, dCellBefore[dCellBeforeOffset + j]);
    }
  }

  @Override
  public void gruGates(
      int hidden,
      float[] x,
      int xOffset,
      float[] h,
      int hOffset,
      float[] before,
      int beforeOffset,
      float[] out,
      int outOffset) {
    for (int j = 0; j < hidden; j++) {
      float r = Functions.sigmoid(x[xOffset + j] + h[hOffset + j]);
      float z = Functions.sigmoid(x[xOffset + hidden + j] + h[hOffset + hidden + j]);
      float n =
          Functions.tanh(Math.fma(r, h[hOffset + 2 * hidden + j], x[xOffset + 2 * hidden + j]));
      x[xOffset + j] = r;
      x[xOffset + hidden + j] = z;
      x[xOffset + 2 * hidden + j] = n;
      out[outOffset + j] = Math.fma(z, before[beforeOffset + j] - n, n);
    }
  }

  @Override
  public void gruGatesBackward(
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
      int dBeforeOffset) {
    for (int j = 0; j < hidden; j++) {
      float r = activated[activatedOffset + j];
      float z = activated[activatedOffset + hidden + j];
      float n = activated[activatedOffset + 2 * hidden + j];
      float dY = dOut[dOutOffset + j];
      float dN = (dY * (1f - z)) * Math.fma(-n, n, 1f);
      float dR = (dN * h[hOffset + 2 * hidden + j]) * (r * (1f - r));
      float dZ = (dY * (before[beforeOffset + j] - n)) * (z * (1f - z));
      dX[dXOffset + j] = dR;
      dX[dXOffset + hidden + j] = dZ;
      dX[dXOffset + 2 * hidden + j] = dN;
      dH[dHOffset + j] = dR;
      dH[dHOffset + hidden + j] = dZ;
      dH[dHOffset + 2 * hidden + j] = dN * r;
      dBefore[dBeforeOffset + j] = Math.fma(dY, z, dBefore[dBeforeOffset + j]);
    }
  }

  @Override
  public void interpolate(float share, float[] x, int xOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      float before = out[outOffset + i];
      out[outOffset + i] = Math.fma(share, x[xOffset + i] - before, before);
    }
  }

  @Override
  public void blendSquares(
      float keep, float share, float[] x, int xOffset, float[] out, int outOffset, int n) {
    for (int i = 0; i < n; i++) {
      float xi = x[xOffset + i];
      out[outOffset + i] = Math.fma(keep, out[outOffset + i], (share * xi) * xi);
    }
  }

  @Override
  public void addScaledByRoot(
      float scale,
      float[] x,
      int xOffset,
      float[] squares,
      int squaresOffset,
      float epsilon,
      float[] out,
      int outOffset,
      int n) {
    for (int i = 0; i < n; i++) {
      float root = (float) Math.sqrt(squares[squaresOffset + i]);
      out[outOffset + i] += (scale * x[xOffset + i]) / (root + epsilon);
    }
  }

  @Override
  public void adam(
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
      float decay) {
    for (int i = 0; i < n; i++) {
      float g = gradient[gradientOffset + i];
      float mean = Math.fma(beta1, m[mOffset + i], (1f - beta1) * g);
      float square = Math.fma(beta2, v[vOffset + i], ((1f - beta2) * g) * g);
      // The root of the exact double, rounded to float, is the correctly rounded float root.
      float root = (float) Math.sqrt(square);
      m[mOffset + i] = mean;
      v[vOffset + i] = square;
      w[wOffset + i] =
          Math.fma(-decay, w[wOffset + i], w[wOffset + i])
              - (rate * mean) / Math.fma(root, correction, epsilon);
    }
  }
}
