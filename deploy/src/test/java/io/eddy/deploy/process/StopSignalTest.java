package io.eddy.deploy.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StopSignalTest {
  @Test
  void shouldWaitUntilAsked() {
    var stop = new StopSignal();

    assertThat(stop.isRequested()).isFalse();
    assertThat(stop.await(Duration.ofMillis(1))).isFalse();
    assertThat(stop.await(Duration.ofMillis(-1))).isFalse();

    stop.request();
    stop.request();

    assertThat(stop.isRequested()).isTrue();
    assertThat(stop.await(Duration.ofDays(1))).isTrue();
  }
}
