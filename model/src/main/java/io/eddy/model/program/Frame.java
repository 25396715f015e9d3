package io.eddy.model.program;

import io.eddy.model.kernel.Kernels;

/// What one op works on: its rows and its parameters, bound to arrays by a stepper or an unroller.
/// Each thread has frames of its own.
public final class Frame {

  private static final float[] NONE = new float[0];

  private final Kernels kernels;
  private final Rows[] inputs;
  private final Entries[] memories;
  private final Rows[] outputs;
  private final float[][] weights; // the parameters' values, in the op's order
  private final float[][] packed; // the matrices among them in reading order
  private final float[][] packedBackward; // (outputs, inputs), only where backward needs them
  private final float[][] transposed; // the same, not packed
  private final int[][] halved; // instead of packed, in bf16
  private final float[][] weightGradients; // empty in a stepper
  private final Mode mode;
  private final int node;
  private final int entryFrom;
  private final int entryTo;
  private final int batchSize;
  private float[] scratch = NONE;

  Frame(
      Kernels kernels,
      Rows[] inputs,
      Entries[] memories,
      Rows[] outputs,
      float[][] weights,
      Matrices matrices,
      int[] parameters,
      float[][] weightGradients,
      Mode mode,
      int node,
      int entryFrom,
      int entryTo,
      int batchSize) {
    this.kernels = kernels;
    this.inputs = inputs;
    this.memories = memories;
    this.outputs = outputs;
    this.weights = weights;
    packed = new float[parameters.length][];
    packedBackward = new float[parameters.length][];
    transposed = new float[parameters.length][];
    halved = new int[parameters.length][];
    for (int i = 0; i < parameters.length; i++) {
      packed[i] = matrices.forward[parameters[i]];
      packedBackward[i] = matrices.backward[parameters[i]];
      transposed[i] = matrices.turned[parameters[i]];
      halved[i] = matrices.halved[parameters[i]];
    }
    this.weightGradients = weightGradients;
    this.mode = mode;
    this.node = node;
    this.entryFrom = entryFrom;
    this.entryTo = entryTo;
    this.batchSize = batchSize;
  }

  public Kernels kernels() {
    return kernels;
  }

  /// Rows of an input, in the order in which the op reads and consumes them.
  public Rows input(int index) {
    return inputs[index];
  }

  /// Inputs that there are.
  public int inputCount() {
    return inputs.length;
  }

  /// A memory that the op reads.
  public Entries memory(int index) {
    return memories[index];
  }

  /// Memories that there are.
  public int memoryCount() {
    return memories.length;
  }

  /// Rows of an output.
  public Rows output(int index) {
    return outputs[index];
  }

  /// Parameters that there are.
  public int parameterCount() {
    return weights.length;
  }

  /// A parameter's values, stored as [io.eddy.model.parameter.ParameterSpec] says.
  public float[] weights(int index) {
    return weights[index];
  }

  /// A matrix turned round, as (outputs, inputs), for a backward that needs a part of it; only
  /// where the first input has a gradient. Whole matrices: [#addProductBackward].
  public float[] transposed(int index) {
    return transposed[index];
  }

  /// `out += x · Wᵀ` in rows `from` to `to`, W a matrix among the parameters: for each output one
  /// chain of fused multiply-adds over the inputs, from what stands there.
  ///
  /// @param index of the parameter
  /// @param inputs columns of W, in PyTorch's shape
  /// @param outputs rows of W
  public void addProduct(int index, int inputs, int outputs, Rows x, Rows out, int from, int to) {
    int[] half = halved[index];
    if (half.length > 0) {
      kernels.multiplyAddBfloat16(
          to - from,
          outputs,
          inputs,
          x.values,
          x.at(from),
          x.stride,
          half,
          out.values,
          out.at(from),
          out.stride);
    } else {
      kernels.multiplyAddPacked(
          to - from,
          outputs,
          inputs,
          x.values,
          x.at(from),
          x.stride,
          packed[index],
          out.values,
          out.at(from),
          out.stride);
    }
  }

  /// `dX += dOut · W`: what [#addProduct] passes back to its inputs.
  public void addProductBackward(
      int index, int inputs, int outputs, Rows x, Rows out, int from, int to) {
    kernels.multiplyAddPacked(
        to - from,
        inputs,
        outputs,
        out.gradients,
        out.at(from),
        out.stride,
        packedBackward[index],
        x.gradients,
        x.at(from),
        x.stride);
  }

  /// A parameter's gradient.
  public float[] weightGradients(int index) {
    return weightGradients[index];
  }

  /// Whether ops that behave differently in training (dropout, batch normalisation) shall.
  public boolean training() {
    return mode.training;
  }

  /// First batch entry that an op of [Op.Reach#ENTRY] computes.
  public int entryFrom() {
    return entryFrom;
  }

  /// The batch entry after the last that an op of [Op.Reach#ENTRY] computes.
  public int entryTo() {
    return entryTo;
  }

  /// Batch entries of one step.
  public int batchSize() {
    return batchSize;
  }

  /// A number drawn for one element of one row of this op, by [CounterRandom], so that it never
  /// depends on the order in which rows are computed.
  ///
  /// @return uniform in [0, 1)
  public float draw(int row, int element) {
    long bits = CounterRandom.bits(mode.seed, node, mode.step, row, element);
    return (bits >>> 40) * 0x1p-24f;
  }

  /// An array of at least `size` floats for the op's own use, with whatever stood in it; made once.
  public float[] scratch(int size) {
    if (scratch.length < size) {
      scratch = new float[size];
    }
    return scratch;
  }
}
