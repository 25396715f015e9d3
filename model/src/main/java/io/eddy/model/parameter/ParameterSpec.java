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
/// @param kind how it is stored, and whether it is learned
/// @param initializer what a fresh network starts from
public record ParameterSpec(
    String name, int outputs, int inputs, Kind kind, Initializer initializer) {

  /// How a parameter is stored, and whether it is learned.
  public enum Kind {
    /// (outputs), learned.
    VECTOR,
    /// (outputs, inputs), stored input-major, learned.
    MATRIX,
    /// (outputs, inputs), stored as it is, since whole rows are looked up; learned.
    TABLE,
    /// (outputs), kept by the network itself, such as running statistics; no optimiser touches it.
    BUFFER
  }

  public ParameterSpec {
    if (outputs < 1 || inputs < 0) {
      throw new IllegalArgumentException(
          name + " has shape (" + outputs + ", " + inputs + "), expected positive sizes");
    }
  }

  /// A vector, such as a bias.
  public static ParameterSpec vector(String name, int size, Initializer initializer) {
    return new ParameterSpec(name, size, 0, Kind.VECTOR, initializer);
  }

  /// A matrix of PyTorch's shape (outputs, inputs).
  public static ParameterSpec matrix(
      String name, int outputs, int inputs, Initializer initializer) {
    return new ParameterSpec(name, outputs, positive(name, inputs), Kind.MATRIX, initializer);
  }

  /// A table of `rows` vectors, looked up by number.
  public static ParameterSpec table(String name, int rows, int width, Initializer initializer) {
    return new ParameterSpec(name, rows, positive(name, width), Kind.TABLE, initializer);
  }

  /// A vector that is kept, not learned.
  public static ParameterSpec buffer(String name, int size, Initializer initializer) {
    return new ParameterSpec(name, size, 0, Kind.BUFFER, initializer);
  }

  private static int positive(String name, int inputs) {
    if (inputs < 1) {
      throw new IllegalArgumentException(name + " has no inputs, expected at least 1");
    }
    return inputs;
  }

  /// Whether this is a matrix, stored input-major.
  public boolean isMatrix() {
    return kind == Kind.MATRIX;
  }

  /// Whether training changes it.
  public boolean isLearned() {
    return kind != Kind.BUFFER;
  }

  /// PyTorch's shape.
  public int[] shape() {
    return inputs > 0 ? new int[] {outputs, inputs} : new int[] {outputs};
  }

  /// Number of elements.
  public int size() {
    return outputs * Math.max(1, inputs);
  }
}
