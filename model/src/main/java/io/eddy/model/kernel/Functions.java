package io.eddy.model.kernel;

/// The activations and what they are made of, on one float: the scalar side of [Kernels], and its
/// definition.
///
/// Each is a fixed sequence of additions, multiplications, fused multiply-adds, divisions,
/// comparisons and shifts of bits, all of which IEEE 754 rounds in one way only. That is why a
/// vector of any width, which runs the same sequence, gives the same bits, and why there is no
/// `Math.exp` here: its last bit differs between JVMs and processors.
///
/// The coefficients are minimax fits, rounded to float: of e^r for |r| ≤ ln(2)/2, of atanh for the
/// two logarithms, and for tanh and erf rationals of degree 9 over 8 and 11 over 10, whose terms
/// are all positive, so that nothing cancels. The errors below were found by walking over all
/// floats of the range against StrictMath (one ulp is the distance of neighbouring floats there).
///
/// | function | largest error | at the ends |
/// | --- | --- | --- |
/// | exp | 0.9 ulp | +∞ above 88.72, 0 below -86.99 |
/// | log | 0.9 ulp | -∞ for ±0, NaN below |
/// | tanh | 5.1 ulp, 3.1e-7 absolute | ±1 from |x| = 8.108 |
/// | sigmoid | 1.9e-7 absolute | 0 and 1 from |x| = 16.22 |
/// | softplus | 2.9 ulp | 0 below -86.99, x far above |
/// | erf | 5.5 ulp, 3.3e-7 absolute | ±1 from |x| = 3.612 |
/// | gelu, its slope | 1.1e-6, 2.3e-7 absolute within |x| < 6 | 0 and x from |x| = 5.109 |
/// | geluTanh, its slope | 8.6e-7, 3.5e-6 absolute within |x| < 6 | 0 and x from |x| = 5.6 |
public final class Functions {

  /// 1.5 · 2^23: adding it rounds a float below 2^22 to an integer, which then stands in the low
  /// bits.
  static final float ROUND = 0x1.8p23f;

  static final int ROUND_BITS = 0x4b400000;

  static final float LOG2_E = 0x1.715476p0f;
  static final float LN2_HIGH = 0x1.62e43p-1f;
  static final float LN2_LOW = -0x1.05c61p-29f;

  static final float EXP_HIGHEST = 89f;
  static final float EXP_LOWEST = -87.3f;

  // 2 e^r = 2 + 2 r + r² (EXP_2 + EXP_3 r + …)
  static final float EXP_2 = 0x1.fffffcp-1f;
  static final float EXP_3 = 0x1.555492p-2f;
  static final float EXP_4 = 0x1.5558f2p-4f;
  static final float EXP_5 = 0x1.1239f2p-6f;
  static final float EXP_6 = 0x1.6a241ap-9f;

  // With s = f / (2 + f): ln(1 + f) = f - f²/2 + s (f²/2 + z (LOG_1 + LOG_2 z + …)), z = s²
  static final float LOG_1 = 0x1.55557ap-1f;
  static final float LOG_2 = 0x1.995eaep-2f;
  static final float LOG_3 = 0x1.31e45ap-2f;

  /// The bits of sqrt(1/2): mantissas are taken from there to sqrt(2), around 1.
  static final int ROOT_HALF_BITS = 0x3f3504f3;

  static final int MANTISSA_BITS = 0x007fffff;

  // With d = 2 u / (2 + u): ln(1 + u) = d + d w (LOG1P_1 + LOG1P_2 w + …), w = d²
  static final float LOG1P_1 = 0x1.555502p-4f;
  static final float LOG1P_2 = 0x1.99d208p-7f;
  static final float LOG1P_3 = 0x1.1ebd0ep-9f;
  static final float LOG1P_4 = 0x1.1ed7bep-11f;

  // tanh(x) = x (1 + TANH_P1 u + …) / (1 + TANH_Q1 u + …), u = x²
  static final float TANH_P1 = 0x1.124f3ap-3f;
  static final float TANH_P2 = 0x1.cc3362p-9f;
  static final float TANH_P3 = 0x1.5e1018p-16f;
  static final float TANH_P4 = 0x1.d73b58p-27f;
  static final float TANH_Q1 = 0x1.de7ceap-2f;
  static final float TANH_Q2 = 0x1.a8ee4ep-6f;
  static final float TANH_Q3 = 0x1.5b2eep-12f;
  static final float TANH_Q4 = 0x1.a959dap-21f;

  /// The first float at which the rational gives 1; all below it give less (tried for each).
  static final float TANH_ONE = 0x1.03749ep3f;

  // erf(x) = x (ERF_P0 + ERF_P1 u + …) / (1 + ERF_Q1 u + …), u = x²
  static final float ERF_P0 = 0x1.20dd74p0f;
  static final float ERF_P1 = 0x1.7f1adp-3f;
  static final float ERF_P2 = 0x1.ac7ea2p-5f;
  static final float ERF_P3 = 0x1.dad1a4p-9f;
  static final float ERF_P4 = 0x1.277614p-12f;
  static final float ERF_P5 = 0x1.16c4a4p-19f;
  static final float ERF_Q1 = 0x1.ff1796p-2f;
  static final float ERF_Q2 = 0x1.cdbb02p-4f;
  static final float ERF_Q3 = 0x1.e11b38p-7f;
  static final float ERF_Q4 = 0x1.27b84ap-10f;
  static final float ERF_Q5 = 0x1.4083a6p-15f;

  /// The first float at which the rational gives 1; all below it give less (tried for each).
  static final float ERF_ONE = 0x1.ce5d9p1f;

  static final float ROOT_HALF = 0x1.6a09e6p-1f;

  /// 1 / sqrt(2 π)
  static final float NORMAL_DENSITY = 0x1.988454p-2f;

  // geluTanh: tanh(x (GELU_1 + GELU_3 x²)), sqrt(2 / π) and 0.044715 times that
  static final float GELU_1 = 0x1.988454p-1f;
  static final float GELU_3 = 0x1.2444f8p-5f;

  /// Beyond it both forms of gelu have reached x and 0.
  static final float GELU_END = 16f;

  private Functions() {}

  /// `e^x`. With n = x / ln(2) rounded and r = x - n ln(2): e^x = 2^(n-1) · 2 e^r.
  ///
  /// The power of two is one less than n so that it stays in range up to the largest float; in
  /// return results below 2^-125.5 (1.7e-38, x below -86.99) are 0, never denormal.
  public static float exp(float x) {
    float bounded = x > EXP_HIGHEST ? EXP_HIGHEST : x;
    bounded = bounded < EXP_LOWEST ? EXP_LOWEST : bounded;
    float rounded = Math.fma(bounded, LOG2_E, ROUND);
    float n = rounded - ROUND;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, bounded));
    float p = Math.fma(r, EXP_6, EXP_5);
    p = Math.fma(p, r, EXP_4);
    p = Math.fma(p, r, EXP_3);
    p = Math.fma(p, r, EXP_2);
    p = Math.fma(p, r, 2f);
    p = Math.fma(p, r, 2f);
    return p * Float.intBitsToFloat((Float.floatToRawIntBits(rounded) + 126) << 23);
  }

  /// `ln(x)`, NaN for x < 0. With x = 2^k · m, m in [sqrt(1/2), sqrt(2)): k ln(2) + ln(m), the
  /// latter by atanh.
  public static float log(float x) {
    boolean denormal = x < Float.MIN_NORMAL;
    int bits = Float.floatToRawIntBits(denormal ? x * 0x1p23f : x) - ROOT_HALF_BITS;
    float k = Float.intBitsToFloat((bits >> 23) + ROUND_BITS) - ROUND;
    k = denormal ? k - 23f : k;
    float f = Float.intBitsToFloat((bits & MANTISSA_BITS) + ROOT_HALF_BITS) - 1f;
    float s = f / (f + 2f);
    float z = s * s;
    float p = Math.fma(Math.fma(z, LOG_3, LOG_2), z, LOG_1) * z;
    float halfSquare = f * f * 0.5f;
    float low = Math.fma(k, LN2_LOW, s * (halfSquare + p));
    float result = Math.fma(k, LN2_HIGH, f - (halfSquare - low));
    result = x == Float.POSITIVE_INFINITY ? x : result;
    result = x == 0f ? Float.NEGATIVE_INFINITY : result;
    return x >= 0f ? result : Float.NaN;
  }

  /// `1 / (1 + e^-x)`, as (1 + tanh(x / 2)) / 2.
  public static float sigmoid(float x) {
    return Math.fma(tanh(x * 0.5f), 0.5f, 0.5f);
  }

  /// The hyperbolic tangent, odd to the bit.
  public static float tanh(float x) {
    float bounded = x > TANH_ONE ? TANH_ONE : x;
    bounded = bounded < -TANH_ONE ? -TANH_ONE : bounded;
    float u = bounded * bounded;
    float p = Math.fma(u, TANH_P4, TANH_P3);
    p = Math.fma(p, u, TANH_P2);
    p = Math.fma(p, u, TANH_P1);
    p = Math.fma(p, u, 1f);
    float q = Math.fma(u, TANH_Q4, TANH_Q3);
    q = Math.fma(q, u, TANH_Q2);
    q = Math.fma(q, u, TANH_Q1);
    q = Math.fma(q, u, 1f);
    return bounded * p / q;
  }

  /// `ln(1 + e^x)`, as max(x, 0) + ln(1 + e^-|x|), the latter by atanh.
  public static float softplus(float x) {
    float u = exp(-Math.abs(x));
    float d = (u + u) / (u + 2f);
    float w = d * d;
    float p = Math.fma(w, LOG1P_4, LOG1P_3);
    p = Math.fma(p, w, LOG1P_2);
    p = Math.fma(p, w, LOG1P_1);
    float log1p = Math.fma(d * w, p, d);
    return (x > 0f ? x : 0f) + log1p;
  }

  /// `x <= 0 ? 0 : x`.
  public static float relu(float x) {
    return x <= 0f ? 0f : x;
  }

  /// The error function, `2 / sqrt(π) ∫ e^-t² dt` from 0 to x, odd to the bit.
  public static float erf(float x) {
    float bounded = x > ERF_ONE ? ERF_ONE : x;
    bounded = bounded < -ERF_ONE ? -ERF_ONE : bounded;
    float u = bounded * bounded;
    float p = Math.fma(u, ERF_P5, ERF_P4);
    p = Math.fma(p, u, ERF_P3);
    p = Math.fma(p, u, ERF_P2);
    p = Math.fma(p, u, ERF_P1);
    p = Math.fma(p, u, ERF_P0);
    float q = Math.fma(u, ERF_Q5, ERF_Q4);
    q = Math.fma(q, u, ERF_Q3);
    q = Math.fma(q, u, ERF_Q2);
    q = Math.fma(q, u, ERF_Q1);
    q = Math.fma(q, u, 1f);
    return bounded * p / q;
  }

  /// `x Φ(x)`, Φ the normal distribution: (1 + erf(x / sqrt(2))) / 2 (Hendrycks and Gimpel 2016).
  public static float gelu(float x) {
    return x * Math.fma(erf(x * ROOT_HALF), 0.5f, 0.5f);
  }

  /// The derivative of [#gelu], `Φ(x) + x φ(x)`, φ the normal density.
  public static float geluSlope(float x) {
    float bounded = geluBounded(x);
    float density = exp(bounded * bounded * -0.5f) * NORMAL_DENSITY;
    return Math.fma(bounded, density, Math.fma(erf(x * ROOT_HALF), 0.5f, 0.5f));
  }

  /// `x (1 + tanh(z)) / 2` with z = sqrt(2/π) (x + 0.044715 x³): PyTorch's `approximate="tanh"`.
  public static float geluTanh(float x) {
    float bounded = geluBounded(x);
    float t = tanh(bounded * Math.fma(bounded * bounded, GELU_3, GELU_1));
    return x * Math.fma(t, 0.5f, 0.5f);
  }

  /// The derivative of [#geluTanh], `(1 + t) / 2 + x (1 - t²) / 2 dz/dx` with t = tanh(z).
  public static float geluTanhSlope(float x) {
    float bounded = geluBounded(x);
    float u = bounded * bounded;
    float t = tanh(bounded * Math.fma(u, GELU_3, GELU_1));
    float inner = bounded * Math.fma(u, 3f * GELU_3, GELU_1);
    return Math.fma(inner * 0.5f, Math.fma(-t, t, 1f), Math.fma(t, 0.5f, 0.5f));
  }

  private static float geluBounded(float x) {
    float bounded = x > GELU_END ? GELU_END : x;
    return bounded < -GELU_END ? -GELU_END : bounded;
  }

  /// `x / (1 + |x|)`, NaN for an infinite x.
  public static float softsign(float x) {
    return x / (Math.abs(x) + 1f);
  }
}
