package io.eddy.processors.training;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eddy.model.series.Absence;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoredWindowTest {
  private static final byte[] KEY = HistoryKey.of(3, "pressure".getBytes(StandardCharsets.UTF_8));

  private static final Absence[] NONE = {Absence.NONE, Absence.NONE};

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 48})
  void shouldSurviveItsBytes(int covariateBytes) {
    byte[] covariates = new byte[covariateBytes];
    Arrays.fill(covariates, (byte) 7);
    var window =
        new StoredWindow(
            KEY,
            17,
            5,
            320,
            new long[] {-1, 2, Long.MAX_VALUE},
            new double[] {0.5, -0.0, 1e300},
            new Absence[] {Absence.GAP, Absence.NONE, Absence.NULL},
            covariates,
            new byte[] {9, 8});

    var read = requireNonNull(StoredWindow.decode(KEY, window.encode()));

    assertThat(read).usingRecursiveComparison().isEqualTo(window);
    assertThat(read.slot()).isEqualTo(3);
    assertThat(read.endStep()).isEqualTo(323);
  }

  @Test
  void shouldNotReadANewerLayout() {
    byte[] newer = window(0).encode();
    newer[0] = 3;

    assertThat(StoredWindow.decode(KEY, newer)).isNull();
  }

  @Test
  void shouldRefuseCovariatesThatAreNotAsManyForEachEvent() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> window(15))
        .withMessageContaining("15 bytes of covariates for 2 events");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 16})
  void shouldNotReadATruncatedWindow(int covariateBytes) {
    byte[] whole = window(covariateBytes).encode();
    // Everything after the anchor's start is anchor, whose own codec sees that it is cut off.
    int anchorStart = whole.length - 1;

    for (int length = 0; length < anchorStart; length++) {
      assertThat(StoredWindow.decode(KEY, Arrays.copyOf(whole, length))).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldSurviveGarbage(long seed) {
    var random = new Random(seed);
    for (int round = 0; round < 10_000; round++) {
      byte[] garbage = new byte[random.nextInt(80)];
      random.nextBytes(garbage);
      if (garbage.length > 0) {
        garbage[0] = 2;
      }

      assertThatCode(() -> StoredWindow.decode(KEY, garbage))
          .as("seed %d", seed)
          .doesNotThrowAnyException();
    }
  }

  private static StoredWindow window(int covariateBytes) {
    return new StoredWindow(
        KEY,
        1,
        1,
        2,
        new long[] {3, 4},
        new double[] {5, 6},
        NONE,
        new byte[covariateBytes],
        new byte[] {7});
  }
}
