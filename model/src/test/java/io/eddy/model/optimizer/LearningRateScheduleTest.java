package io.eddy.model.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.optimizer.LearningRateSchedule.Constant;
import io.eddy.model.optimizer.LearningRateSchedule.Cosine;
import io.eddy.model.optimizer.LearningRateSchedule.Exponential;
import io.eddy.model.optimizer.LearningRateSchedule.OneCycle;
import io.eddy.model.optimizer.LearningRateSchedule.StepDecay;
import io.eddy.model.optimizer.LearningRateSchedule.WarmUp;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {

  private static double[] factors(LearningRateSchedule schedule, int count) {
    return LongStream.range(0, count).mapToDouble(schedule::factor).toArray();
  }

  @Test
  void shouldStayConstant() {
    assertThat(factors(new Constant(), 3)).containsExactly(1, 1, 1);
  }

  @Test
  void shouldFallInSteps() {
    assertThat(factors(new StepDecay(2, 0.5), 6)).containsExactly(1, 1, 0.5, 0.5, 0.25, 0.25);
  }

  @Test
  void shouldFallExponentially() {
    assertThat(factors(new Exponential(0.5), 4)).containsExactly(1, 0.5, 0.25, 0.125);
  }

  @Test
  void shouldFallByACosineToItsFloorAndStay() {
    double[] expected = {1, 0.868198, 0.55, 0.231802, 0.1, 0.1};
    assertThat(factors(new Cosine(4, 0.1), 6)).containsExactly(expected, offset(1e-6));
  }

  @Test
  void shouldFollowPyTorchsRecursionOfTheCosine() {
    // CosineAnnealingLR.get_lr: from the rate before, not in closed form.
    double floor = 0.02;
    int steps = 37;
    double rate = 1;
    var schedule = new Cosine(steps, floor);
    for (int t = 1; t <= steps; t++) {
      rate =
          (1 + StrictMath.cos(Math.PI * t / steps))
                  / (1 + StrictMath.cos(Math.PI * (t - 1) / steps))
                  * (rate - floor)
              + floor;
      assertThat(schedule.factor(t)).as("step %d", t).isCloseTo(rate, offset(1e-9));
    }
  }

  @Test
  void shouldWarmUpAndThenCountFromTheOthersBeginning() {
    double[] expected = {0.2, 0.4, 0.6, 0.8, 1, 0.5, 0.25};
    assertThat(factors(new WarmUp(4, 0.2, new Exponential(0.5)), 7))
        .containsExactly(expected, offset(1e-12));
    assertThat(WarmUp.over(4, new Constant()).factor(0)).isEqualTo(0.25);
  }

  @Test
  void shouldRiseAndFallInOneCycle() {
    var cycle = new OneCycle(100);

    // torch.optim.lr_scheduler.OneCycleLR(max_lr=1, total_steps=100): initial_lr = 1/25, the peak
    // at
    // step 0.3 · 100 - 1, the end at step 99 is initial_lr / 1e4.
    assertThat(cycle.factor(0)).isCloseTo(0.04, offset(1e-12));
    assertThat(cycle.factor(29)).isCloseTo(1, offset(1e-12));
    assertThat(cycle.factor(14))
        .isCloseTo(0.52 - 0.48 * StrictMath.cos(Math.PI * 14 / 29), offset(1e-9));
    assertThat(cycle.factor(64)).isCloseTo(0.500002, offset(1e-9));
    assertThat(cycle.factor(99)).isCloseTo(4e-6, offset(1e-12));
    assertThat(cycle.factor(500)).isCloseTo(4e-6, offset(1e-12));
  }

  @Test
  void shouldStayBetweenItsEndsForAnyLengthOfCycle() {
    for (int steps = 2; steps < 40; steps++) {
      for (double factor : factors(new OneCycle(steps), steps + 2)) {
        assertThat(factor).as("cycle of %d", steps).isBetween(3.999e-6, 1.0);
      }
    }
  }

  @Test
  void shouldRefuseSchedulesThatMeanNothing() {
    assertThatThrownBy(() -> new StepDecay(0, 0.5)).hasMessageContaining("period is 0");
    assertThatThrownBy(() -> new Exponential(1.5)).hasMessageContaining("gamma is 1.5");
    assertThatThrownBy(() -> new Cosine(10, -0.1)).hasMessageContaining("floor is -0.1");
    assertThatThrownBy(() -> new WarmUp(0, 0, new Constant())).hasMessageContaining("warm-up");
    assertThatThrownBy(() -> new OneCycle(1)).hasMessageContaining("cycle of 1");
  }
}
