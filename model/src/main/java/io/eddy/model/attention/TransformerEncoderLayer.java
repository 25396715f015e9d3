package io.eddy.model.attention;

import io.eddy.model.op.Add;
import io.eddy.model.op.Dropout;
import io.eddy.model.op.Gelu;
import io.eddy.model.op.LayerNorm;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Relu;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.util.function.Function;

/// A block of a Transformer (Vaswani et al. 2017, section 3.1), PyTorch's
/// `TransformerEncoderLayer`:
///
/// ```
/// x = norm1(x + attention(x))           norm last, the original
/// y = norm2(x + feedForward(x))
///
/// x = x + attention(norm1(x))           norm first (Xiong et al. 2020)
/// y = x + feedForward(norm2(x))
///
/// feedForward(x) = W_2 activation(W_1 x + b_1) + b_2
/// ```
///
/// Parameters: `self_attn.*` as [MultiHeadAttention] has them, `linear1.weight` (F, E),
/// `linear1.bias` (F), `linear2.weight` (E, F), `linear2.bias`, `norm1.weight`, `norm1.bias`,
/// `norm2.weight`, `norm2.bias` (E).
///
/// @param prefix of the parameters' names, such as `layers.0.`
/// @param embeddingSize E, PyTorch's `d_model`
/// @param headCount PyTorch's `nhead`
/// @param feedForwardSize F, PyTorch's `dim_feedforward`
/// @param activation of the feed-forward part
/// @param normFirst whether normalisation comes before each part, not after it
/// @param dropout share that training drops of the attention weights, inside the feed-forward part,
///   and of what each part adds
/// @param epsilon PyTorch's `layer_norm_eps`
public record TransformerEncoderLayer(
    String prefix,
    int embeddingSize,
    int headCount,
    int feedForwardSize,
    Activation activation,
    boolean normFirst,
    float dropout,
    double epsilon) {

  /// The function between the two products of the feed-forward part.
  public enum Activation {
    /// max(0, x).
    RELU,
    /// x Φ(x), Φ the normal distribution.
    GELU
  }

  public TransformerEncoderLayer {
    ProgramBuilder.require(
        feedForwardSize >= 1,
        "a feed-forward part of " + feedForwardSize + " units, expected at least 1");
  }

  /// PyTorch's defaults, but for dropout: none.
  public static TransformerEncoderLayer of(
      String prefix, int embeddingSize, int headCount, int feedForwardSize) {
    return new TransformerEncoderLayer(
        prefix, embeddingSize, headCount, feedForwardSize, Activation.RELU, false, 0, 1e-5);
  }

  /// In a stream, or over the steps of a sequence: each step sees the last ones.
  ///
  /// @param x (E), of every step
  /// @param window steps that are seen, this one included
  /// @return (E)
  public Value causal(ProgramBuilder builder, Value x, int window) {
    return trace(builder, x, in -> attention().causal(builder, in, window).context());
  }

  /// Over a whole message: each entry sees all.
  ///
  /// @param x (E), a memory
  /// @return (E), a memory
  public Value whole(ProgramBuilder builder, Value x) {
    return trace(builder, x, in -> attention().whole(builder, in).context());
  }

  private MultiHeadAttention attention() {
    return new MultiHeadAttention(prefix + "self_attn.", embeddingSize, headCount, dropout);
  }

  private Value trace(ProgramBuilder builder, Value x, Function<Value, Value> attention) {
    if (normFirst) {
      Value attended = attention.apply(norm(builder, x, "norm1"));
      Value between = Add.of(builder, x, Dropout.of(builder, attended, dropout));
      return Add.of(builder, between, feedForward(builder, norm(builder, between, "norm2")));
    }
    Value attended = Dropout.of(builder, attention.apply(x), dropout);
    Value between = norm(builder, Add.of(builder, x, attended), "norm1");
    return norm(builder, Add.of(builder, between, feedForward(builder, between)), "norm2");
  }

  private Value feedForward(ProgramBuilder builder, Value x) {
    Value inner = linear(builder, x, "linear1", feedForwardSize);
    Value active =
        switch (activation) {
          case RELU -> Relu.of(builder, inner);
          case GELU -> Gelu.of(builder, inner);
        };
    Value outer = linear(builder, Dropout.of(builder, active, dropout), "linear2", embeddingSize);
    return Dropout.of(builder, outer, dropout);
  }

  private Value linear(ProgramBuilder builder, Value x, String name, int outputs) {
    var initializer = new Initializer.Uniform(1 / Math.sqrt(x.width()));
    return Linear.of(
        builder,
        x,
        ParameterSpec.matrix(prefix + name + ".weight", outputs, x.width(), initializer),
        ParameterSpec.vector(prefix + name + ".bias", outputs, initializer));
  }

  private Value norm(ProgramBuilder builder, Value x, String name) {
    return LayerNorm.of(
        builder,
        x,
        ParameterSpec.vector(prefix + name + ".weight", embeddingSize, new Initializer.Constant(1)),
        ParameterSpec.vector(prefix + name + ".bias", embeddingSize, new Initializer.Zero()),
        epsilon);
  }
}
