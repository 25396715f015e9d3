package io.eddy.model.op;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Frame;
import io.eddy.model.program.Op;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Value;

/// A product of a matrix whose numbers are given by their logarithms, `out = ln(e^W · e^x)`: one
/// step of the forward algorithm of hidden Markov models and conditional random fields (Lafferty et
/// al. 2001, section 3).
///
/// ```
/// out[j] = ln Σ_i e^(x[i] + W[j, i])
/// p[j, i] = e^(x[i] + W[j, i] - out[j])
/// dx[i] += Σ_j dout[j] p[j, i]          dW[j, i] += dout[j] p[j, i]
/// ```
///
/// Each sum is taken off its greatest element, so that none overflows and one underflows only
/// beside a greater one. The backward pass computes p anew: kept, it would be the size of W in
/// every row.
///
/// Parameter: the table W (outputs, inputs).
public final class LogProduct implements Op {

  private final int inputs;
  private final int outputs;

  private LogProduct(ParameterSpec table) {
    inputs = table.inputs();
    outputs = table.outputs();
  }

  /// `ln(e^W · e^x)`.
  ///
  /// @param x logarithms (inputs)
  /// @param table W, logarithms (outputs, inputs)
  /// @return logarithms (outputs)
  public static Value of(ProgramBuilder builder, Value x, ParameterSpec table) {
    ProgramBuilder.require(
        table.kind() == ParameterSpec.Kind.TABLE && table.inputs() == x.width(),
        table.name() + " must be a table of rows as wide as " + x);
    return builder
        .node(new LogProduct(table))
        .reads(x)
        .parameters(table)
        .writes(table.name() + ".log_product", table.outputs());
  }

  @Override
  public void forward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    Kernels kernels = frame.kernels();
    float[] sums = frame.scratch(inputs);
    for (int row = from; row < to; row++) {
      for (int j = 0; j < outputs; j++) {
        System.arraycopy(frame.weights(0), j * inputs, sums, 0, inputs);
        kernels.add(x.values(), x.at(row), sums, 0, inputs);
        out.values()[out.at(row) + j] = kernels.logSumExp(sums, 0, sums, 0, inputs);
      }
    }
  }

  @Override
  public void backward(Frame frame, int from, int to) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    if (!x.hasGradient()) {
      return;
    }
    float[] shares = frame.scratch(inputs);
    for (int row = from; row < to; row++) {
      for (int j = 0; j < outputs; j++) {
        float d = out.gradients()[out.at(row) + j];
        if (d != 0) {
          shares(frame, row, j, shares);
          frame.kernels().addScaled(d, shares, 0, x.gradients(), x.at(row), inputs);
        }
      }
    }
  }

  @Override
  public void backwardParameters(Frame frame, int from, int to, int part, int parts) {
    Rows out = frame.output(0);
    float[] shares = frame.scratch(inputs);
    int last = Team.begin(outputs, part + 1, parts);
    for (int row = from; row < to; row++) {
      for (int j = Team.begin(outputs, part, parts); j < last; j++) {
        float d = out.gradients()[out.at(row) + j];
        if (d != 0) {
          shares(frame, row, j, shares);
          frame.kernels().addScaled(d, shares, 0, frame.weightGradients(0), j * inputs, inputs);
        }
      }
    }
  }

  /// p of one output: which share of its sum each input has.
  private void shares(Frame frame, int row, int j, float[] shares) {
    Rows x = frame.input(0);
    Rows out = frame.output(0);
    float[] w = frame.weights(0);
    float sum = out.values()[out.at(row) + j];
    for (int i = 0; i < inputs; i++) {
      shares[i] = x.values()[x.at(row) + i] + w[j * inputs + i] - sum;
    }
    frame.kernels().exp(shares, 0, shares, 0, inputs);
  }
}
