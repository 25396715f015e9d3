package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.sequence.EncoderDecoderSpec.Source;
import io.eddy.model.text.Token;
import io.eddy.model.text.Tokenizer;
import io.eddy.model.text.Vocabulary;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// A network that writes sentences about vectors, with all that it has learned: words and their
/// numbers, weights. Words are what stands between blanks. Immutable by contract: nobody writes to
/// its weights.
///
/// @param words of sentences, start and end among them
/// @param lengthMax words of a sentence at most
/// @param provenance where it comes from; no clock, so that equal trainings give equal bytes
public record TrainedCaptioner(
    EncoderDecoderWeights weights,
    Vocabulary words,
    int lengthMax,
    Map<String, String> provenance) {

  /// What a decoder reads before a sentence's first word.
  public static final String START = "<s>";

  /// What ends a sentence.
  public static final String END = "</s>";

  public TrainedCaptioner {
    EncoderDecoderSpec spec = weights.model().spec();
    ProgramBuilder.require(
        spec.source() instanceof Source.Vectors
            && spec.targetSymbols() == words.size()
            && spec.startSymbol() == words.number(START)
            && spec.endSymbol() == words.number(END),
        words.size() + " words for a network of " + spec);
    ProgramBuilder.require(
        lengthMax >= 1, "sentences of " + lengthMax + " words, expected at least 1");
    provenance = Map.copyOf(provenance);
  }

  /// The same with other words on where it comes from.
  public TrainedCaptioner withProvenance(Map<String, String> other) {
    return new TrainedCaptioner(weights, words, lengthMax, other);
  }

  /// One that writes captions. Weights are shared, everything else is made once.
  ///
  /// @param beams sentences that are followed side by side; with 1 the likeliest word is taken at
  ///   every step
  public Captioner reader(int beams, Kernels kernels) {
    return new Captioner(this, beams, kernels);
  }

  /// Numbers of a vector.
  public int features() {
    return weights.model().spec().source().width();
  }

  /// Vectors that are read at most.
  public int cellsMax() {
    return weights.model().spec().maxSourceLength();
  }

  /// The numbers of a sentence's first words. What looks like a start or an end is unknown.
  int[] encode(String caption) {
    EncoderDecoderSpec spec = weights.model().spec();
    List<Token> tokens = Tokenizer.whitespace().tokenize(caption);
    int[] numbers = words.numbers(tokens.subList(0, Math.min(lengthMax, tokens.size())));
    return Arrays.stream(numbers)
        .map(number -> number == spec.startSymbol() || number == spec.endSymbol() ? 0 : number)
        .toArray();
  }
}
