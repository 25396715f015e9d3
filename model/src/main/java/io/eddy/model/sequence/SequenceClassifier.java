package io.eddy.model.sequence;

import io.eddy.model.attention.Attention;
import io.eddy.model.composition.Bidirectional;
import io.eddy.model.loss.CrossEntropyLoss;
import io.eddy.model.op.Add;
import io.eddy.model.op.Attended;
import io.eddy.model.op.Concatenation;
import io.eddy.model.op.Dropout;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Lookup;
import io.eddy.model.op.MaxPool;
import io.eddy.model.op.Softmax;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A network that reads a whole message and names its class: many to one.
///
/// ```
/// h_t    = [forward_t, backward_t]                    two directions over dropout(embedding(x_t))
/// s      = [Σ_t a_t h_t, max_t h_t]                   a = additive attention of the last h
/// logits = W dropout(s) + b + Σ_t wide(x_t) + Σ_t wide(x_{t-1}, x_t)
/// ```
///
/// The last two sums are a linear path: each symbol and each pair of neighbours votes for classes
/// (Cheng et al. 2016, wide and deep). It starts from naive Bayes ([#count]), which short messages
/// and little data are hard to beat with (Wang and Manning 2012); the recurrent part starts from
/// what that leaves.
public final class SequenceClassifier {

  private static final String WIDE_SYMBOL = "wide.symbol.weight";
  private static final String WIDE_PAIR = "wide.pair.weight";
  private static final String WIDE_BIAS = "wide.bias";

  private final SequenceClassifierSpec spec;
  private final Tracing tracing;

  /// The one program, for learning and answering.
  ///
  /// @param symbol (1)
  /// @param pair (1)
  /// @param mask (1), 1 from a message's first step to its last, then 0
  /// @param target the class (1)
  /// @param weight 1 at a message's last step while learning, else 0 (1)
  /// @param loss cross-entropy (1)
  /// @param probabilities of the classes, at a message's last step (C)
  /// @param attention of each step, oldest first, at a message's last step (longest message)
  record Tracing(
      Program program,
      Value symbol,
      Value pair,
      Value mask,
      Value target,
      Value weight,
      Value loss,
      Value probabilities,
      @Nullable Value attention) {}

  /// Traces the network.
  public SequenceClassifier(SequenceClassifierSpec spec) {
    this.spec = spec;
    var builder = new ProgramBuilder();
    Value symbol = builder.input("symbol", 1);
    Value pair = builder.input("pair", 1);
    Value mask = builder.input("mask", 1);
    Value target = builder.input("target", 1);
    Value weight = builder.input("weight", 1);
    Value logits = wide(builder, symbol, pair);
    Value attention = null;
    if (spec.hiddenSize() > 0) {
      Value h = read(builder, symbol, mask);
      Attended attended =
          Attention.additive("attention.", spec.hiddenSize())
              .overPast(builder, h, h, spec.maxLength());
      attention = attended.probabilities();
      logits = Add.of(builder, logits, deep(builder, h, attended));
    }
    Value loss = CrossEntropyLoss.of(builder, logits, target, weight, 0);
    Value probabilities = Softmax.of(builder, logits);
    tracing =
        new Tracing(
            builder.build(), symbol, pair, mask, target, weight, loss, probabilities, attention);
  }

  /// Votes of all symbols and pairs up to this step, and a bias.
  private Value wide(ProgramBuilder builder, Value symbol, Value pair) {
    Value votes =
        Add.of(
            builder,
            Lookup.of(builder, symbol, votes(WIDE_SYMBOL, spec.symbols()), 0),
            Lookup.of(builder, pair, votes(WIDE_PAIR, spec.pairs()), 0));
    var bias = ParameterSpec.vector(WIDE_BIAS, spec.classes(), new Initializer.Zero());
    ProgramBuilder.Feedback before = builder.feedback("votes", bias, 1);
    Value sum = Add.of(builder, before.value(), votes);
    before.close(sum);
    return sum;
  }

  private ParameterSpec votes(String name, int rows) {
    return ParameterSpec.table(name, rows, spec.classes(), new Initializer.Zero());
  }

  /// What the recurrent part says of the steps up to this one.
  private Value deep(ProgramBuilder builder, Value h, Attended attended) {
    Value greatest = MaxPool.of(builder, builder.past(h, spec.maxLength()));
    Value summary = Concatenation.of(builder, attended.context(), greatest);
    return Linear.of(
        builder,
        Dropout.of(builder, summary, spec.dropout()),
        ParameterSpec.matrix(
            "output.weight", spec.classes(), summary.width(), new Initializer.Xavier(1)),
        ParameterSpec.vector("output.bias", spec.classes(), new Initializer.Zero()));
  }

  private Value read(ProgramBuilder builder, Value symbol, Value mask) {
    var table =
        ParameterSpec.table(
            "embedding.weight", spec.symbols(), spec.embeddingSize(), new Initializer.Normal(0.3));
    Value x = Dropout.of(builder, Lookup.of(builder, symbol, table), spec.dropout());
    return Bidirectional.of(spec.cell().cell(), spec.hiddenSize(), 1)
        .trace(builder, "rnn.", x, mask);
  }

  /// Starts the linear path from naive Bayes over which symbols and pairs occur in messages of each
  /// class: `share · (ln P(token | class) - mean over classes)`, with one occurrence added to each.
  ///
  /// @param share of naive Bayes' votes, in (0, 1]; it takes neighbours for independent, and so is
  ///   too sure
  public void count(Parameters parameters, List<LabelledMessage> messages, double share) {
    count(
        parameters.values(WIDE_SYMBOL), spec.symbols(), messages, LabelledMessage::symbols, share);
    count(parameters.values(WIDE_PAIR), spec.pairs(), messages, LabelledMessage::pairs, share);
    double[] counts = new double[spec.classes()];
    Arrays.fill(counts, 1);
    messages.forEach(message -> counts[message.label()]++);
    write(parameters.values(WIDE_BIAS), 0, counts, new double[] {}, 1);
  }

  private void count(
      float[] votes,
      int rows,
      List<LabelledMessage> messages,
      Function<LabelledMessage, int[]> tokens,
      double share) {
    double[][] counts = new double[rows][spec.classes()];
    double[] sums = new double[spec.classes()];
    for (double[] row : counts) {
      Arrays.fill(row, 1);
    }
    for (LabelledMessage message : messages) {
      Arrays.stream(tokens.apply(message))
          .distinct()
          .forEach(token -> counts[token][message.label()]++);
    }
    for (double[] row : counts) {
      for (int label = 0; label < sums.length; label++) {
        sums[label] += row[label];
      }
    }
    for (int token = 1; token < rows; token++) {
      write(votes, token * spec.classes(), counts[token], sums, share);
    }
  }

  /// Logarithms of shares, each less their mean.
  ///
  /// @param sums that the counts are parts of; none for counts of one whole
  private static void write(float[] to, int at, double[] counts, double[] sums, double share) {
    double[] logs = new double[counts.length];
    for (int label = 0; label < logs.length; label++) {
      logs[label] = StrictMath.log(counts[label] / (sums.length == 0 ? 1 : sums[label]));
    }
    double mean = Arrays.stream(logs).average().orElse(0);
    for (int label = 0; label < logs.length; label++) {
      to[at + label] = (float) (share * (logs[label] - mean));
    }
  }

  /// The shape.
  public SequenceClassifierSpec spec() {
    return spec;
  }

  /// What it learns.
  public List<ParameterSpec> parameters() {
    return tracing.program.parameters();
  }

  Tracing tracing() {
    return tracing;
  }
}
