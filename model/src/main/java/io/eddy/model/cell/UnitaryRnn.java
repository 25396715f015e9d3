package io.eddy.model.cell;

import io.eddy.model.op.Add;
import io.eddy.model.op.FourierTransform;
import io.eddy.model.op.Linear;
import io.eddy.model.op.ModRelu;
import io.eddy.model.op.Permutation;
import io.eddy.model.op.PhaseRotation;
import io.eddy.model.op.Reflection;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.util.SplittableRandom;

/// The unitary recurrent network (Arjovsky, Shah and Bengio 2016, equations 6 to 8): the recurrent
/// matrix keeps norms whatever is learned, so gradients neither vanish nor explode by it.
///
/// ```
/// W = D₃ R₂ F⁻¹ D₂ Π R₁ F D₁
/// h = modReLU(W h' + V x)
/// ```
///
/// D are diagonal matrices of phases, R reflections, F the Fourier transform, Π a fixed
/// permutation. The state is complex, of n = H / 2 elements, n a power of two; as output all real
/// parts stand before all imaginary ones. Parameters: `weight_ih` V (H, I), `phase_1`, `phase_2`,
/// `phase_3` (n), `reflection_1`, `reflection_2` (H), and `bias_hh` (n), that of modReLU.
///
/// @param permutationSeed from which Π is drawn
public record UnitaryRnn(long permutationSeed) implements Cell {

  @Override
  public Value step(ProgramBuilder builder, Layer layer, Value x) {
    int size = layer.hiddenSize();
    ProgramBuilder.Feedback hidden =
        layer.state(builder, "hidden", size, new Initializer.Uniform(Math.sqrt(3.0 / size)));
    Value input = Linear.of(builder, x, layer.inputWeight("weight_ih", 1, x.width()));
    Value sum = Add.of(builder, multiply(builder, layer, hidden.value()), input);
    var bias = ParameterSpec.vector(layer.name("bias_hh"), size / 2, new Initializer.Uniform(0.01));
    return layer.keep(builder, hidden, ModRelu.of(builder, sum, bias));
  }

  /// `W h`.
  Value multiply(ProgramBuilder builder, Layer layer, Value h) {
    ProgramBuilder.require(
        layer.hiddenSize() >= 2 && Integer.bitCount(layer.hiddenSize()) == 1,
        layer.hiddenSize() + " outputs of complex units, expected a power of two from 2 on");
    Value out = PhaseRotation.of(builder, h, phase(layer, 1));
    out = FourierTransform.of(builder, out);
    out = Reflection.of(builder, out, reflection(layer, 1));
    out = Permutation.of(builder, out, order(layer.hiddenSize() / 2));
    out = PhaseRotation.of(builder, out, phase(layer, 2));
    out = FourierTransform.inverse(builder, out);
    out = Reflection.of(builder, out, reflection(layer, 2));
    return PhaseRotation.of(builder, out, phase(layer, 3));
  }

  private static ParameterSpec phase(Layer layer, int number) {
    return ParameterSpec.vector(
        layer.name("phase_" + number),
        layer.hiddenSize() / 2,
        new Initializer.Uniform(StrictMath.PI));
  }

  private static ParameterSpec reflection(Layer layer, int number) {
    return ParameterSpec.vector(
        layer.name("reflection_" + number), layer.hiddenSize(), new Initializer.Uniform(1));
  }

  /// Π as an order of real parts and the same of imaginary ones, shuffled by Fisher and Yates.
  int[] order(int complexSize) {
    int[] order = new int[2 * complexSize];
    var random = new SplittableRandom(permutationSeed);
    for (int i = 0; i < complexSize; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    for (int i = 0; i < complexSize; i++) {
      order[complexSize + i] = complexSize + order[i];
    }
    return order;
  }
}
