package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.sequence.EncoderDecoderSpec.Source;
import io.eddy.model.text.BytePairEncoding;
import io.eddy.model.text.Token;
import io.eddy.model.text.Tokenizer;
import io.eddy.model.text.Vocabulary;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A translator of texts with all that it has learned: how words are cut, the pieces of both
/// languages and their numbers, weights. Words are what stands between blanks. Immutable by
/// contract: nobody writes to its weights.
///
/// @param encoding that cuts the words of both languages into pieces; empty where words are whole
/// @param source pieces of texts
/// @param target pieces of translations, start and end among them
/// @param targetLengthMax pieces of a translation at most
/// @param lengthPenalty by which the search compares translations, see [SearchSettings]
/// @param provenance where it comes from; no clock, so that equal trainings give equal bytes
public record TrainedTranslator(
    EncoderDecoderWeights weights,
    Optional<BytePairEncoding> encoding,
    Vocabulary source,
    Vocabulary target,
    int targetLengthMax,
    double lengthPenalty,
    Map<String, String> provenance) {

  /// What a decoder reads before a translation's first piece.
  public static final String START = "<s>";

  /// What ends a translation.
  public static final String END = "</s>";

  /// Pieces that a translation may have beyond twice as many as its text.
  private static final int LENGTH_ALLOWANCE = 5;

  public TrainedTranslator {
    EncoderDecoderSpec spec = weights.model().spec();
    ProgramBuilder.require(
        spec.source() instanceof Source.Symbols(int count, boolean both)
            && count == source.size()
            && spec.targetSymbols() == target.size()
            && spec.startSymbol() == target.number(START)
            && spec.endSymbol() == target.number(END),
        source.size() + " and " + target.size() + " pieces for a network of " + spec);
    ProgramBuilder.require(
        targetLengthMax >= 1 && lengthPenalty >= 0,
        "translations of "
            + targetLengthMax
            + " pieces at a length penalty of "
            + lengthPenalty
            + ", expected at least 1 and 0");
    provenance = Map.copyOf(provenance);
  }

  /// The same with other words on where it comes from.
  public TrainedTranslator withProvenance(Map<String, String> other) {
    return new TrainedTranslator(
        weights, encoding, source, target, targetLengthMax, lengthPenalty, other);
  }

  TrainedTranslator withLengthPenalty(double other) {
    return new TrainedTranslator(
        weights, encoding, source, target, targetLengthMax, other, provenance);
  }

  /// One that translates. Weights are shared, everything else is made once.
  ///
  /// @param beams translations that are followed side by side
  public TextTranslator reader(int beams, Kernels kernels) {
    return new TextTranslator(this, beams, kernels);
  }

  /// Pieces that a training reads of a pair.
  public int pieceCount(TextPair pair) {
    return encode(pieces(pair.source())).length() + encodeTarget(pair.target()).length;
  }

  /// The pieces of a text, with their places.
  List<Token> pieces(String text) {
    Tokenizer words = Tokenizer.whitespace();
    return encoding.map(cut -> cut.tokenizer(words)).orElse(words).tokenize(text);
  }

  /// The numbers of a text's first pieces, as many as are read. A text without words is one piece
  /// that nobody knows.
  SourceSequence encode(List<Token> pieces) {
    int[] numbers = first(source.numbers(pieces), weights.model().spec().maxSourceLength());
    return SourceSequence.ofSymbols(numbers.length == 0 ? new int[1] : numbers);
  }

  /// The numbers of a translation's first pieces. What looks like a start or an end is unknown.
  int[] encodeTarget(String text) {
    EncoderDecoderSpec spec = weights.model().spec();
    int[] numbers = first(target.numbers(pieces(text)), targetLengthMax);
    for (int i = 0; i < numbers.length; i++) {
      boolean reserved = numbers[i] == spec.startSymbol() || numbers[i] == spec.endSymbol();
      numbers[i] = reserved ? 0 : numbers[i];
    }
    return numbers;
  }

  /// Pieces that the translation of a text may have.
  int limit(SourceSequence text) {
    return Math.min(targetLengthMax, 2 * text.length() + LENGTH_ALLOWANCE);
  }

  private static int[] first(int[] numbers, int length) {
    return numbers.length <= length ? numbers : Arrays.copyOf(numbers, length);
  }
}
