package io.eddy.model.cell;

import java.util.Arrays;
import java.util.SplittableRandom;

/// A memory whose stored patterns are the places where its dynamics come to rest (Hopfield 1982):
/// started from a corrupted pattern, it falls into the pattern.
///
/// ```
/// T_ij = Σ_s (2 V_i^s - 1)(2 V_j^s - 1),  T_ii = 0        storage prescription, equation 2
/// S_i  = sign(Σ_j T_ij S_j), unchanged where the sum is 0   one unit at a time, equation 1
/// E    = -½ Σ_ij T_ij S_i S_j                               falls with every change, equation 7
/// ```
///
/// A unit V is on or off; S = 2 V - 1, so the paper's threshold is `½ Σ_j T_ij`. Some 0.1 random
/// patterns per unit can be kept; near 0.14 all are lost. Weights are whole numbers, so nothing is
/// rounded. It is no program: units change one after the other, in an order that is drawn, until
/// none does. One thread at a time.
public final class HopfieldNetwork {

  private final int size;
  private final int[][] weights; // (N, N), symmetric, zero on the diagonal
  private int patternCount;

  /// A network that knows no pattern.
  ///
  /// @param size units N
  public HopfieldNetwork(int size) {
    if (size < 2) {
      throw new IllegalArgumentException("a network of " + size + " units, expected at least 2");
    }
    this.size = size;
    weights = new int[size][size];
  }

  /// Units.
  public int size() {
    return size;
  }

  /// Patterns stored so far.
  public int patternCount() {
    return patternCount;
  }

  /// Adds a pattern by Hebb's rule: units that are alike in it are tied together.
  ///
  /// @param pattern (N), which units are on
  public void store(boolean[] pattern) {
    check(pattern);
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        if (i != j) {
          weights[i][j] += pattern[i] == pattern[j] ? 1 : -1;
        }
      }
    }
    patternCount++;
  }

  /// The weight between two units.
  public int weight(int unit, int other) {
    return weights[unit][other];
  }

  /// Lets one unit look at all others.
  ///
  /// @param state (N), changed at `unit` at most
  /// @return whether it changed
  public boolean update(boolean[] state, int unit) {
    check(state);
    int sum = 0;
    for (int other = 0; other < size; other++) {
      sum += state[other] ? weights[unit][other] : -weights[unit][other];
    }
    if (sum == 0 || sum > 0 == state[unit]) {
      return false;
    }
    state[unit] = !state[unit];
    return true;
  }

  /// Where a state comes to rest. Every change takes at least 2 from the energy, which is bounded,
  /// so it does.
  ///
  /// @param probe (N), not changed
  /// @param seed of the order in which units are updated
  public boolean[] retrieve(boolean[] probe, long seed) {
    boolean[] state = probe.clone();
    int[] order = new int[size];
    Arrays.setAll(order, unit -> unit);
    var random = new SplittableRandom(seed);
    boolean changed = true;
    while (changed) {
      shuffle(order, random);
      changed = false;
      for (int unit : order) {
        changed |= update(state, unit);
      }
    }
    return state;
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
  }

  /// E of a state.
  public long energy(boolean[] state) {
    check(state);
    long energy = 0;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < i; j++) {
        energy -= state[i] == state[j] ? weights[i][j] : -weights[i][j];
      }
    }
    return energy;
  }

  private void check(boolean[] state) {
    if (state.length != size) {
      throw new IllegalArgumentException(
          "a pattern of " + state.length + " units, expected " + size);
    }
  }
}
