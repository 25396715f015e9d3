package io.eddy.model.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ViterbiSearchTest {

  private static final List<String> BIO = List.of("O", "B-a", "I-a", "I-b");

  @Test
  void shouldFindTheBestOfAllPathsThatAreAllowed() {
    for (long seed = 1; seed <= 40; seed++) {
      var random = new SplittableRandom(seed);
      TagRules rules = seed % 2 == 0 ? TagRules.none(4) : TagRules.spans(BIO);
      float[][] emissions = new float[1 + random.nextInt(5)][4];
      for (float[] emission : emissions) {
        for (int j = 0; j < 4; j++) {
          emission[j] = (float) random.nextDouble(-2, 2);
        }
      }
      float[] transitions = new float[16];
      for (int i = 0; i < transitions.length; i++) {
        transitions[i] = (float) random.nextDouble(-2, 2);
      }

      int[] path = new ViterbiSearch(rules).best(emissions, transitions);

      assertThat(path).as("seed %d", seed).isEqualTo(best(rules, emissions, transitions));
    }
  }

  private static int[] best(TagRules rules, float[][] emissions, float[] transitions) {
    int[] best = {};
    double greatest = Double.NEGATIVE_INFINITY;
    for (int path = 0; path < 1 << (2 * emissions.length); path++) {
      int[] way = new int[emissions.length];
      double score = 0;
      for (int t = 0; t < way.length; t++) {
        way[t] = (path >> (2 * t)) & 3;
        score += emissions[t][way[t]];
        boolean allowed = t == 0 ? rules.mayBegin(way[t]) : rules.mayFollow(way[t], way[t - 1]);
        score += t == 0 ? 0 : transitions[way[t] * 4 + way[t - 1]];
        score = allowed ? score : Double.NEGATIVE_INFINITY;
      }
      if (score > greatest) {
        greatest = score;
        best = way;
      }
    }
    return best;
  }

  @Test
  void shouldLetSpansGoOnOnlyAfterTheirOwn() {
    TagRules rules = TagRules.spans(BIO);

    assertThat(rules.mayBegin(0)).isTrue();
    assertThat(rules.mayBegin(2)).isFalse();
    assertThat(rules.mayFollow(2, 1)).isTrue();
    assertThat(rules.mayFollow(2, 2)).isTrue();
    assertThat(rules.mayFollow(2, 0)).isFalse();
    assertThat(rules.mayFollow(2, 3)).isFalse();
    assertThat(rules.mayFollow(3, 1)).isFalse();
    assertThat(rules.mayFollow(1, 2)).isTrue();
  }
}
