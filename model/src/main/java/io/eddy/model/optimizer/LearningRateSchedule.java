package io.eddy.model.optimizer;

/// How the learning rate moves: a factor on it for every step. The schedules of
/// `torch.optim.lr_scheduler`, in closed form, so that a training goes on from any step.
public sealed interface LearningRateSchedule {

  /// The factor 1 throughout.
  record Constant() implements LearningRateSchedule {}

  /// `gamma^(step / period)`, the quotient rounded down (`StepLR`).
  ///
  /// @param period steps at the same rate
  /// @param gamma factor from one period to the next, in (0, 1]
  record StepDecay(int period, double gamma) implements LearningRateSchedule {
    public StepDecay {
      requirePositive("period", period);
      requireFactor("gamma", gamma);
    }
  }

  /// `gamma^step` (`ExponentialLR`).
  ///
  /// @param gamma factor from one step to the next, in (0, 1]
  record Exponential(double gamma) implements LearningRateSchedule {
    public Exponential {
      requireFactor("gamma", gamma);
    }
  }

  /// Half a cosine from 1 down to the floor (`CosineAnnealingLR`; Loshchilov and Hutter 2017,
  /// equation 5), and the floor after it.
  ///
  /// @param steps that the way down takes
  /// @param floor the last factor, in [0, 1]
  record Cosine(long steps, double floor) implements LearningRateSchedule {
    public Cosine {
      requirePositive("cosine's steps", steps);
      requireShare("floor", floor);
    }
  }

  /// A straight line from a first factor up to 1, then another schedule, which counts from its own
  /// first step (`LinearLR`, then any other, by `SequentialLR`).
  ///
  /// @param steps that the way up takes
  /// @param start factor of the first step, in [0, 1]
  record WarmUp(long steps, double start, LearningRateSchedule then)
      implements LearningRateSchedule {
    public WarmUp {
      requirePositive("warm-up's steps", steps);
      requireShare("start", start);
    }

    /// From one step's share of the rate up to all of it.
    public static WarmUp over(long steps, LearningRateSchedule then) {
      return new WarmUp(steps, 1.0 / steps, then);
    }
  }

  /// Up to the rate and down to almost nothing, both by cosines (`OneCycleLR`; Smith and Topin
  /// 2019): from 1/25 up to 1 over three tenths of the steps, then down to 1/250,000.
  ///
  /// @param steps of the whole cycle, at least 2; the last factor stays after it
  record OneCycle(long steps) implements LearningRateSchedule {
    private static final double START = 1 / 25.0;
    private static final double END = START / 1e4;
    private static final double RISE = 0.3;

    public OneCycle {
      if (steps < 2) {
        throw new IllegalArgumentException("a cycle of " + steps + " steps, expected at least 2");
      }
    }

    private double factorAt(long step) {
      double last = steps - 1;
      double peak = Math.max(0, RISE * steps - 1);
      if (step <= peak && peak > 0) {
        return between(START, 1, step / peak);
      }
      return between(1, END, Math.min(1, (step - peak) / (last - peak)));
    }

    private static double between(double from, double to, double progress) {
      return to + (from - to) / 2 * (1 + StrictMath.cos(Math.PI * progress));
    }
  }

  /// The factor on the learning rate.
  ///
  /// @param step made before, 0 for the first
  default double factor(long step) {
    return switch (this) {
      case Constant() -> 1;
      case StepDecay(int period, double gamma) ->
          StrictMath.pow(gamma, (double) Math.floorDiv(step, (long) period));
      case Exponential(double gamma) -> StrictMath.pow(gamma, (double) step);
      case Cosine(long steps, double floor) -> {
        double progress = Math.min(1, (double) step / steps);
        yield (1 + floor) / 2 + (1 - floor) / 2 * StrictMath.cos(Math.PI * progress);
      }
      case WarmUp(long steps, double start, LearningRateSchedule then) ->
          step < steps ? start + (1 - start) * step / steps : then.factor(step - steps);
      case OneCycle cycle -> cycle.factorAt(step);
    };
  }

  private static void requirePositive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ", expected at least 1");
    }
  }

  private static void requireFactor(String name, double value) {
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " is " + value + ", expected above 0, at most 1");
    }
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " is " + value + ", expected 0 to 1");
    }
  }
}
