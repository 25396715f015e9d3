package io.eddy.model.sequence;

import io.eddy.model.cell.Stack;
import io.eddy.model.loss.CrossEntropyLoss;
import io.eddy.model.op.Dropout;
import io.eddy.model.op.Linear;
import io.eddy.model.op.LogSoftmax;
import io.eddy.model.op.Lookup;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.util.List;

/// A network that reads a symbol and says how likely each is to come next (Mikolov et al. 2010):
/// characters or words of a text, ids of events.
///
/// ```
/// h_t = stack(embedding(x_t), h_{t-1})        P(x_{t+1}) = softmax(W h_t + b)
/// ```
///
/// Parameters by PyTorch's names: `embedding.weight`, `rnn.weight_ih_l0` and so on,
/// `output.weight`, `output.bias`.
public final class LanguageModel {

  private final LanguageModelSpec spec;
  private final Reading reading;
  private final Learning learning;

  /// What it answers by.
  ///
  /// @param symbol read (1)
  /// @param logProbabilities of the next symbol (V)
  public record Reading(Program program, Value symbol, Value logProbabilities) {}

  /// What it learns by.
  ///
  /// @param symbol read (1)
  /// @param target the symbol that came next (1)
  /// @param weight 0 for steps that do not count (1)
  /// @param loss cross-entropy in nats (1)
  public record Learning(Program program, Value symbol, Value target, Value weight, Value loss) {}

  /// Traces the network.
  public LanguageModel(LanguageModelSpec spec) {
    this.spec = spec;
    var builder = new ProgramBuilder();
    Value symbol = builder.input("symbol", 1);
    Value logProbabilities = LogSoftmax.of(builder, logits(builder, symbol));
    reading = new Reading(builder.build(), symbol, logProbabilities);
    learning = traceLearning();
  }

  private Learning traceLearning() {
    var builder = new ProgramBuilder();
    Value symbol = builder.input("symbol", 1);
    Value target = builder.input("target", 1);
    Value weight = builder.input("weight", 1);
    Value loss = CrossEntropyLoss.of(builder, logits(builder, symbol), target, weight, 0);
    return new Learning(builder.build(), symbol, target, weight, loss);
  }

  private Value logits(ProgramBuilder builder, Value symbol) {
    // As wide as what gates expect: the embeddings of a batch have deviation 1.
    var table =
        ParameterSpec.table(
            "embedding.weight", spec.symbols(), spec.embeddingSize(), new Initializer.Normal(1));
    Value x = Dropout.of(builder, Lookup.of(builder, symbol, table), spec.dropout());
    Value h =
        Stack.of(spec.cell().cell(), spec.hiddenSize(), spec.layerCount())
            .withDropout(spec.dropout())
            .trace(builder, "rnn.", x);
    return Linear.of(
        builder,
        Dropout.of(builder, h, spec.dropout()),
        ParameterSpec.matrix("output.weight", spec.symbols(), h.width(), new Initializer.Xavier(1)),
        ParameterSpec.vector("output.bias", spec.symbols(), new Initializer.Zero()));
  }

  /// The shape.
  public LanguageModelSpec spec() {
    return spec;
  }

  /// What it learns.
  public List<ParameterSpec> parameters() {
    return reading.program.parameters();
  }

  /// The program of the stream.
  public Reading reading() {
    return reading;
  }

  /// The program of the training.
  public Learning learning() {
    return learning;
  }
}
