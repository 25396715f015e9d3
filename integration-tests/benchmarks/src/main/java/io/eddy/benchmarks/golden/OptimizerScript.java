package io.eddy.benchmarks.golden;

import java.util.Locale;

/// One optimiser of `torch.optim` as TorchScript, since DJL has none of libtorch's: the same tensor
/// operations in the same order as torch's single-tensor implementation.
enum OptimizerScript {
  SGD(
      "lr=0.01, momentum=0.9, dampening=0, nesterov=True, weight_decay=0.01",
      """
              g = torch.add(g, w, alpha=0.01)
              if step == 1:
                first[k] = torch.clone(g)
              else:
                first[k] = first[k] * 0.9 + g
              g = torch.add(g, first[k], alpha=0.9)
              w = torch.add(w, g, alpha=-0.01)
      """),
  ADAM(
      "lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0",
      """
              first[k] = torch.lerp(first[k], g, 1. - 0.9)
              second[k] = torch.addcmul(second[k] * 0.999, g, g, value=1. - 0.999)
              rate = 0.001 / (1. - 0.9 ** step)
              divisor = torch.sqrt(second[k]) / ((1. - 0.999 ** step) ** 0.5) + 1e-8
              w = torch.addcdiv(w, first[k], divisor, value=-rate)
      """),
  ADAMW(
      "lr=0.001, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01",
      """
              w = w * (1. - 0.001 * 0.01)
      """
          + ADAM.update),
  RMSPROP(
      "lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False",
      """
              first[k] = torch.addcmul(first[k] * 0.99, g, g, value=1. - 0.99)
              w = torch.addcdiv(w, g, torch.sqrt(first[k]) + 1e-8, value=-0.01)
      """),
  ADAGRAD(
      "lr=0.01, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10",
      """
              first[k] = torch.addcmul(first[k], g, g)
              w = torch.addcdiv(w, g, torch.sqrt(first[k]) + 1e-10, value=-0.01)
      """);

  private final String arguments;
  private final String update;

  OptimizerScript(String arguments, String update) {
    this.arguments = arguments;
    this.update = update;
  }

  /// The arguments of torch.optim's class.
  String arguments() {
    return arguments;
  }

  /// As in tensor names: `sgd`, `adam`, ...
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The method's name.
  String method() {
    return "ten_steps_of_" + label();
  }

  /// The method that takes ten steps of all parameters down the gradient that the method
  /// `gradients` gives; inputs stay as they are.
  String script() {
    return """
      def %s(self: __torch__.Program, c: Dict[str, Tensor], p: Dict[str, Tensor]) -> Dict[str, Tensor]:
        weights = annotate(Dict[str, Tensor], {})
        first = annotate(Dict[str, Tensor], {})
        second = annotate(Dict[str, Tensor], {})
        trained = annotate(List[str], [])
        for k in p.keys():
          weights[k] = torch.detach(p[k])
          if k.startswith("parameter."):
            trained = trained + [k]
          first[k] = torch.zeros_like(weights[k])
          second[k] = torch.zeros_like(weights[k])
        for i in range(10):
          step = i + 1
          gradients = self.gradients(c, weights)
          for k in trained:
            w = weights[k]
            g = gradients[k]
    %s\
            weights[k] = w
        result = annotate(Dict[str, Tensor], {})
        for k in trained:
          result[k] = weights[k]
        return result
    """
        .formatted(method(), update);
  }
}
