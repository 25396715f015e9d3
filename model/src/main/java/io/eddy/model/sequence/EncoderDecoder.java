package io.eddy.model.sequence;

import io.eddy.model.attention.Attention;
import io.eddy.model.cell.Stack;
import io.eddy.model.composition.Bidirectional;
import io.eddy.model.loss.CrossEntropyLoss;
import io.eddy.model.op.Attended;
import io.eddy.model.op.Concatenation;
import io.eddy.model.op.Dropout;
import io.eddy.model.op.Linear;
import io.eddy.model.op.LogSoftmax;
import io.eddy.model.op.Lookup;
import io.eddy.model.op.Sample;
import io.eddy.model.op.Select;
import io.eddy.model.op.Softmax;
import io.eddy.model.op.Tanh;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.Program;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import io.eddy.model.sequence.EncoderDecoderSpec.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Two programs that share rows: the encoder's outputs are the decoder's memory, and the encoder's
/// last state is what the decoder starts from.
///
/// ```
/// encoder      m_t, state = cell(embedding(x_t), state)
/// NEVER        h = cell(embedding(y'))                        logits = W h + b
/// BEFORE_CELL  c = attention(h', m), h = cell([embedding(y'), c])    logits = W [h, c] + b
/// AFTER_CELL   h = cell(embedding(y')), a = tanh(W_c [h, attention(h, m)])    logits = W a + b
/// ```
///
/// The decoder is traced three times from the same equations with the same parameters: to answer
/// symbol by symbol, to learn from a teacher's symbols, and to learn from symbols of which some are
/// its own (scheduled sampling, Bengio et al. 2015).
public final class EncoderDecoder {

  private final EncoderDecoderSpec spec;
  private final Encoder encoder;
  private final Decoder answering;

  /// The encoder's program.
  ///
  /// @param symbol (1)
  /// @param mask (1), 1 from a message's first step to its last, then 0
  /// @param states (H, or 2H in two directions)
  record Encoder(Program program, Value symbol, Value mask, Value states) {}

  /// The decoder's program.
  ///
  /// @param symbol the one before (1)
  /// @param forced where some symbols are the decoder's own: 0 for those (1)
  /// @param memory the encoder's states, where it reads them
  /// @param before its last output, where a state of its own keeps that
  /// @param handed the states that it takes over
  /// @param logProbabilities of the next symbol (V)
  /// @param attention probabilities of the encoder's states (slots)
  /// @param teacher what it learns from
  record Decoder(
      Program program,
      Value symbol,
      @Nullable Value forced,
      @Nullable Value memory,
      @Nullable Value before,
      List<Handed> handed,
      Value logProbabilities,
      @Nullable Value attention,
      @Nullable Teacher teacher) {}

  /// A part of the state that goes over.
  ///
  /// @param from a delay of the encoder
  /// @param to the same of the decoder
  /// @param steps of both
  record Handed(Value from, Value to, int steps) {}

  /// What training reads.
  ///
  /// @param target the right next symbol (1)
  /// @param weight 0 for steps behind the end (1)
  /// @param loss cross-entropy (1)
  record Teacher(Value target, Value weight, Value loss) {}

  enum Use {
    ANSWER,
    LEARN,
    LEARN_FROM_OWN
  }

  /// Traces encoder and decoder.
  public EncoderDecoder(EncoderDecoderSpec spec) {
    this.spec = spec;
    encoder = traceEncoder();
    answering = traceDecoder(Use.ANSWER);
  }

  /// The shape.
  public EncoderDecoderSpec spec() {
    return spec;
  }

  /// What the encoder learns.
  public List<ParameterSpec> encoderParameters() {
    return encoder.program.parameters();
  }

  /// What the decoder learns.
  public List<ParameterSpec> decoderParameters() {
    return answering.program.parameters();
  }

  Encoder encoder() {
    return encoder;
  }

  Decoder decoder() {
    return answering;
  }

  private Encoder traceEncoder() {
    var builder = new ProgramBuilder();
    Value symbol = builder.input("symbol", 1);
    Value mask = builder.input("mask", 1);
    Value x = embed(builder, symbol, "encoder.embedding.weight", spec.sourceSymbols());
    Value states =
        spec.bidirectional()
            ? Bidirectional.of(spec.cell(), spec.hiddenSize(), spec.layerCount())
                .withDropout(spec.dropout())
                .trace(builder, "encoder.rnn.", x, mask)
            : stack().trace(builder, "encoder.rnn.", x, mask);
    return new Encoder(builder.build(), symbol, mask, states);
  }

  private Stack stack() {
    return Stack.of(spec.cell(), spec.hiddenSize(), spec.layerCount()).withDropout(spec.dropout());
  }

  private Value embed(ProgramBuilder builder, Value symbol, String name, int symbols) {
    var table = ParameterSpec.table(name, symbols, spec.embeddingSize(), new Initializer.Normal(1));
    return Dropout.of(builder, Lookup.of(builder, symbol, table), spec.dropout());
  }

  Decoder traceDecoder(Use use) {
    var builder = new ProgramBuilder();
    Value symbol = builder.input("symbol", 1);
    Value read = symbol;
    Value forced = null;
    ProgramBuilder.Feedback own = null;
    if (use == Use.LEARN_FROM_OWN) {
      forced = builder.input("forced", 1);
      own = builder.feedback("own", 1, 1);
      read = Select.of(builder, forced, symbol, own.value());
    }
    int width = spec.hiddenSize() * (spec.bidirectional() ? 2 : 1);
    Value memory =
        spec.reading() == Reading.NEVER
            ? null
            : builder.memory("memory", width, spec.maxSourceLength());
    Value x = embed(builder, read, "decoder.embedding.weight", spec.targetSymbols());
    Value before = null;
    Attended attended = null;
    Value out;
    if (memory != null && spec.reading() == Reading.BEFORE_CELL) {
      ProgramBuilder.Feedback last = builder.feedback("before", spec.hiddenSize(), 1);
      before = last.value();
      attended = attention().over(builder, before, memory);
      Value h =
          stack().trace(builder, "decoder.rnn.", Concatenation.of(builder, x, attended.context()));
      last.close(h);
      out = Concatenation.of(builder, h, attended.context());
    } else {
      out = stack().trace(builder, "decoder.rnn.", x);
      if (memory != null) {
        attended = attention().over(builder, out, memory);
        Value both = Concatenation.of(builder, out, attended.context());
        out =
            Tanh.of(
                builder,
                Linear.of(
                    builder, both, matrix("decoder.attended", spec.hiddenSize(), both.width())));
      }
    }
    Value logits =
        Linear.of(
            builder,
            out,
            matrix("decoder.output", spec.targetSymbols(), out.width()),
            ParameterSpec.vector(
                "decoder.output.bias", spec.targetSymbols(), new Initializer.Zero()));
    if (own != null) {
      own.close(Sample.of(builder, Softmax.of(builder, logits)));
    }
    Teacher teacher = use == Use.ANSWER ? null : teacher(builder, logits);
    Value logProbabilities = use == Use.ANSWER ? LogSoftmax.of(builder, logits) : logits;
    Program program = builder.build();
    List<Value> stack = new ArrayList<>(program.delays().keySet());
    if (before != null) {
      stack.remove(before);
    }
    if (own != null) {
      stack.remove(own.value());
    }
    return new Decoder(
        program,
        symbol,
        forced,
        memory,
        before,
        handed(stack),
        logProbabilities,
        attended == null ? null : attended.probabilities(),
        teacher);
  }

  private static Teacher teacher(ProgramBuilder builder, Value logits) {
    Value target = builder.input("target", 1);
    Value weight = builder.input("weight", 1);
    return new Teacher(target, weight, CrossEntropyLoss.of(builder, logits, target, weight, 0));
  }

  private Attention attention() {
    return new Attention("decoder.attention.", spec.score(), spec.hiddenSize(), false);
  }

  private static ParameterSpec matrix(String name, int outputs, int inputs) {
    return ParameterSpec.matrix(name + ".weight", outputs, inputs, new Initializer.Xavier(1));
  }

  /// Pairs the delays of both: equal cells, so equal delays in the same order. In two directions
  /// nothing is handed over.
  private List<Handed> handed(List<Value> stack) {
    List<Handed> handed = new ArrayList<>();
    if (!spec.bidirectional()) {
      for (Map.Entry<Value, Integer> delay : encoder.program.delays().entrySet()) {
        handed.add(new Handed(delay.getKey(), stack.get(handed.size()), delay.getValue()));
      }
    }
    return handed;
  }
}
