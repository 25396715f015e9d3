package io.eddy.model.parameter;

/// One named weight that a program declares.
///
/// Names, shapes and gate order are PyTorch's. A matrix of shape (outputs, inputs) is *stored*
/// input-major, as (inputs, outputs): a product then adds up over inputs while it runs along
/// outputs, which is what makes its bits independent of vector width. Checkpoints turn it round.
///
/// @param name PyTorch's name, such as `rnn.weight_ih_l0`
/// @param outputs rows of PyTorch's shape
/// @param inputs columns of PyTorch's shape; 0 for a vector of `outputs` elements
/// @param initializer what a fresh network starts from
public record ParameterSpec(String name, int outputs, int inputs, Initializer initializer) {

  public ParameterSpec {
    if (outputs < 1 || inputs < 0) {
      throw new IllegalArgumentException(
          name + " has shape (" + outputs + ", " + inputs + "), expected positive sizes");
    }
  }

  /// A vector, such as a bias.
  public static ParameterSpec vector(String name, int size, Initializer initializer) {
    return new ParameterSpec(name, size, 0, initializer);
  }

  /// A matrix of PyTorch's shape (outputs, inputs).
  public static ParameterSpec matrix(
      String name, int outputs, int inputs, Initializer initializer) {
    if (inputs < 1) {
      throw new IllegalArgumentException(name + " has no inputs, expected at least 1");
    }
    return new ParameterSpec(name, outputs, inputs, initializer);
  }

  /// Whether this is a matrix; else a vector.
  public boolean isMatrix() {
    return inputs > 0;
  }

  /// Number of elements.
  public int size() {
    return outputs * Math.max(1, inputs);
  }
}
