package io.eddy.model.cell;

import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// A recurrent cell: the equations of one step of one layer.
///
/// Letters in all cells: x the input (I), h the output (H), a prime for the step before, `*`
/// element by element, W, U, P matrices, b biases. Where PyTorch has the cell, parameters have its
/// names, shapes and gate order: `weight_ih_l{k}` (G·H, I), `weight_hh_l{k}` (G·H, H),
/// `bias_ih_l{k}` and `bias_hh_l{k}` (G·H) for the layer k, counted from 0, with G gates; others
/// are named alike. Nothing else is to be written for a cell: gradients, batches and streaming
/// follow from the program.
///
/// Cells are records: two equal ones trace equal programs.
public sealed interface Cell
    permits CoupledLstm,
        DeepElman,
        Elman,
        Gru,
        Jordan,
        Lstm,
        Mut1,
        PeepholeLstm,
        Scrn,
        Sru,
        Tdnn,
        UnitaryRnn {

  /// Traces one layer.
  ///
  /// @param layer its place and width
  /// @param x what goes in, (I)
  /// @return what comes out, (H), H the layer's hidden size
  /// @throws IllegalArgumentException if the cell cannot have that width
  Value step(ProgramBuilder builder, Layer layer, Value x);
}
