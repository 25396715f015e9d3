package io.eddy.model.optimizer;

/// Which rule turns gradients into steps, with its constants: the optimisers of `torch.optim`, with
/// their meaning and their defaults. The learning rate is given with every step, so that a
/// [LearningRateSchedule] can move it.
///
/// In the formulas g is the gradient, w a weight, η the learning rate, λ the weight decay and t =
/// 1, 2, … the step.
public sealed interface OptimizerSettings {

  /// Stochastic gradient descent, with the momentum of Polyak 1964 or of Nesterov as Sutskever et
  /// al. 2013 have it.
  ///
  /// ```
  /// g = g + λ w
  /// b = g                                    at t = 1
  /// b = momentum b + (1 - dampening) g       after
  /// w = w - η b                              nesterov: w - η (g + momentum b)
  /// ```
  ///
  /// @param momentum share of the last step that goes on, in [0, 1); 0 for none
  /// @param dampening share of the gradient that a step after the first leaves out
  /// @param nesterov whether the step looks ahead; needs a momentum and no dampening
  /// @param weightDecay λ, the gradient of λ/2 Σ w²
  record Sgd(double momentum, double dampening, boolean nesterov, double weightDecay)
      implements OptimizerSettings {

    public Sgd {
      requireShare("momentum", momentum);
      requireShare("dampening", dampening);
      requireNotNegative("weight decay", weightDecay);
      if (nesterov && (momentum == 0 || dampening != 0)) {
        throw new IllegalArgumentException(
            "Nesterov's step with momentum "
                + momentum
                + " and dampening "
                + dampening
                + ", expected a momentum above 0 and no dampening");
      }
    }

    /// Plain descent.
    public static Sgd defaults() {
      return new Sgd(0, 0, false, 0);
    }

    /// Descent with Nesterov's momentum.
    public static Sgd nesterov(double momentum) {
      return new Sgd(momentum, 0, true, 0);
    }
  }

  /// Adam (Kingma and Ba 2015, algorithm 1), the weight decay as part of the gradient.
  ///
  /// ```
  /// g = g + λ w
  /// m = beta1 m + (1 - beta1) g         v = beta2 v + (1 - beta2) g²
  /// w = w - η m / (1 - beta1^t) / (√(v / (1 - beta2^t)) + epsilon)
  /// ```
  ///
  /// @param weightDecay λ, the gradient of λ/2 Σ w²: it goes through the moments, so that weights
  ///   of large gradients are pulled less
  record Adam(double beta1, double beta2, double epsilon, double weightDecay)
      implements OptimizerSettings {

    public Adam {
      requireShare("beta1", beta1);
      requireShare("beta2", beta2);
      requireNotNegative("epsilon", epsilon);
      requireNotNegative("weight decay", weightDecay);
    }

    /// PyTorch's.
    public static Adam defaults() {
      return new Adam(0.9, 0.999, 1e-8, 0);
    }
  }

  /// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2): `w = w - η λ w`
  /// first, then Adam's step on the gradient alone.
  ///
  /// @param weightDecay λ, the share of each weight, times the learning rate, that a step takes off
  record AdamW(double beta1, double beta2, double epsilon, double weightDecay)
      implements OptimizerSettings {

    public AdamW {
      requireShare("beta1", beta1);
      requireShare("beta2", beta2);
      requireNotNegative("epsilon", epsilon);
      requireNotNegative("weight decay", weightDecay);
    }

    /// PyTorch's, whose weight decay is 0.01.
    public static AdamW defaults() {
      return decaying(0.01);
    }

    /// PyTorch's, but for the weight decay.
    public static AdamW decaying(double weightDecay) {
      return new AdamW(0.9, 0.999, 1e-8, weightDecay);
    }
  }

  /// RMSProp (Tieleman and Hinton 2012, lecture 6e); centered as in Graves 2013, equations 38 to
  /// 41.
  ///
  /// ```
  /// g = g + λ w
  /// v = alpha v + (1 - alpha) g²
  /// s = √v + epsilon               centered: a = alpha a + (1 - alpha) g, s = √(v - a²) + epsilon
  /// b = momentum b + g / s
  /// w = w - η b
  /// ```
  ///
  /// @param alpha how much of the running mean of squares stays, in [0, 1)
  /// @param momentum share of the last step that goes on, in [0, 1); 0 for none
  /// @param centered whether to divide by the gradient's deviation, not by its size
  /// @param weightDecay λ, the gradient of λ/2 Σ w²
  record RmsProp(
      double alpha, double epsilon, double momentum, boolean centered, double weightDecay)
      implements OptimizerSettings {

    public RmsProp {
      requireShare("alpha", alpha);
      requireNotNegative("epsilon", epsilon);
      requireShare("momentum", momentum);
      requireNotNegative("weight decay", weightDecay);
    }

    /// PyTorch's.
    public static RmsProp defaults() {
      return new RmsProp(0.99, 1e-8, 0, false, 0);
    }
  }

  /// AdaGrad (Duchi et al. 2011, the diagonal form).
  ///
  /// ```
  /// g = g + λ w
  /// s = s + g²
  /// w = w - η / (1 + (t - 1) learningRateDecay) · g / (√s + epsilon)
  /// ```
  ///
  /// @param weightDecay λ, the gradient of λ/2 Σ w²
  record AdaGrad(double learningRateDecay, double epsilon, double weightDecay)
      implements OptimizerSettings {

    public AdaGrad {
      requireNotNegative("learning rate decay", learningRateDecay);
      requireNotNegative("epsilon", epsilon);
      requireNotNegative("weight decay", weightDecay);
    }

    /// PyTorch's.
    public static AdaGrad defaults() {
      return new AdaGrad(0, 1e-10, 0);
    }
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + " is " + value + ", expected at least 0, below 1");
    }
  }

  private static void requireNotNegative(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " is " + value + ", expected at least 0");
    }
  }
}
