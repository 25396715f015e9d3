package io.eddy.model.optimizer;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.OptimizerSettings.AdaGrad;
import io.eddy.model.optimizer.OptimizerSettings.Adam;
import io.eddy.model.optimizer.OptimizerSettings.AdamW;
import io.eddy.model.optimizer.OptimizerSettings.RmsProp;
import io.eddy.model.optimizer.OptimizerSettings.Sgd;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Changes parameters against their gradients, by the rule of its [OptimizerSettings].
///
/// Frozen parameters and buffers are as if they were not there: no gradient, no decay and no moment
/// touches them. Gradients are consumed: a rule may use their arrays as its scratch space.
///
/// One step is element by element, so threads may share it, and its bits do not depend on how many
/// they are. [#step(Parameters, double, Team)] shares it by a team. Without one, a thread calls
/// [#begin], then each of `parts` threads calls [#step(Parameters, int, int)] with a part of its
/// own, and all are awaited before anything else is called.
///
/// A row of a [table][ParameterSpec.Kind#TABLE] that no gradient reached stays as it was, to the
/// bit, under SGD without momentum and AdaGrad, both without weight decay: its gradient is zero,
/// and so is the step. The others move it on, as PyTorch does with dense gradients.
public final class Optimizer {

  /// Elements that stay in the first-level cache while a rule passes over them several times: four
  /// arrays of 8 KiB.
  private static final int BLOCK = 2048;

  private final OptimizerSettings settings;
  private final Parameters parameters;
  private final Kernels kernels;
  private final boolean[] trained;
  private final int[] momentIndex; // of each parameter; -1 for one that is not trained
  private final ElementBlocks blocks;
  private final Map<String, Parameters> moments = new LinkedHashMap<>();
  private long stepCount;
  private double rate;
  private double beta1Power = 1;
  private double beta2Power = 1;

  /// Trains all parameters that are learned.
  ///
  /// @param parameters that [#step] changes
  public Optimizer(OptimizerSettings settings, Parameters parameters, Kernels kernels) {
    this(settings, parameters, name -> false, kernels);
  }

  /// @param parameters that [#step] changes
  /// @param frozen by name, what stays as it is
  public Optimizer(
      OptimizerSettings settings,
      Parameters parameters,
      Predicate<String> frozen,
      Kernels kernels) {
    this.settings = settings;
    this.parameters = parameters;
    this.kernels = kernels;
    trained = new boolean[parameters.count()];
    momentIndex = new int[parameters.count()];
    List<ParameterSpec> specs = new ArrayList<>();
    for (int p = 0; p < trained.length; p++) {
      ParameterSpec spec = parameters.specs().get(p);
      trained[p] = spec.isLearned() && !frozen.test(spec.name());
      momentIndex[p] = trained[p] ? specs.size() : -1;
      if (trained[p]) {
        specs.add(spec);
      }
    }
    blocks = new ElementBlocks(parameters, trained, BLOCK);
    for (String name : momentNames(settings)) {
      moments.put(name, Parameters.zeros(specs));
    }
  }

  /// PyTorch's names, as in an optimiser's `state_dict`.
  private static List<String> momentNames(OptimizerSettings settings) {
    return switch (settings) {
      case Sgd sgd -> sgd.momentum() > 0 ? List.of("momentum_buffer") : List.of();
      case Adam _, AdamW _ -> List.of("exp_avg", "exp_avg_sq");
      case RmsProp rmsProp -> {
        List<String> names = new ArrayList<>(List.of("square_avg"));
        if (rmsProp.momentum() > 0) {
          names.add("momentum_buffer");
        }
        if (rmsProp.centered()) {
          names.add("grad_avg");
        }
        yield names;
      }
      case AdaGrad _ -> List.of("sum");
    };
  }

  /// What this optimiser follows.
  public OptimizerSettings settings() {
    return settings;
  }

  /// Steps made so far.
  public long stepCount() {
    return stepCount;
  }

  /// What the rule remembers from step to step, by PyTorch's names (`exp_avg`, `exp_avg_sq`,
  /// `momentum_buffer`, `square_avg`, `grad_avg`, `sum`), for the trained parameters alone. Shared:
  /// to keep it, copy it.
  public Map<String, Parameters> moments() {
    return Collections.unmodifiableMap(moments);
  }

  /// Goes on from where another optimiser of the same settings and frozen parts stood.
  ///
  /// @param stepCount its [#stepCount]
  /// @param saved its [#moments], copied
  /// @throws IllegalArgumentException if a moment or parameter is missing or has another size
  public void restore(long stepCount, Map<String, Parameters> saved) {
    if (stepCount < 0 || !saved.keySet().equals(moments.keySet())) {
      throw new IllegalArgumentException(
          "an optimiser's state of "
              + stepCount
              + " steps with the moments "
              + saved.keySet()
              + ", expected "
              + moments.keySet()
              + ": it was saved under other settings than "
              + settings);
    }
    saved.forEach((name, values) -> requireSameShapes(name, moment(name), values));
    saved.forEach((name, values) -> moment(name).set(values));
    this.stepCount = stepCount;
    beta1Power = 1;
    beta2Power = 1;
    // As [#begin] does it, so that the bits are those of a run without a stop.
    for (long t = 0; t < stepCount && (beta1Power > 0 || beta2Power > 0); t++) {
      multiplyBetas();
    }
  }

  private static void requireSameShapes(String name, Parameters expected, Parameters actual) {
    List<String> shapes = shapes(expected);
    if (!shapes.equals(shapes(actual))) {
      throw new IllegalArgumentException(
          "the saved "
              + name
              + " is of "
              + shapes(actual)
              + ", expected "
              + shapes
              + ": the network or what is frozen of it changed");
    }
  }

  private static List<String> shapes(Parameters list) {
    return list.specs().stream().map(spec -> spec.name() + " of " + spec.size()).toList();
  }

  /// Sets the gradients of what is not trained to zero, so that it does not count in a norm.
  public void clearFrozen(Parameters gradients) {
    for (int p = 0; p < trained.length; p++) {
      if (!trained[p]) {
        Arrays.fill(gradients.values(p), 0);
      }
    }
  }

  /// One step.
  ///
  /// @param gradients of the parameters, consumed
  /// @param learningRate η
  public void step(Parameters gradients, double learningRate) {
    begin(learningRate);
    step(gradients, 0, 1);
  }

  /// One step, shared by a team.
  ///
  /// @param gradients of the parameters, consumed
  /// @param learningRate η
  public void step(Parameters gradients, double learningRate, Team team) {
    begin(learningRate);
    team.run(part -> step(gradients, part, team.size()));
  }

  /// Begins a step that several threads share.
  ///
  /// @param learningRate η
  public void begin(double learningRate) {
    rate = learningRate;
    stepCount++;
    multiplyBetas();
  }

  private void multiplyBetas() {
    switch (settings) {
      case Adam(double beta1, double beta2, _, _) -> {
        beta1Power *= beta1;
        beta2Power *= beta2;
      }
      case AdamW(double beta1, double beta2, _, _) -> {
        beta1Power *= beta1;
        beta2Power *= beta2;
      }
      case Sgd _, RmsProp _, AdaGrad _ -> {
        beta1Power = 0;
        beta2Power = 0;
      }
    }
  }

  /// One part of the step that [#begin] began.
  ///
  /// @param gradients of the parameters, consumed
  /// @param part from 0 to parts - 1
  public void step(Parameters gradients, int part, int parts) {
    int end = blocks.first(part + 1, parts);
    boolean centered = settings instanceof RmsProp rmsProp && rmsProp.centered();
    float[] scratch = new float[centered ? BLOCK : 0];
    for (int block = blocks.first(part, parts); block < end; block++) {
      int p = blocks.parameter(block);
      float[] weights = parameters.values(p);
      float[] gradient = gradients.values(p);
      int from = blocks.from(block);
      int length = blocks.length(block);
      switch (settings) {
        case Sgd sgd -> descend(sgd, p, weights, gradient, from, length);
        case Adam(double beta1, double beta2, double epsilon, double weightDecay) -> {
          addDecay(weightDecay, weights, gradient, from, length);
          adam(beta1, beta2, epsilon, 0, p, weights, gradient, from, length);
        }
        case AdamW(double beta1, double beta2, double epsilon, double weightDecay) ->
            adam(beta1, beta2, epsilon, weightDecay, p, weights, gradient, from, length);
        case RmsProp rmsProp -> divideByRoot(rmsProp, p, weights, gradient, from, length, scratch);
        case AdaGrad adaGrad -> divideByRoot(adaGrad, p, weights, gradient, from, length);
      }
    }
  }

  private void addDecay(double decay, float[] weights, float[] gradient, int from, int length) {
    if (decay > 0) {
      kernels.addScaled((float) decay, weights, from, gradient, from, length);
    }
  }

  private void descend(Sgd sgd, int p, float[] weights, float[] gradient, int from, int length) {
    addDecay(sgd.weightDecay(), weights, gradient, from, length);
    float descent = (float) -rate;
    if (sgd.momentum() == 0) {
      kernels.addScaled(descent, gradient, from, weights, from, length);
      return;
    }
    float momentum = (float) sgd.momentum();
    float[] buffer = moment("momentum_buffer", p);
    if (stepCount == 1) {
      System.arraycopy(gradient, from, buffer, from, length);
    } else {
      kernels.scale(momentum, buffer, from, length);
      kernels.addScaled((float) (1 - sgd.dampening()), gradient, from, buffer, from, length);
    }
    if (sgd.nesterov()) {
      kernels.addScaled(momentum, buffer, from, gradient, from, length);
      kernels.addScaled(descent, gradient, from, weights, from, length);
    } else {
      kernels.addScaled(descent, buffer, from, weights, from, length);
    }
  }

  private void adam(
      double beta1,
      double beta2,
      double epsilon,
      double decay,
      int p,
      float[] weights,
      float[] gradient,
      int from,
      int length) {
    kernels.adam(
        weights,
        from,
        gradient,
        from,
        moment("exp_avg", p),
        from,
        moment("exp_avg_sq", p),
        from,
        length,
        (float) (rate / (1 - beta1Power)),
        (float) beta1,
        (float) beta2,
        (float) (1 / Math.sqrt(1 - beta2Power)),
        (float) epsilon,
        (float) (rate * decay));
  }

  private void divideByRoot(
      RmsProp rmsProp,
      int p,
      float[] weights,
      float[] gradient,
      int from,
      int length,
      float[] scratch) {
    addDecay(rmsProp.weightDecay(), weights, gradient, from, length);
    float alpha = (float) rmsProp.alpha();
    float share = (float) (1 - rmsProp.alpha());
    float epsilon = (float) rmsProp.epsilon();
    float descent = (float) -rate;
    float[] squares = moment("square_avg", p);
    kernels.blendSquares(alpha, share, gradient, from, squares, from, length);
    int squaresFrom = from;
    if (rmsProp.centered()) {
      float[] mean = moment("grad_avg", p);
      kernels.interpolate(share, gradient, from, mean, from, length);
      for (int i = 0; i < length; i++) {
        // A variance; rounding may take it below zero.
        float a = mean[from + i];
        scratch[i] = Math.max(0, Math.fma(-a, a, squares[from + i]));
      }
      squares = scratch;
      squaresFrom = 0;
    }
    if (rmsProp.momentum() == 0) {
      kernels.addScaledByRoot(
          descent, gradient, from, squares, squaresFrom, epsilon, weights, from, length);
      return;
    }
    float[] buffer = moment("momentum_buffer", p);
    kernels.scale((float) rmsProp.momentum(), buffer, from, length);
    kernels.addScaledByRoot(1, gradient, from, squares, squaresFrom, epsilon, buffer, from, length);
    kernels.addScaled(descent, buffer, from, weights, from, length);
  }

  private void divideByRoot(
      AdaGrad adaGrad, int p, float[] weights, float[] gradient, int from, int length) {
    addDecay(adaGrad.weightDecay(), weights, gradient, from, length);
    double decayed = rate / (1 + (stepCount - 1) * adaGrad.learningRateDecay());
    float[] sum = moment("sum", p);
    kernels.blendSquares(1, 1, gradient, from, sum, from, length);
    kernels.addScaledByRoot(
        (float) -decayed,
        gradient,
        from,
        sum,
        from,
        (float) adaGrad.epsilon(),
        weights,
        from,
        length);
  }

  private float[] moment(String name, int p) {
    return moment(name).values(momentIndex[p]);
  }

  private Parameters moment(String name) {
    Parameters moment = moments.get(name);
    if (moment == null) {
      throw new IllegalStateException(settings + " has no " + name);
    }
    return moment;
  }
}
