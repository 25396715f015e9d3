package io.eddy.model.program;

import io.eddy.model.parameter.Parameters;

/// A part of the state that a stepper carries from step to step.
interface StatePart {

  /// Floats per row.
  int size();

  /// Writes what a row starts from.
  void initial(Parameters parameters, float[] state, int offset);

  /// Takes a row's part from a flat array.
  void load(int row, float[] state, int offset);

  /// Puts a row's part into a flat array.
  void store(int row, float[] state, int offset);
}
