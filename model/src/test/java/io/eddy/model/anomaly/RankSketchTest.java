package io.eddy.model.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RankSketchTest {

  @Test
  void shouldCallTheFirstNumberOrdinary() {
    var sketch = new RankSketch();

    sketch.observe(3);

    assertThat(sketch.upper()).isEqualTo(1);
    assertThat(sketch.lower()).isEqualTo(1);
  }

  /// Within a quarter of a decade of the exact chance, from the median to one in a thousand.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldTellTheTailOfManyNumbers(long seed) {
    var random = new Random(seed);
    var sketch = new RankSketch();

    for (int count = 0; count < 50_000; count++) {
      sketch.observe((float) -StrictMath.log(random.nextDouble()));
    }

    for (double chance : new double[] {0.5, 0.1, 0.01, 0.001}) {
      sketch.rank((float) -StrictMath.log(chance));
      assertThat(StrictMath.log10(sketch.upper() / chance))
          .as("log ratio at %s, seed %d", chance, seed)
          .isCloseTo(0, within(0.25));
      assertThat(sketch.lower()).isCloseTo(1 - chance, within(0.1));
    }
  }

  @Test
  void shouldResolveOneInTenThousandAndExtrapolate() {
    var sketch = new RankSketch();
    var random = new Random(4);
    for (int count = 0; count < 30_000; count++) {
      sketch.observe((float) random.nextGaussian());
    }

    sketch.rank(8);
    double far = sketch.upper();
    sketch.rank(80);
    double farther = sketch.upper();

    assertThat(far).isLessThan(1e-4);
    assertThat(farther).isLessThan(far / 50);
  }

  @Test
  void shouldCountANumberThatComesAgainAndAgainExactly() {
    var sketch = new RankSketch();
    var random = new Random(5);
    for (int count = 0; count < 2_000; count++) {
      sketch.observe(count % 10 < 7 ? 0 : 1 + random.nextFloat());
    }

    sketch.rank(0);
    double atZero = sketch.upper();
    sketch.rank(0.5f);
    double aboveZero = sketch.upper();

    assertThat(atZero).isCloseTo(1, within(1e-3));
    assertThat(aboveZero).isCloseTo(0.3, within(0.02));
  }

  @Test
  void shouldForgetWhatIsLongAgo() {
    var sketch = new RankSketch();
    for (int count = 0; count < 1_000; count++) {
      sketch.observe(100);
    }

    for (int count = 0; count < 10 * RankSketch.MEMORY; count++) {
      sketch.observe(count % 7);
    }

    sketch.rank(100);
    assertThat(sketch.upper()).isLessThan(2e-4);
    assertThat(sketch.count()).isCloseTo(RankSketch.MEMORY, within(0.01 * RankSketch.MEMORY));
  }

  @Test
  void shouldContinueWithTheSameBitsWhereItWasRead() {
    var random = new Random(6);
    var sketch = new RankSketch();
    for (int count = 0; count < 20_000; count++) {
      sketch.observe((float) random.nextGaussian());
    }
    ByteBuffer bytes = ByteBuffer.allocate(sketch.byteSize());
    sketch.write(bytes);
    var copy = new RankSketch();

    copy.read(bytes.flip());

    assertThat(bytes.hasRemaining()).isFalse();
    for (int count = 0; count < 20_000; count++) {
      float value = (float) random.nextGaussian();
      sketch.observe(value);
      copy.observe(value);
      assertThat(copy.upper()).isEqualTo(sketch.upper());
      assertThat(copy.lower()).isEqualTo(sketch.lower());
    }
  }
}
