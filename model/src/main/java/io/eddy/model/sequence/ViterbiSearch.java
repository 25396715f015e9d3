package io.eddy.model.sequence;

import io.eddy.model.program.ProgramBuilder;

/// The best path of a [io.eddy.model.composition.ConditionalRandomField] (Viterbi 1967), among
/// those that rules allow.
///
/// ```
/// best_0[j] = emission_0[j]
/// best_t[j] = emission_t[j] + max_i (best_t-1[i] + T[j, i])
/// ```
///
/// Of equal paths it takes the one with the lower tag, the later step first.
public final class ViterbiSearch {

  private static final float NEVER = Float.NEGATIVE_INFINITY;

  private final TagRules rules;

  /// @param rules that every answer keeps to
  public ViterbiSearch(TagRules rules) {
    this.rules = rules;
  }

  /// The best path.
  ///
  /// @param emissions by step (n)
  /// @param transitions T (n, n), row the tag that is entered, column the one that is left
  /// @return a tag for each step
  public int[] best(float[][] emissions, float[] transitions) {
    int tags = rules.tags();
    int steps = emissions.length;
    ProgramBuilder.require(
        transitions.length == tags * tags,
        transitions.length + " transitions, expected " + tags + " times " + tags);
    int[][] cameFrom = new int[steps][tags];
    float[] best = new float[tags];
    for (int t = 0; t < steps; t++) {
      float[] next = new float[tags];
      for (int j = 0; j < tags; j++) {
        float greatest = t > 0 ? NEVER : rules.mayBegin(j) ? 0 : NEVER;
        for (int i = 0; t > 0 && i < tags; i++) {
          float score = rules.mayFollow(j, i) ? best[i] + transitions[j * tags + i] : NEVER;
          if (score > greatest) {
            greatest = score;
            cameFrom[t][j] = i;
          }
        }
        next[j] = greatest + emissions[t][j];
      }
      best = next;
    }
    int[] path = new int[steps];
    for (int t = steps - 1; t >= 0; t--) {
      path[t] = t == steps - 1 ? greatest(best) : cameFrom[t + 1][path[t + 1]];
    }
    return path;
  }

  /// The place of the greatest, of equal ones the first.
  static int greatest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
