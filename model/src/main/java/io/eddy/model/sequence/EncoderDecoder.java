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
import io.eddy.model.sequence.EncoderDecoderSpec.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Two programs that share rows: the encoder's outputs are the decoder's memory, and where the
/// encoder reads symbols, the decoder starts from its last state.
///
/// ```
/// encoder      Symbols: m_t, state = cell(embedding(x_t), state)
///              Vectors: m_i = W_v v_i + b
/// start        one direction: the encoder's state; two: tanh(W_s m←_1 + b) for each state, m←_1
///              having read all of the source backward (Bahdanau et al. 2015, appendix A.2.2)
/// NEVER        h = cell(embedding(y'))                              logits = W h + b
/// BEFORE_CELL  c = attention(h', m), h = cell([embedding(y'), c])   logits = W tanh(W_c [h, c]) + b
/// AFTER_CELL   h = cell(embedding(y')), c = attention(h, m)         logits = W tanh(W_c [h, c]) + b
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
  /// @param element a symbol (1) or a vector
  /// @param mask (1), 1 from a message's first step to its last, then 0
  /// @param out of the last layer
  /// @param states the same as the decoder's memory holds it
  /// @param start what was read backward, ready to be a state of the decoder, at the first step
  ///   (H); null where nothing is read backward
  record Encoder(
      Program program, Value element, Value mask, Value out, Value states, @Nullable Value start) {}

  /// The decoder's program.
  ///
  /// @param symbol the one before (1)
  /// @param forced where some symbols are the decoder's own: 0 for those (1)
  /// @param memory the encoder's states, where it reads them
  /// @param handed the states that it takes over
  /// @param logProbabilities of the next symbol (V)
  /// @param attention probabilities of the encoder's states (slots)
  /// @param teacher what it learns from
  record Decoder(
      Program program,
      Value symbol,
      @Nullable Value forced,
      @Nullable Value memory,
      List<Handed> handed,
      Value logProbabilities,
      @Nullable Value attention,
      @Nullable Teacher teacher) {}

  /// A part of the state that goes over.
  ///
  /// @param from a value of the encoder
  /// @param fromEnd whether its steps are counted from behind the source's last, else from the
  ///   first
  /// @param offset of the step that the decoder's first slot takes
  /// @param to a delay of the decoder
  /// @param slots of that delay
  record Handed(Value from, boolean fromEnd, int offset, Value to, int slots) {

    /// The encoder's step that a slot takes.
    int step(int slot, int encoderSteps) {
      return (fromEnd ? encoderSteps : 0) + offset + slot;
    }
  }

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
    Value element = builder.input("element", spec.source().width());
    Value mask = builder.input("mask", 1);
    Value out;
    Value start = null;
    switch (spec.source()) {
      case Source.Symbols(int count, boolean bidirectional) when bidirectional -> {
        Value x = embed(builder, element, "encoder.embedding.weight", count);
        out =
            Bidirectional.of(spec.cell(), spec.hiddenSize(), spec.layerCount())
                .withDropout(spec.dropout())
                .trace(builder, "encoder.rnn.", x, mask);
        Value backward = builder.columns(out, spec.hiddenSize(), spec.hiddenSize());
        start = Tanh.of(builder, linear(builder, backward, "encoder.start", spec.hiddenSize()));
      }
      case Source.Symbols(int count, boolean bidirectional) -> {
        Value x = embed(builder, element, "encoder.embedding.weight", count);
        out = stack().trace(builder, "encoder.rnn.", x, mask);
      }
      case Source.Vectors vectors ->
          out = linear(builder, element, "encoder.projection", spec.hiddenSize());
    }
    Value states = Dropout.of(builder, out, spec.dropout());
    return new Encoder(builder.build(), element, mask, out, states, start);
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
    Value memory =
        spec.reading() == Reading.NEVER
            ? null
            : builder.memory("memory", spec.memoryWidth(), spec.maxSourceLength());
    Value x = embed(builder, read, "decoder.embedding.weight", spec.targetSymbols());
    Value before = null;
    Attended attended = null;
    Value out;
    if (memory != null && spec.reading() == Reading.BEFORE_CELL) {
      ProgramBuilder.Feedback last = builder.feedback("before", spec.hiddenSize(), 1);
      before = last.value();
      attended = attention().over(builder, before, memory);
      out =
          stack().trace(builder, "decoder.rnn.", Concatenation.of(builder, x, attended.context()));
      last.close(out);
    } else {
      out = stack().trace(builder, "decoder.rnn.", x);
      attended = memory == null ? null : attention().over(builder, out, memory);
    }
    if (attended != null) {
      Value both = Concatenation.of(builder, out, attended.context());
      out = Tanh.of(builder, Linear.of(builder, both, attendedWeight(both.width())));
    }
    out = Dropout.of(builder, out, spec.dropout());
    Value logits = linear(builder, out, "decoder.output", spec.targetSymbols());
    if (own != null) {
      own.close(Sample.of(builder, Softmax.of(builder, logits)));
    }
    Teacher teacher = use == Use.ANSWER ? null : teacher(builder, logits);
    Value logProbabilities = use == Use.ANSWER ? LogSoftmax.of(builder, logits) : logits;
    Program program = builder.build();
    Map<Value, Integer> stack = new LinkedHashMap<>(program.delays());
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
        handed(stack, before),
        logProbabilities,
        attended == null ? null : attended.probabilities(),
        teacher);
  }

  private Teacher teacher(ProgramBuilder builder, Value logits) {
    Value target = builder.input("target", 1);
    Value weight = builder.input("weight", 1);
    return new Teacher(
        target,
        weight,
        CrossEntropyLoss.of(builder, logits, target, weight, spec.labelSmoothing()));
  }

  private Attention attention() {
    return new Attention("decoder.attention.", spec.score(), spec.hiddenSize(), false);
  }

  private ParameterSpec attendedWeight(int inputs) {
    return ParameterSpec.matrix(
        "decoder.attended.weight", spec.hiddenSize(), inputs, new Initializer.Xavier(1));
  }

  private static Value linear(ProgramBuilder builder, Value x, String name, int outputs) {
    return Linear.of(
        builder,
        x,
        ParameterSpec.matrix(name + ".weight", outputs, x.width(), new Initializer.Xavier(1)),
        ParameterSpec.vector(name + ".bias", outputs, new Initializer.Zero()));
  }

  /// What the decoder starts from.
  ///
  /// In one direction the delays of both are paired: equal cells, so equal delays in the same
  /// order. In two, each state that is as wide as an output starts from the same vector, so that
  /// the decoder's last output is one with the state that its cell keeps it in.
  ///
  /// @param stack delays of the decoder's cells, with their slots
  /// @param before its last output, where a state of its own keeps that
  private List<Handed> handed(Map<Value, Integer> stack, @Nullable Value before) {
    List<Handed> handed = new ArrayList<>();
    Value start = encoder.start;
    if (start != null) {
      List<Value> states = new ArrayList<>(stack.keySet());
      if (before != null) {
        states.add(before);
      }
      states.stream()
          .filter(state -> state.width() == start.width() && stack.getOrDefault(state, 1) == 1)
          .forEach(state -> handed.add(new Handed(start, false, 0, state, 1)));
    } else if (spec.source() instanceof Source.Symbols) {
      List<Value> states = new ArrayList<>(stack.keySet());
      for (Map.Entry<Value, Integer> delay : encoder.program.delays().entrySet()) {
        handed.add(
            new Handed(delay.getKey(), true, 0, states.get(handed.size()), delay.getValue()));
      }
      if (before != null) {
        handed.add(new Handed(encoder.out, true, -1, before, 1));
      }
    }
    return handed;
  }
}
