package io.eddy.benchmarks.golden;

import java.util.ArrayList;
import java.util.List;

/// All cases that model's tests compare with.
///
/// Letters: T steps, B batch entries, I inputs, H hidden units, E embedding, F feed-forward units,
/// V vocabulary. Layouts are PyTorch's with time first, (T, B, ...), and (B, I, T) for the
/// convolution.
final class GoldenCases {

  private static final int STEPS = 7;
  private static final int BATCH = 3;
  private static final int INPUTS = 5;
  private static final int HIDDEN = 6;
  private static final int EMBEDDING = 8;
  private static final int HEADS = 2;
  private static final int FEED_FORWARD = 12;

  private GoldenCases() {}

  static List<GoldenCase> all() {
    List<GoldenCase> cases = new ArrayList<>();
    cases.add(lstm());
    cases.add(bidirectionalLstm());
    cases.add(gru());
    cases.add(elman("tanh"));
    cases.add(elman("relu"));
    cases.add(layerNorm());
    cases.add(batchNorm());
    cases.add(embedding());
    cases.add(attention(false));
    cases.add(attention(true));
    for (boolean normFirst : new boolean[] {false, true}) {
      for (String activation : List.of("relu", "gelu")) {
        cases.add(encoderLayer(normFirst, activation));
      }
    }
    cases.add(convolution());
    cases.addAll(losses());
    cases.add(activation("tanh", "torch.tanh(x)", 81));
    cases.add(activation("sigmoid", "torch.sigmoid(x)", 81));
    cases.add(activation("relu", "torch.relu(x)", 81));
    cases.add(activation("softsign", "x / (torch.abs(x) + 1.)", 81));
    cases.add(activation("softplus", "torch.softplus(x)", 81));
    cases.add(activation("gelu", "torch.gelu(x)", 81));
    cases.add(activation("gelu_tanh", "torch.gelu(x, approximate=\"tanh\")", 81));
    cases.add(activation("silu", "torch.silu(x)", 81));
    cases.add(activation("elu", "torch.elu(x)", 81));
    cases.add(activation("log_sigmoid", "torch.log_sigmoid(x)", 81));
    cases.add(activation("softmax", "torch.softmax(x, -1)", 9, 9));
    cases.add(activation("log_softmax", "torch.log_softmax(x, -1)", 9, 9));
    return cases;
  }

  private static GoldenCase lstm() {
    GoldenCase.Builder builder = sequence("lstm").setting("num_layers", 2).optimized();
    layer(builder, 4, INPUTS, "l0");
    layer(builder, 4, HIDDEN, "l1");
    return builder
        .variable("input.h_0", -1, 1, 2, BATCH, HIDDEN)
        .variable("input.c_0", -1, 1, 2, BATCH, HIDDEN)
        .cotangent(STEPS, BATCH, HIDDEN)
        .compute(
            """
                w = [%s, %s]
                y, h, s = torch.lstm(p["input.input"], [p["input.h_0"], p["input.c_0"]], w, True, 2, 0., True, False, False)
                return {"output.output": y, "output.h_n": h, "output.c_n": s}
            """
                .formatted(weights("l0"), weights("l1")));
  }

  private static GoldenCase bidirectionalLstm() {
    GoldenCase.Builder builder = sequence("lstm_bidirectional").setting("bidirectional", "True");
    layer(builder, 4, INPUTS, "l0");
    layer(builder, 4, INPUTS, "l0_reverse");
    return builder
        .variable("input.h_0", -1, 1, 2, BATCH, HIDDEN)
        .variable("input.c_0", -1, 1, 2, BATCH, HIDDEN)
        .cotangent(STEPS, BATCH, 2 * HIDDEN)
        .compute(
            """
                w = [%s, %s]
                y, h, s = torch.lstm(p["input.input"], [p["input.h_0"], p["input.c_0"]], w, True, 1, 0., True, True, False)
                return {"output.output": y, "output.h_n": h, "output.c_n": s}
            """
                .formatted(weights("l0"), weights("l0_reverse")));
  }

  private static GoldenCase gru() {
    GoldenCase.Builder builder = sequence("gru").setting("num_layers", 2).optimized();
    layer(builder, 3, INPUTS, "l0");
    layer(builder, 3, HIDDEN, "l1");
    return builder
        .variable("input.h_0", -1, 1, 2, BATCH, HIDDEN)
        .cotangent(STEPS, BATCH, HIDDEN)
        .compute(
            """
                w = [%s, %s]
                y, h = torch.gru(p["input.input"], p["input.h_0"], w, True, 2, 0., True, False, False)
                return {"output.output": y, "output.h_n": h}
            """
                .formatted(weights("l0"), weights("l1")));
  }

  private static GoldenCase elman(String nonlinearity) {
    GoldenCase.Builder builder =
        sequence("rnn_" + nonlinearity).setting("nonlinearity", nonlinearity).optimized();
    layer(builder, 1, INPUTS, "l0");
    return builder
        .variable("input.h_0", -1, 1, 1, BATCH, HIDDEN)
        .cotangent(STEPS, BATCH, HIDDEN)
        .compute(
            """
                w = [%s]
                y, h = torch.rnn_%s(p["input.input"], p["input.h_0"], w, True, 1, 0., True, False, False)
                return {"output.output": y, "output.h_n": h}
            """
                .formatted(weights("l0"), nonlinearity));
  }

  private static GoldenCase.Builder sequence(String name) {
    return GoldenCase.of(name)
        .setting("input_size", INPUTS)
        .setting("hidden_size", HIDDEN)
        .variable("input.input", -1, 1, STEPS, BATCH, INPUTS);
  }

  private static void layer(GoldenCase.Builder builder, int gates, int inputs, String suffix) {
    builder
        .parameter("weight_ih_" + suffix, HIDDEN, gates * HIDDEN, inputs)
        .parameter("weight_hh_" + suffix, HIDDEN, gates * HIDDEN, HIDDEN)
        .parameter("bias_ih_" + suffix, HIDDEN, gates * HIDDEN)
        .parameter("bias_hh_" + suffix, HIDDEN, gates * HIDDEN);
  }

  private static String weights(String suffix) {
    List<String> names = new ArrayList<>();
    for (String weight : List.of("weight_ih_", "weight_hh_", "bias_ih_", "bias_hh_")) {
      names.add("p[\"parameter.%s%s\"]".formatted(weight, suffix));
    }
    return String.join(", ", names);
  }

  private static GoldenCase layerNorm() {
    return GoldenCase.of("layer_norm")
        .setting("normalized_shape", EMBEDDING)
        .setting("eps", "1e-5")
        .variable("input.input", -3, 3, STEPS, BATCH, EMBEDDING)
        .variable("parameter.weight", 0.5, 1.5, EMBEDDING)
        .variable("parameter.bias", -0.5, 0.5, EMBEDDING)
        .cotangent(STEPS, BATCH, EMBEDDING)
        .compute(
            """
                y = torch.layer_norm(p["input.input"], [8], p["parameter.weight"], p["parameter.bias"], 1e-5, False)
                return {"output.output": y}
            """);
  }

  private static GoldenCase batchNorm() {
    return GoldenCase.of("batch_norm")
        .setting("num_features", INPUTS)
        .setting("eps", "1e-5")
        .setting("momentum", "0.1")
        .setting(
            "note",
            "output.output, output.running_mean and output.running_var are those of a training"
                + " step, output.eval is eval mode with input.running_mean and input.running_var")
        .variable("input.input", -3, 3, STEPS * BATCH, INPUTS)
        .variable("parameter.weight", 0.5, 1.5, INPUTS)
        .variable("parameter.bias", -0.5, 0.5, INPUTS)
        .constant("input.running_mean", -1, 1, INPUTS)
        .constant("input.running_var", 0.5, 2, INPUTS)
        .cotangent(STEPS * BATCH, INPUTS)
        .compute(
            """
                x = p["input.input"]
                mean = torch.clone(c["input.running_mean"])
                var = torch.clone(c["input.running_var"])
                e = torch.batch_norm(x, p["parameter.weight"], p["parameter.bias"], mean, var, False, 0.1, 1e-5, False)
                y = torch.batch_norm(x, p["parameter.weight"], p["parameter.bias"], mean, var, True, 0.1, 1e-5, False)
                return {"output.output": y, "output.running_mean": mean, "output.running_var": var, "output.eval": e}
            """);
  }

  private static GoldenCase embedding() {
    return GoldenCase.of("embedding")
        .setting("num_embeddings", 10)
        .setting("embedding_dim", 4)
        .indices("input.input", 10, STEPS, BATCH)
        .variable("parameter.weight", -1, 1, 10, 4)
        .cotangent(STEPS, BATCH, 4)
        .compute(
            """
                y = torch.embedding(p["parameter.weight"], torch.to(c["input.input"], 4))
                return {"output.output": y}
            """);
  }

  private static GoldenCase attention(boolean causal) {
    GoldenCase.Builder builder =
        GoldenCase.of(causal ? "multihead_attention_causal" : "multihead_attention")
            .setting("embed_dim", EMBEDDING)
            .setting("num_heads", HEADS)
            .setting("is_causal", causal ? "True" : "False")
            .setting("note", "output.attention_weights is (B, T, T), the mean over the heads")
            .variable("input.input", -1, 1, STEPS, BATCH, EMBEDDING);
    attentionParameters(builder, "");
    return builder
        .cotangent(STEPS, BATCH, EMBEDDING)
        .compute(
            """
                x = p["input.input"]
            %s\
                fused, w = torch._native_multi_head_attention(b, b, b, 8, 2, p["parameter.in_proj_weight"], p["parameter.in_proj_bias"], p["parameter.out_proj.weight"], p["parameter.out_proj.bias"], mask, True, True, 0)
                return {"output.output": a, "output.attention_weights": torch.detach(w), "check.output": torch.transpose(fused, 0, 1)}
            """
                .formatted(selfAttention("", causal)));
  }

  private static GoldenCase encoderLayer(boolean normFirst, String activation) {
    GoldenCase.Builder builder =
        GoldenCase.of(
                "transformer_encoder_layer_"
                    + (normFirst ? "pre_norm_" : "post_norm_")
                    + activation)
            .setting("d_model", EMBEDDING)
            .setting("nhead", HEADS)
            .setting("dim_feedforward", FEED_FORWARD)
            .setting("dropout", 0)
            .setting("activation", activation)
            .setting("norm_first", normFirst ? "True" : "False")
            .setting("layer_norm_eps", "1e-5")
            .setting("is_causal", normFirst ? "True" : "False")
            .variable("input.input", -1, 1, STEPS, BATCH, EMBEDDING);
    attentionParameters(builder, "self_attn.");
    for (String norm : List.of("norm1", "norm2")) {
      builder
          .variable("parameter." + norm + ".weight", 0.5, 1.5, EMBEDDING)
          .variable("parameter." + norm + ".bias", -0.5, 0.5, EMBEDDING);
    }
    builder
        .parameter("linear1.weight", EMBEDDING, FEED_FORWARD, EMBEDDING)
        .parameter("linear1.bias", EMBEDDING, FEED_FORWARD)
        .parameter("linear2.weight", FEED_FORWARD, EMBEDDING, FEED_FORWARD)
        .parameter("linear2.bias", FEED_FORWARD, EMBEDDING)
        .cotangent(STEPS, BATCH, EMBEDDING);
    String attention = selfAttention("self_attn.", normFirst);
    String feedForward =
        """
            f = torch.linear(torch.%s(torch.linear(x, p["parameter.linear1.weight"], p["parameter.linear1.bias"])), p["parameter.linear2.weight"], p["parameter.linear2.bias"])
        """
            .formatted(activation);
    String equations =
        normFirst
            ? "    s = p[\"input.input\"]\n"
                + norm("s", "x", "norm1")
                + attention
                + "    s = s + a\n"
                + norm("s", "x", "norm2")
                + feedForward
                + "    y = s + f\n"
            : "    x = p[\"input.input\"]\n"
                + attention
                + norm("x + a", "x", "norm1")
                + feedForward
                + norm("x + f", "y", "norm2");
    return builder.compute(
        equations
            + """
                source = torch.transpose(torch.detach(p["input.input"]), 0, 1)
                fused = torch._transformer_encoder_layer_fwd(source, 8, 2, p["parameter.self_attn.in_proj_weight"], p["parameter.self_attn.in_proj_bias"], p["parameter.self_attn.out_proj.weight"], p["parameter.self_attn.out_proj.bias"], %s, %s, 1e-5, p["parameter.norm1.weight"], p["parameter.norm1.bias"], p["parameter.norm2.weight"], p["parameter.norm2.bias"], p["parameter.linear1.weight"], p["parameter.linear1.bias"], p["parameter.linear2.weight"], p["parameter.linear2.bias"], mask, 0)
                return {"output.output": y, "check.output": torch.transpose(fused, 0, 1)}
            """
                .formatted(
                    activation.equals("gelu") ? "True" : "False", normFirst ? "True" : "False"));
  }

  private static void attentionParameters(GoldenCase.Builder builder, String prefix) {
    builder
        .parameter(prefix + "in_proj_weight", EMBEDDING / 4, 3 * EMBEDDING, EMBEDDING)
        .parameter(prefix + "in_proj_bias", EMBEDDING, 3 * EMBEDDING)
        .parameter(prefix + "out_proj.weight", EMBEDDING, EMBEDDING, EMBEDDING)
        .parameter(prefix + "out_proj.bias", EMBEDDING, EMBEDDING);
  }

  /// The steps of `torch.nn.functional.multi_head_attention_forward`: from `x` to `a`; also `b`,
  /// the input with the batch first, and `mask`, for libtorch's own fused operator that checks
  /// them.
  private static String selfAttention(String prefix, boolean causal) {
    return """
        b = torch.transpose(torch.detach(x), 0, 1)
        mask = %2$s
        q, k, v = torch.chunk(torch.linear(torch.transpose(x, 0, 1), p["parameter.%1$sin_proj_weight"], p["parameter.%1$sin_proj_bias"]), 3, -1)
        q = torch.transpose(torch.reshape(q, [3, 7, 2, 4]), 1, 2)
        k = torch.transpose(torch.reshape(k, [3, 7, 2, 4]), 1, 2)
        v = torch.transpose(torch.reshape(v, [3, 7, 2, 4]), 1, 2)
        a = torch.scaled_dot_product_attention(q, k, v, None, 0., %3$s)
        a = torch.reshape(torch.transpose(a, 1, 2), [3, 7, 8])
        a = torch.transpose(torch.linear(a, p["parameter.%1$sout_proj.weight"], p["parameter.%1$sout_proj.bias"]), 0, 1)
    """
        .formatted(
            prefix,
            causal
                ? "torch.triu(torch.ones([7, 7], dtype=11), 1)"
                : "annotate(Optional[Tensor], None)",
            causal ? "True" : "False");
  }

  private static String norm(String of, String into, String name) {
    return """
        %s = torch.layer_norm(%s, [8], p["parameter.%3$s.weight"], p["parameter.%3$s.bias"], 1e-5, False)
    """
        .formatted(into, of, name);
  }

  private static GoldenCase convolution() {
    return GoldenCase.of("conv1d_causal")
        .setting("in_channels", INPUTS)
        .setting("out_channels", 4)
        .setting("kernel_size", 3)
        .setting("dilation", 2)
        .setting("note", "the input is padded with four zeros on the left")
        .variable("input.input", -1, 1, BATCH, INPUTS, 9)
        .parameter("weight", 3 * INPUTS, 4, INPUTS, 3)
        .parameter("bias", 3 * INPUTS, 4)
        .cotangent(BATCH, 4, 9)
        .compute(
            """
                x = torch.constant_pad_nd(p["input.input"], [4, 0])
                y = torch.conv1d(x, p["parameter.weight"], p["parameter.bias"], [1], [0], [2], 1)
                return {"output.output": y}
            """);
  }

  private static List<GoldenCase> losses() {
    return List.of(
        elementwiseLoss("mse_loss", "", "torch.square(x - y)"),
        elementwiseLoss("huber_loss", "delta=0.5", "torch.huber_loss(x, y, 0, 0.5)"),
        elementwiseLoss(
            "pinball_loss", "level=0.9", "torch.maximum((y - x) * 0.9, (x - y) * (1. - 0.9))"),
        crossEntropy("cross_entropy_loss", 0),
        crossEntropy("cross_entropy_loss_smooth", 0.1),
        GoldenCase.of("gaussian_nll_loss")
            .setting("full", "True")
            .variable("input.input", -2, 2, STEPS, BATCH)
            .variable("input.var", 0.2, 2, STEPS, BATCH)
            .constant("input.target", -2, 2, STEPS, BATCH)
            .compute(
                loss(
                    """
                        v = p["input.var"]
                        losses = (torch.log(v) + torch.square(p["input.input"] - c["input.target"]) / v) * 0.5 + 0.91893853320467274178
                    """)),
        GoldenCase.of("normal_nll")
            .setting("note", "-torch.distributions.Normal(loc, scale).log_prob(target)")
            .variable("input.loc", -2, 2, STEPS, BATCH)
            .variable("input.scale", 0.3, 2, STEPS, BATCH)
            .constant("input.target", -2, 2, STEPS, BATCH)
            .compute(
                loss(
                    """
                        z = (c["input.target"] - p["input.loc"]) / p["input.scale"]
                        losses = torch.square(z) * 0.5 + torch.log(p["input.scale"]) + 0.91893853320467274178
                    """)),
        GoldenCase.of("student_t_nll")
            .setting("note", "-torch.distributions.StudentT(df, loc, scale).log_prob(target)")
            .variable("input.df", 1.5, 20, STEPS, BATCH)
            .variable("input.loc", -2, 2, STEPS, BATCH)
            .variable("input.scale", 0.3, 2, STEPS, BATCH)
            .constant("input.target", -5, 5, STEPS, BATCH)
            .compute(
                loss(
                    """
                        n = p["input.df"]
                        z = (c["input.target"] - p["input.loc"]) / p["input.scale"]
                        constant = torch.log(p["input.scale"]) + torch.log(n) * 0.5 + 0.57236494292470008707 + torch.lgamma(n * 0.5) - torch.lgamma((n + 1.) * 0.5)
                        losses = torch.log1p(torch.square(z) / n) * (n + 1.) * 0.5 + constant
                    """)),
        GoldenCase.of("negative_binomial_nll")
            .setting(
                "note",
                "-torch.distributions.NegativeBinomial(total_count, logits).log_prob(target)")
            .variable("input.total_count", 0.3, 8, STEPS, BATCH)
            .variable("input.logits", -2, 2, STEPS, BATCH)
            .indices("input.target", 12, STEPS, BATCH)
            .compute(loss(negativeBinomial("p[\"input.logits\"]"))),
        GoldenCase.of("negative_binomial_nll_of_mean")
            .setting("note", "as negative_binomial_nll with logits = log(mean) - log(total_count)")
            .variable("input.total_count", 0.3, 8, STEPS, BATCH)
            .variable("input.mean", 0.2, 9, STEPS, BATCH)
            .indices("input.target", 12, STEPS, BATCH)
            .compute(
                loss(
                    negativeBinomial(
                        "torch.log(p[\"input.mean\"]) - torch.log(p[\"input.total_count\"])"))));
  }

  private static String negativeBinomial(String logits) {
    return """
        r = p["input.total_count"]
        y = c["input.target"]
        logits = %s
        unnormalized = r * torch.log_sigmoid(-logits) + y * torch.log_sigmoid(logits)
        losses = torch.lgamma(r) + torch.lgamma(y + 1.) - torch.lgamma(r + y) - unnormalized
    """
        .formatted(logits);
  }

  private static GoldenCase elementwiseLoss(String name, String settings, String formula) {
    return GoldenCase.of(name)
        .setting("settings", settings)
        .variable("input.input", -2, 2, STEPS, BATCH)
        .constant("input.target", -2, 2, STEPS, BATCH)
        .compute(
            loss(
                """
                    x = p["input.input"]
                    y = c["input.target"]
                    losses = %s
                """
                    .formatted(formula)));
  }

  private static GoldenCase crossEntropy(String name, double smoothing) {
    return GoldenCase.of(name)
        .setting("label_smoothing", smoothing)
        .variable("input.input", -3, 3, STEPS * BATCH, INPUTS)
        .indices("input.target", INPUTS, STEPS * BATCH)
        .compute(
            loss(
                """
                    y = torch.to(c["input.target"], 4)
                    losses = torch.cross_entropy_loss(p["input.input"], y, None, 0, -100, %s)
                """
                    .formatted(smoothing)));
  }

  /// The loss of each element and their mean.
  private static String loss(String losses) {
    return losses
        + """
            return {"output.loss": torch.mean(losses), "output.losses": losses}
        """;
  }

  private static GoldenCase activation(String function, String formula, int... shape) {
    return GoldenCase.of(function)
        .variable("input.input", -10, 10, shape)
        .cotangent(shape)
        .compute(
            """
                x = p["input.input"]
                return {"output.output": %s}
            """
                .formatted(formula));
  }
}
