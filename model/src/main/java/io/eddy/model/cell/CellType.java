package io.eddy.model.cell;

/// The recurrent cells a network can be stacked from.
public enum CellType {
  /// Elman's simple recurrent network with tanh (Elman 1990).
  ELMAN(1, 1),
  /// Long short-term memory with forget gate (Gers 2000), gate order i, f, g, o.
  LSTM(2, 2),
  /// Gated recurrent unit, reset after the product (PyTorch's variant of Cho 2014), order r, z, n.
  GRU(3, 1);

  private final int code;
  private final int statesPerUnit;

  CellType(int code, int statesPerUnit) {
    this.code = code;
    this.statesPerUnit = statesPerUnit;
  }

  /// The number that names this cell in stored states; never given to another.
  public int code() {
    return code;
  }

  /// Floats of state that one hidden unit carries between steps: h alone, or h and c.
  public int statesPerUnit() {
    return statesPerUnit;
  }
}
