package io.eddy.model.cell;

import io.eddy.model.op.Add;
import io.eddy.model.op.Linear;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// A simple recurrent network with deep functions inside one step (Pascanu et al. 2014, section 3),
/// in three ways, each by further layers `f(W · + b)` of H units:
///
/// ```
/// x̂ = in(x)                                   deep input-to-hidden
/// s = f(W_ih x̂ + b_ih + W_hh h' + b_hh)
/// h̃ = transition(s)  or  f(W_sh … + h')       deep transition, with shortcut
/// h = out(h̃)                                  deep hidden-to-output
/// ```
///
/// Without any it is [Elman]. With a shortcut the transition's last layer adds `h'` to its sum, so
/// that gradients have a path of one step. What is fed back is h̃, not h. Parameters: those of
/// [Elman], and for each layer n, counted from 0, `weight_in_n`, `weight_transition_n`,
/// `weight_out_n` (H, H or I) with `bias_in_n`, `bias_transition_n`, `bias_out_n` (H).
///
/// @param inputLayers further layers before the recurrence
/// @param transitionLayers further layers within it
/// @param outputLayers further layers after it
/// @param shortcut whether the state before reaches the last layer of a deep transition directly
/// @param transfer f
public record DeepElman(
    int inputLayers, int transitionLayers, int outputLayers, boolean shortcut, Transfer transfer)
    implements Cell {

  public DeepElman {
    ProgramBuilder.require(
        inputLayers >= 0 && transitionLayers >= 0 && outputLayers >= 0,
        inputLayers
            + ", "
            + transitionLayers
            + " and "
            + outputLayers
            + " layers of input, transition and output, expected none below 0");
    ProgramBuilder.require(
        !shortcut || transitionLayers > 0,
        "a shortcut around a transition of one layer, expected at least one further layer");
  }

  @Override
  public Value step(ProgramBuilder builder, Layer layer, Value x) {
    ProgramBuilder.Feedback hidden = layer.state(builder, "hidden", layer.hiddenSize());
    Value features = x;
    for (int n = 0; n < inputLayers; n++) {
      features = transfer.of(builder, linear(builder, layer, "in_" + n, features));
    }
    Value input =
        Linear.of(
            builder,
            features,
            layer.inputWeight("weight_ih", 1, features.width()),
            layer.bias("bias_ih", 1),
            layer.bias("bias_hh", 1));
    Value h =
        transfer.of(
            builder,
            Linear.onto(builder, input, hidden.value(), layer.hiddenWeight("weight_hh", 1)));
    for (int n = 0; n < transitionLayers; n++) {
      Value sum = linear(builder, layer, "transition_" + n, h);
      if (shortcut && n == transitionLayers - 1) {
        sum = Add.of(builder, sum, hidden.value());
      }
      h = transfer.of(builder, sum);
    }
    Value out = layer.keep(builder, hidden, h);
    for (int n = 0; n < outputLayers; n++) {
      out = transfer.of(builder, linear(builder, layer, "out_" + n, out));
    }
    return out;
  }

  private static Value linear(ProgramBuilder builder, Layer layer, String name, Value x) {
    ParameterSpec weight =
        x.width() == layer.hiddenSize()
            ? layer.hiddenWeight("weight_" + name, 1)
            : layer.inputWeight("weight_" + name, 1, x.width());
    return Linear.of(builder, x, weight, layer.bias("bias_" + name, 1, new Initializer.Zero()));
  }
}
