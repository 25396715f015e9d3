package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.sequence.Translation.AlignedWord;
import io.eddy.model.sequence.Translation.Share;
import io.eddy.model.text.BytePairEncoding;
import io.eddy.model.text.Token;
import io.eddy.model.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/// Translates texts by a [TrainedTranslator], one after the other. One thread at a time.
public final class TextTranslator {

  /// What a piece of a translation is taken to be worth that the translator does not know, besides
  /// what it gives to all such pieces: so that to know fewer pieces is never better.
  private static final double UNKNOWN_PROBABILITY = 1e-6;

  private static final int UNKNOWN = 0;

  private final TrainedTranslator model;
  private final Transducer transducer;

  TextTranslator(TrainedTranslator model, int beams, Kernels kernels) {
    this.model = model;
    transducer = model.weights().transducer(beams, kernels);
  }

  /// The translation of a text. One without words has an empty translation. Where the network
  /// writes a piece that it does not know, such as a rare name, the piece of the original that it
  /// looked at most is put (Luong et al. 2015, "Addressing the rare word problem").
  ///
  /// @param text any
  public Translation translate(String text) {
    List<Token> pieces = model.pieces(text);
    if (pieces.isEmpty()) {
      return new Translation("", 0, List.of(), false);
    }
    SourceSequence source = model.encode(pieces);
    Hypothesis answer = answer(source);
    float[][] attention =
        transducer.attention(
            source, answer.symbols().stream().mapToInt(Integer::intValue).toArray());
    return new Layout(text, pieces.subList(0, source.length()), answer, attention)
        .translation(source.length() < pieces.size());
  }

  /// The translation alone.
  public String text(String text) {
    return translate(text).text();
  }

  /// How unexpected the translation of a pair is, in nats.
  public double surprise(TextPair pair) {
    int[] target = model.encodeTarget(pair.target());
    double[] logProbabilities =
        transducer.logProbabilities(model.encode(model.pieces(pair.source())), target);
    double surprise = 0;
    for (int i = 0; i < logProbabilities.length; i++) {
      surprise -= logProbabilities[i];
      surprise -=
          i < target.length && target[i] == UNKNOWN ? StrictMath.log(UNKNOWN_PROBABILITY) : 0;
    }
    return surprise;
  }

  private Hypothesis answer(SourceSequence source) {
    return transducer.search(source, model.limit(source), model.lengthPenalty()).getFirst();
  }

  /// Puts the pieces of an answer together, and the attention of each with those of its word.
  private final class Layout {
    private final List<Token> words; // of the original, as far as it was read
    private final int[] wordOf; // each piece of the original
    private final List<Token> pieces;
    private final Hypothesis answer;
    private final float[][] attention; // (answer + 1, pieces)
    private final StringBuilder text = new StringBuilder();
    private final List<AlignedWord> aligned = new ArrayList<>();

    Layout(String original, List<Token> pieces, Hypothesis answer, float[][] attention) {
      this.pieces = pieces;
      this.answer = answer;
      this.attention = attention;
      words = new ArrayList<>();
      wordOf = new int[pieces.size()];
      int read = pieces.getLast().end();
      for (Token word : Tokenizer.whitespace().tokenize(original)) {
        if (word.start() < read) {
          words.add(new Token(word.text(), word.start(), Math.min(word.end(), read)));
        }
      }
      for (int piece = 0, word = 0; piece < wordOf.length; piece++) {
        while (pieces.get(piece).start() >= words.get(word).end()) {
          word++;
        }
        wordOf[piece] = word;
      }
    }

    Translation translation(boolean truncated) {
      List<String> ofWord = new ArrayList<>();
      int from = 0;
      List<Integer> symbols = answer.symbols();
      for (int i = 0; i < symbols.size(); i++) {
        String piece = model.target().token(symbols.get(i));
        ofWord.add(symbols.get(i) == UNKNOWN ? lookedAtMost(attention[i]) : piece);
        boolean goesOn = model.encoding().isPresent() && BytePairEncoding.isContinued(piece);
        if (!goesOn || i + 1 == symbols.size()) {
          add(ofWord, from, i + 1);
          ofWord.clear();
          from = i + 1;
        }
      }
      return new Translation(text.toString(), answer.logProbability(), aligned, truncated);
    }

    private String lookedAtMost(float[] row) {
      int most = 0;
      for (int i = 1; i < row.length; i++) {
        most = row[i] > row[most] ? i : most;
      }
      String piece = pieces.get(most).text();
      return model.encoding().isPresent() ? BytePairEncoding.join(List.of(piece)) : piece;
    }

    /// Adds a word.
    ///
    /// @param from its first piece
    /// @param to behind its last
    private void add(List<String> ofWord, int from, int to) {
      if (!text.isEmpty()) {
        text.append(' ');
      }
      int start = text.length();
      text.append(model.encoding().isPresent() ? BytePairEncoding.join(ofWord) : ofWord.getFirst());
      double[] weights = new double[words.size()];
      for (int i = from; i < to; i++) {
        for (int piece = 0; piece < wordOf.length; piece++) {
          weights[wordOf[piece]] += (double) attention[i][piece] / (to - from);
        }
      }
      List<Share> shares = new ArrayList<>();
      for (int word = 0; word < weights.length; word++) {
        Token of = words.get(word);
        shares.add(new Share(of.start(), of.end(), weights[word]));
      }
      aligned.add(new AlignedWord(start, text.length(), shares));
    }
  }
}
