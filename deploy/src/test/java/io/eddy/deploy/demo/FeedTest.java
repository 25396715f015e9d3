package io.eddy.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeedTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "49, 1", "144, 2", "353500, 7070", "10000000, 8192"})
  void shouldWaitAfterAFiftiethOfTheRows(int rows, int expected) {
    assertThat(Feed.Replay.batchFor(rows)).isEqualTo(expected);
  }
}
