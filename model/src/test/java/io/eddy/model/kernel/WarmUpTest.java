package io.eddy.model.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class WarmUpTest {

  private static final Duration LIMIT = Duration.ofMillis(1500);
  private static final Pattern ALLOCATED = Pattern.compile("steady true.* allocated (\\d+) bytes");

  /// Time that steps take from it.
  private long now;

  private long steps;
  private long allocated;

  @Test
  void shouldRunUntilStepsGetNoFaster() {
    Runnable step = () -> now += steps++ < 8_000 ? 50_000 : 1_000;

    WarmUp.Result result = WarmUp.run(step, LIMIT, () -> now, () -> allocated);

    assertThat(result.steady()).isTrue();
    assertThat(result.steps()).isEqualTo(steps);
    assertThat(result.nanosPerStep()).isEqualTo(1_000);
    // 400 ms of slow steps, then 200 without a change
    assertThat(result.took()).isBetween(Duration.ofMillis(600), Duration.ofMillis(602));
  }

  @Test
  void shouldWaitWhileVectorsAreObjects() {
    Runnable step =
        () -> {
          now += 20_000;
          allocated += now < 700_000_000 ? 7_000 : 100;
        };

    WarmUp.Result result = WarmUp.run(step, LIMIT, () -> now, () -> allocated);

    assertThat(result.steady()).isTrue();
    assertThat(result.took()).isBetween(Duration.ofMillis(900), Duration.ofMillis(902));
  }

  @Test
  void shouldRunSomeThousandStepsHoweverSlow() {
    Runnable step = () -> now += 100_000;

    WarmUp.Result result = WarmUp.run(step, LIMIT, () -> now, () -> allocated);

    assertThat(result.steady()).isTrue();
    assertThat(result.took()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void shouldStopAtTheLimit() {
    Runnable step = () -> now += 2_000_000;

    WarmUp.Result result = WarmUp.run(step, LIMIT, () -> now, () -> allocated);

    assertThat(result.steady()).isFalse();
    assertThat(result.steps()).isEqualTo(750);
    assertThat(result.took()).isEqualTo(LIMIT);
  }

  @Test
  void shouldLeaveNothingForC2() {
    ForkedJvm.Output output =
        ForkedJvm.outputOf(
            WarmUpRun.class,
            "-Deddy.kernels=vector",
            "-Dlimit=30000",
            "--add-modules=jdk.incubator.vector");

    // What C2 has not compiled boxes its vectors, 7 KB a step and more. So the bytes tell, on
    // however busy a machine.
    Matcher bytes = ALLOCATED.matcher(output.standard());
    assertThat(bytes.find()).as(output.whole()).isTrue();
    assertThat(Long.parseLong(bytes.group(1))).as(output.standard()).isLessThan(100_000);
  }
}
