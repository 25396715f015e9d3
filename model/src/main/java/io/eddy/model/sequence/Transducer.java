package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import io.eddy.model.sequence.EncoderDecoder.Decoder;
import io.eddy.model.sequence.EncoderDecoder.Encoder;
import io.eddy.model.sequence.EncoderDecoder.Handed;
import java.util.List;

/// Answers sequences with sequences by a trained [EncoderDecoder]. Weights are shared, everything
/// else is made once. One thread at a time.
public final class Transducer {

  private final EncoderDecoderSpec spec;
  private final Encoder encoder;
  private final Decoder decoder;
  private final Unroller encoding;
  private final Stepper decoding;
  private final BeamSearch search;
  private final int beamCount;
  private final float[] state;

  /// @param beamCount answers that are followed side by side
  public Transducer(
      EncoderDecoder model,
      Parameters encoderParameters,
      Parameters decoderParameters,
      int beamCount,
      Kernels kernels) {
    spec = model.spec();
    encoder = model.encoder();
    decoder = model.decoder();
    this.beamCount = beamCount;
    encoding =
        new Unroller(encoder.program(), encoderParameters, spec.maxSourceLength(), 1, kernels);
    decoding = new Stepper(decoder.program(), decoderParameters, beamCount, kernels);
    state = new float[decoder.program().stateSize()];
    search =
        new BeamSearch(
            decoding, state.length, decoder.symbol(), decoder.logProbabilities(), beamCount);
  }

  /// The answer of the likeliest symbol at every step.
  ///
  /// @param maxLength most symbols of the answer
  public Hypothesis greedy(SourceSequence source, int maxLength) {
    encode(source);
    return search.greedy(state, settings(maxLength, 0));
  }

  /// The best answers of a beam search, best first.
  ///
  /// @param maxLength most symbols of an answer
  /// @param lengthPenalty see [SearchSettings]
  public List<Hypothesis> search(SourceSequence source, int maxLength, double lengthPenalty) {
    encode(source);
    return search.search(state, settings(maxLength, lengthPenalty));
  }

  private SearchSettings settings(int maxLength, double lengthPenalty) {
    return new SearchSettings(spec.startSymbol(), spec.endSymbol(), maxLength, lengthPenalty);
  }

  /// How much each symbol or vector of a source is looked at while a given answer is written.
  ///
  /// @param answer symbols without start and end
  /// @return (answer + 1, source): a row for each symbol and the end
  public float[][] attention(SourceSequence source, int[] answer) {
    Value probabilities = decoder.attention();
    if (probabilities == null) {
      throw new IllegalStateException("a decoder that reads no memory has no attention");
    }
    encode(source);
    decoding.load(0, state, 0);
    float[][] attention = new float[answer.length + 1][source.length()];
    for (int t = 0; t <= answer.length; t++) {
      Rows symbol = decoding.rows(decoder.symbol());
      symbol.values()[symbol.at(0)] = t == 0 ? spec.startSymbol() : answer[t - 1];
      decoding.step();
      Rows row = decoding.rows(probabilities);
      System.arraycopy(row.values(), row.at(0), attention[t], 0, source.length());
    }
    return attention;
  }

  /// How likely a given answer is, symbol by symbol.
  ///
  /// @param answer symbols without start and end
  /// @return (answer + 1): the log-probability of each symbol and of the end, given those before it
  public double[] logProbabilities(SourceSequence source, int[] answer) {
    encode(source);
    decoding.load(0, state, 0);
    double[] logProbabilities = new double[answer.length + 1];
    for (int t = 0; t <= answer.length; t++) {
      Rows symbol = decoding.rows(decoder.symbol());
      symbol.values()[symbol.at(0)] = t == 0 ? spec.startSymbol() : answer[t - 1];
      decoding.step();
      Rows row = decoding.rows(decoder.logProbabilities());
      int next = t < answer.length ? answer[t] : spec.endSymbol();
      logProbabilities[t] = row.values()[row.at(0) + next];
    }
    return logProbabilities;
  }

  /// Fills the decoder's memory and the state that it starts from.
  private void encode(SourceSequence source) {
    int length = source.length();
    ProgramBuilder.require(
        length >= 1 && length <= spec.maxSourceLength(),
        "a source of " + length + " elements, expected 1 to " + spec.maxSourceLength());
    ProgramBuilder.require(
        source.width() == encoder.element().width(),
        "elements of " + source.width() + " numbers, expected " + encoder.element().width());
    Rows elements = encoding.rows(encoder.element());
    Rows mask = encoding.rows(encoder.mask());
    for (int t = 0; t < length; t++) {
      source.write(t, elements.values(), elements.at(t));
      mask.values()[mask.at(t)] = 1;
    }
    encoding.reset(0);
    encoding.forward(length);
    remember(length);
    decoding.initialState(state, 0);
    decoding.load(0, state, 0);
    for (Handed handed : decoder.handed()) {
      Rows from = encoding.rows(handed.from());
      Rows to = decoding.rows(handed.to());
      int width = handed.to().width();
      for (int slot = 0; slot < handed.slots(); slot++) {
        System.arraycopy(
            from.values(),
            from.at(handed.step(slot, length)),
            to.values(),
            to.at(0) + slot * width,
            width);
      }
    }
    decoding.store(0, state, 0);
  }

  private void remember(int length) {
    if (decoder.memory() == null) {
      return;
    }
    Rows states = encoding.rows(encoder.states());
    Rows memory = decoding.rows(decoder.memory());
    for (int row = 0; row < beamCount; row++) {
      decoding.memoryLength(decoder.memory(), row, length);
      for (int t = 0; t < length; t++) {
        System.arraycopy(
            states.values(),
            states.at(t),
            memory.values(),
            memory.at(row * spec.maxSourceLength() + t),
            encoder.states().width());
      }
    }
    decoding.remember();
  }
}
