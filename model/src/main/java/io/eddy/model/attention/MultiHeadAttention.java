package io.eddy.model.attention;

import io.eddy.model.op.Attend;
import io.eddy.model.op.AttendProjection;
import io.eddy.model.op.Attended;
import io.eddy.model.op.Linear;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// Multi-head attention (Vaswani et al. 2017, section 3.2), PyTorch's `MultiheadAttention`:
///
/// ```
/// q = W_q x + b_q     k = W_k m + b_k     v = W_v m + b_v
/// head_h = softmax(q_h k_hᵀ / √(E/heads)) v_h
/// out = W_o [head_1, head_2, …] + b_o
/// ```
///
/// Parameters: `in_proj_weight` (3E, E) and `in_proj_bias` (3E), rows q, k, v; `out_proj.weight`
/// (E, E), `out_proj.bias` (E). Over a memory of another width M, as with PyTorch's `kdim` and
/// `vdim`, `q_proj_weight` (E, E), `k_proj_weight` and `v_proj_weight` (E, M) instead of the first.
///
/// @param prefix of the parameters' names, such as `self_attn.`
/// @param embeddingSize E
/// @param headCount heads, which share E evenly
/// @param dropout share of the attention weights that training drops
public record MultiHeadAttention(String prefix, int embeddingSize, int headCount, float dropout) {

  public MultiHeadAttention {
    ProgramBuilder.require(
        headCount >= 1 && embeddingSize >= 1 && embeddingSize % headCount == 0,
        headCount + " heads do not share " + embeddingSize + " elements evenly");
  }

  /// Without dropout.
  public static MultiHeadAttention of(String prefix, int embeddingSize, int headCount) {
    return new MultiHeadAttention(prefix, embeddingSize, headCount, 0);
  }

  /// Each step over the last steps, itself the newest: a key's own past, whose keys and values are
  /// kept in its state.
  ///
  /// @param x (E), of every step
  /// @param window steps that are seen, this one included
  /// @return context (E)
  public Attended causal(ProgramBuilder builder, Value x, int window) {
    checkWidth(x);
    Value projected = Linear.of(builder, x, inputWeight(), inputBias());
    return attend(
        builder,
        builder.columns(projected, 0, embeddingSize),
        builder.pastKeys(builder.columns(projected, embeddingSize, embeddingSize), window),
        builder.past(builder.columns(projected, 2 * embeddingSize, embeddingSize), window));
  }

  /// Each entry of a memory over all its entries: a whole message at once.
  ///
  /// @param x (E), a memory
  /// @return context (E), a memory
  public Attended whole(ProgramBuilder builder, Value x) {
    checkWidth(x);
    ProgramBuilder.require(x.isMemory(), x + " is no memory: use causal for the steps of a stream");
    Value projected = Linear.of(builder, x, inputWeight(), inputBias());
    return attend(
        builder,
        builder.columns(projected, 0, embeddingSize),
        builder.columns(projected, embeddingSize, embeddingSize),
        builder.columns(projected, 2 * embeddingSize, embeddingSize));
  }

  /// Each step, or each entry of a memory, over the entries of another memory: a decoder over what
  /// was encoded. Keys and values are projected once per sequence.
  ///
  /// @param query (E)
  /// @param memory (M)
  /// @return context (E)
  public Attended over(ProgramBuilder builder, Value query, Value memory) {
    checkWidth(query);
    boolean own = memory.width() != embeddingSize;
    return attend(
        builder,
        project(builder, query, own, "q_proj_weight", 0),
        project(builder, memory, own, "k_proj_weight", 1),
        project(builder, memory, own, "v_proj_weight", 2));
  }

  private void checkWidth(Value x) {
    ProgramBuilder.require(x.width() == embeddingSize, x + " must be " + embeddingSize + " wide");
  }

  private Value project(ProgramBuilder builder, Value x, boolean own, String name, int part) {
    int first = part * embeddingSize;
    return own
        ? AttendProjection.of(
            builder,
            x,
            ParameterSpec.matrix(
                prefix + name, embeddingSize, x.width(), new Initializer.Xavier(1)),
            0,
            inputBias(),
            first,
            embeddingSize)
        : AttendProjection.of(builder, x, inputWeight(), first, inputBias(), first, embeddingSize);
  }

  private Attended attend(ProgramBuilder builder, Value query, Value keys, Value values) {
    float scale = (float) (1 / Math.sqrt(embeddingSize / (double) headCount));
    Attended heads = Attend.of(builder, query, keys, values, headCount, scale, dropout);
    var weight =
        ParameterSpec.matrix(
            prefix + "out_proj.weight",
            embeddingSize,
            embeddingSize,
            new Initializer.Uniform(1 / Math.sqrt(embeddingSize)));
    var bias =
        ParameterSpec.vector(prefix + "out_proj.bias", embeddingSize, new Initializer.Zero());
    return new Attended(
        Linear.of(builder, heads.context(), weight, bias), heads.probabilities(), heads.weights());
  }

  private ParameterSpec inputWeight() {
    return ParameterSpec.matrix(
        prefix + "in_proj_weight", 3 * embeddingSize, embeddingSize, new Initializer.Xavier(1));
  }

  private ParameterSpec inputBias() {
    return ParameterSpec.vector(prefix + "in_proj_bias", 3 * embeddingSize, new Initializer.Zero());
  }
}
