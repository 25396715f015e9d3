package io.eddy.model.cell;

/// The recurrent cells that a forecaster can be stacked from, each with the number that names it in
/// stored states.
public enum CellType {
  /// Elman's simple recurrent network with tanh, see [Elman].
  ELMAN(1, 1),
  /// Long short-term memory, see [Lstm].
  LSTM(2, 2),
  /// The gated recurrent unit, reset after the product as in PyTorch, see [Gru].
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

  /// Its equations.
  public Cell cell() {
    return switch (this) {
      case ELMAN -> new Elman(Transfer.TANH);
      case LSTM -> new Lstm();
      case GRU -> Gru.pyTorch();
    };
  }
}
