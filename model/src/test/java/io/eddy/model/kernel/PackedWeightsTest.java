package io.eddy.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedWeightsTest {

  private static final int INNER = 7;

  private final SplittableRandom random = new SplittableRandom(3);

  @ParameterizedTest
  @ValueSource(ints = {1, 31, 32, 33, 63, 64, 65, 96, 97, 200})
  void shouldMultiplyAsInPlace(int columns) {
    float[] weights = values(INNER * columns, 0.5);
    float[] a = values(INNER, 1);
    float[] inPlace = values(columns, 1);
    float[] packed = inPlace.clone();

    Kernels.scalar()
        .multiplyAdd(1, columns, INNER, a, 0, INNER, 1, weights, 0, columns, inPlace, 0, columns);
    Kernels.scalar()
        .multiplyAddPacked(
            1,
            columns,
            INNER,
            a,
            0,
            INNER,
            PackedWeights.pack(weights, 0, columns, INNER, columns),
            packed,
            0,
            columns);

    assertThat(packed).containsExactly(inPlace);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 17, 32, 33, 64, 65, 96, 97, 200})
  void shouldKeepEightBitsOfEachWeight(int columns) {
    int stride = columns + 3;
    float[] weights = values(5 + INNER * stride, 0.5);

    int[] packed = PackedWeights.packBfloat16(weights, 5, stride, INNER, columns);

    assertThat(packed).hasSize(PackedWeights.length(INNER, columns) / 2);
    for (int k = 0; k < INNER; k++) {
      for (int j = 0; j < columns; j++) {
        float exact = weights[5 + k * stride + j];
        float kept = PackedWeights.bfloat16(packed, INNER, columns, k, j);
        assertThat(Math.abs(kept - exact)).as("(%d, %d)", k, j).isLessThanOrEqualTo(bound(exact));
      }
    }
  }

  @Test
  void shouldKeepEightBitsNearPowersOfTwo() {
    for (float low : new float[] {0.0117f, -0.5f, 0x1.fep-9f}) {
      for (float power : new float[] {0x1p-90f, 0.25f, 1f, 64f}) {
        for (float high = power * 0.97f; high < power * 1.03f; high += power * 1e-4f) {
          float[] pair = kept(low, -high);

          assertThat(Math.abs(pair[1] + high)).as("%s", high).isLessThanOrEqualTo(bound(high));
        }
      }
    }
  }

  @Test
  void shouldKeepWhatBfloat16CanSay() {
    float[] exact = {1f, -0.5f, 0x1.02p3f, 0f, -0x1.fcp-20f};
    for (float low : exact) {
      assertThat(kept(low, 0f)[0]).isEqualTo(low);
    }
    assertThat(kept(0f, 0f)).containsExactly(0f, 0f);
    assertThat(kept(0f, 0.5f)).containsExactly(0f, 0.5f);
  }

  @Test
  void shouldGiveNoDenormals() {
    float[] small = {0f, -0f, Float.MIN_VALUE, -Float.MIN_NORMAL / 2, 1e-37f, -1e-35f, 1e-31f};
    for (float low : small) {
      for (float high : small) {
        for (float kept : kept(low, high)) {
          assertThat(kept == 0f || Math.abs(kept) >= Float.MIN_NORMAL).isTrue();
        }
        assertThat(Math.abs(kept(0.3f, high)[1] - high)).isLessThanOrEqualTo(0x1.02p-100f);
      }
    }
  }

  @Test
  void shouldStayFiniteAtTheEnd() {
    float[] kept = kept(Float.MAX_VALUE, -Float.MAX_VALUE);

    assertThat(kept[0]).isFinite().isGreaterThan(3.3e38f);
    assertThat(kept[1]).isFinite().isLessThan(-3.3e38f);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void shouldRefuseWhatIsNotFinite(float weight) {
    float[] weights = {1f, 2f, 3f, weight};

    assertThatThrownBy(() -> PackedWeights.packBfloat16(weights, 0, 2, 2, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("input 1")
        .hasMessageContaining(Float.toString(weight))
        .hasMessageContaining("must be finite");
  }

  /// What two weights of one int are taken for.
  private static float[] kept(float low, float high) {
    float[] weights = new float[32];
    weights[0] = low;
    weights[16] = high;
    int[] packed = PackedWeights.packBfloat16(weights, 0, 32, 1, 32);
    return new float[] {
      PackedWeights.bfloat16(packed, 1, 32, 0, 0), PackedWeights.bfloat16(packed, 1, 32, 0, 16)
    };
  }

  private static float bound(float weight) {
    return Math.abs(weight) * 0x1p-8f;
  }

  private float[] values(int length, double spread) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextDouble(-spread, spread);
    }
    return values;
  }
}
