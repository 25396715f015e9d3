package io.eddy.model.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LengthBatchesTest {

  private static final int[] LENGTHS =
      IntStream.range(0, 103).map(sequence -> 1 + sequence * 37 % 50).toArray();

  @Test
  void shouldHoldEverySequenceInFullBatches() {
    List<int[]> batches = LengthBatches.shuffled(LENGTHS, 10, new SplittableRandom(1));

    assertThat(batches).hasSize(11).allMatch(batch -> batch.length == 10);
    assertThat(batches.stream().flatMapToInt(Arrays::stream).distinct().count()).isEqualTo(103);
  }

  @Test
  void shouldPutSimilarLengthsTogether() {
    int widest =
        LengthBatches.shuffled(LENGTHS, 10, new SplittableRandom(2)).stream()
            .map(batch -> Arrays.stream(batch).map(sequence -> LENGTHS[sequence]))
            .map(IntStream::summaryStatistics)
            .mapToInt(lengths -> lengths.getMax() - lengths.getMin())
            .max()
            .orElseThrow();

    assertThat(widest).isLessThanOrEqualTo(6);
  }

  @Test
  void shouldBeTheSameFromTheSameSeedAndOtherwiseAnother() {
    assertThat(flat(3)).isEqualTo(flat(3)).isNotEqualTo(flat(4));
  }

  private static int[] flat(long seed) {
    return LengthBatches.shuffled(LENGTHS, 10, new SplittableRandom(seed)).stream()
        .flatMapToInt(Arrays::stream)
        .toArray();
  }
}
