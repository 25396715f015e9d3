package io.eddy.deploy.app;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class ThreadReplacementTest {
  private final List<Duration> pauses = new ArrayList<>();
  private final ThreadReplacement replacement = new ThreadReplacement(pauses::add);

  @Test
  void shouldReplaceThreadsWithGrowingPausesAndThenGiveUp() {
    for (int death = 1; death <= 8; death++) {
      assertThat(replacement.handle(new StreamsException("away"))).isEqualTo(REPLACE_THREAD);
    }

    assertThat(replacement.handle(new StreamsException("away"))).isEqualTo(SHUTDOWN_CLIENT);
    assertThat(pauses)
        .hasSize(8)
        .isSorted()
        .startsWith(Duration.ofMillis(500), Duration.ofSeconds(1));
    assertThat(pauses.getLast()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void shouldGiveUpAtOnceWhenTheInputIsGone() {
    assertThat(replacement.handle(new MissingSourceTopicException("gone")))
        .isEqualTo(SHUTDOWN_CLIENT);
    assertThat(pauses).isEmpty();
  }

  @Test
  void shouldKeepTheInnermostReason() {
    assertThat(replacement.reason()).isEmpty();

    replacement.handle(new StreamsException("outer", new IllegalStateException("inner")));

    assertThat(replacement.reason()).isEqualTo("inner");
  }
}
