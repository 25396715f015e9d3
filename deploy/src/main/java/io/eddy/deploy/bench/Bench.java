package io.eddy.deploy.bench;

import java.util.Locale;
import java.util.function.Consumer;

/// The pieces of work that can be measured.
public enum Bench {
  /// One event through one cell.
  STEP,
  /// An update of training: forward, backward, optimiser.
  TRAIN,
  /// One query over a key's own past.
  ATTENTION,
  /// Single kernels.
  KERNELS;

  /// As it is typed.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Measures and reports line by line.
  ///
  /// @param quick fewer and shorter samples
  public void run(boolean quick, Consumer<Line> lines) {
    Sampler sampler = quick ? Sampler.quick() : Sampler.thorough();
    var machine = new Machine(sampler);
    switch (this) {
      case STEP -> StepBench.run(sampler, machine, lines);
      case TRAIN -> TrainBench.run(sampler, machine, lines);
      case ATTENTION -> AttentionBench.run(sampler, machine, lines);
      case KERNELS -> KernelBench.run(sampler, machine, lines);
    }
  }
}
