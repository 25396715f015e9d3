package io.eddy.model.cell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HopfieldNetworkTest {

  private static boolean[] randomPattern(int size, SplittableRandom random) {
    boolean[] pattern = new boolean[size];
    for (int i = 0; i < size; i++) {
      pattern[i] = random.nextBoolean();
    }
    return pattern;
  }

  private static List<boolean[]> store(
      HopfieldNetwork network, int patternCount, SplittableRandom random) {
    List<boolean[]> patterns = new ArrayList<>();
    for (int p = 0; p < patternCount; p++) {
      patterns.add(randomPattern(network.size(), random));
      network.store(patterns.getLast());
    }
    return patterns;
  }

  private static boolean[] corrupted(boolean[] pattern, int flips, SplittableRandom random) {
    boolean[] probe = pattern.clone();
    int flipped = 0;
    while (flipped < flips) {
      int unit = random.nextInt(probe.length);
      if (probe[unit] == pattern[unit]) {
        probe[unit] = !probe[unit];
        flipped++;
      }
    }
    return probe;
  }

  private static double agreement(boolean[] state, boolean[] pattern) {
    int same = 0;
    for (int i = 0; i < state.length; i++) {
      same += state[i] == pattern[i] ? 1 : 0;
    }
    return (double) same / state.length;
  }

  /// The paper's first equations, written down again over sums of real numbers.
  @Test
  void shouldHaveTheWeightsAndTheEnergyOfThePaper() {
    var random = new SplittableRandom(1);
    var network = new HopfieldNetwork(9);
    List<boolean[]> patterns = store(network, 4, random);
    boolean[] state = randomPattern(9, random);

    double energy = 0;
    for (int i = 0; i < 9; i++) {
      for (int j = 0; j < 9; j++) {
        int weight = 0;
        for (boolean[] pattern : patterns) {
          int vi = pattern[i] ? 1 : 0;
          int vj = pattern[j] ? 1 : 0;
          weight += i == j ? 0 : (2 * vi - 1) * (2 * vj - 1);
        }
        assertThat(network.weight(i, j)).isEqualTo(weight);
        energy -= 0.5 * weight * (state[i] ? 1 : -1) * (state[j] ? 1 : -1);
      }
    }
    assertThat((double) network.energy(state)).isEqualTo(energy);
    assertThat(network.patternCount()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldLoseEnergyWithEveryChange(long seed) {
    var random = new SplittableRandom(seed);
    var network = new HopfieldNetwork(80);
    store(network, 12, random);
    boolean[] state = randomPattern(80, random);
    int changes = 0;
    for (int step = 0; step < 4000; step++) {
      long before = network.energy(state);

      boolean changed = network.update(state, random.nextInt(80));

      if (changed) {
        assertThat(network.energy(state)).isLessThan(before);
        changes++;
      } else {
        assertThat(network.energy(state)).isEqualTo(before);
      }
    }
    assertThat(changes).isPositive();
    assertThat(network.retrieve(state, seed)).as("at rest").isEqualTo(state);
  }

  /// Up to one pattern for ten units, a tenth of the units flipped.
  @ParameterizedTest
  @CsvSource({"100,3", "400,8", "400,20", "500,50"})
  void shouldRetrieveCorruptedPatterns(int size, int patternCount) {
    var random = new SplittableRandom(17);
    var network = new HopfieldNetwork(size);
    List<boolean[]> patterns = store(network, patternCount, random);
    double sum = 0;
    for (boolean[] pattern : patterns) {
      boolean[] probe = corrupted(pattern, size / 10, random);

      boolean[] retrieved = network.retrieve(probe, 5);

      assertThat(network.energy(retrieved)).isLessThan(network.energy(probe));
      sum += agreement(retrieved, pattern);
    }
    boolean few = patternCount <= size / 20;
    assertThat(sum / patternCount).isGreaterThanOrEqualTo(few ? 0.999 : 0.98);
  }

  @Test
  void shouldForgetAllWhereTooMuchIsStored() {
    var random = new SplittableRandom(4);
    var network = new HopfieldNetwork(300);
    List<boolean[]> patterns = store(network, 90, random);
    double sum = 0;
    for (boolean[] pattern : patterns) {
      sum += agreement(network.retrieve(pattern, 1), pattern);
    }

    assertThat(sum / 90).isLessThan(0.85);
  }

  @Test
  void shouldSayWhichSizeItExpects() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HopfieldNetwork(1))
        .withMessageContaining("1 units, expected at least 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new HopfieldNetwork(3).store(new boolean[4]))
        .withMessageContaining("a pattern of 4 units, expected 3");
  }
}
