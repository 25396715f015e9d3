package io.eddy.processors.text;

import io.eddy.processors.observation.Origin;
import io.eddy.processors.token.Utf8Symbols;
import io.eddy.schemas.avro.MessageScore;
import io.eddy.schemas.avro.Peak;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// From the bits of a message's symbols to its answer.
final class Scoring {
  private static final int PEAKS_MAX = 5;

  /// Fewer messages say nothing of what is rare.
  private static final int MESSAGES_MIN = 30;

  private final TextState state;
  private final String text;
  private final byte[] message;
  private final double anomalyChance;

  private Scoring(TextState state, String text, byte[] message, double anomalyChance) {
    this.state = state;
    this.text = text;
    this.message = message;
    this.anomalyChance = anomalyChance;
  }

  /// @param state of the key, whose usual surprise judges the message
  /// @param text whole
  /// @param message bytes of it that are read
  static Scoring of(TextState state, String text, byte[] message, double anomalyChance) {
    return new Scoring(state, text, message, anomalyChance);
  }

  /// The answer. The state learns how surprising the message was.
  ///
  /// @param bits of each byte and the end, none without a model
  MessageScore score(double[] bits, long timeMillis, boolean redelivered, Origin origin) {
    int characters = 0;
    for (byte b : message) {
      characters += Utf8Symbols.isInside(b) ? 0 : 1;
    }
    MessageScore.Builder score =
        MessageScore.newBuilder()
            .setEventTime(Instant.ofEpochMilli(timeMillis))
            .setCharacters(characters)
            .setTruncated(characters < text.codePointCount(0, text.length()))
            .setModelVersion(state.version())
            .setDecision(state.decision())
            .setMessages(state.messages())
            .setRedelivered(redelivered)
            .setInputPartition(origin.partition())
            .setInputOffset(origin.offset());
    if (bits.length > 0) {
      double sum = 0;
      for (double one : bits) {
        sum += one;
      }
      double surprise = sum / (characters + 1);
      float rank = (float) StrictMath.log(Math.max(surprise, 1e-6));
      var usual = state.surprises();
      boolean known = usual.count() > 0;
      double scored = usual.count();
      score.setExpectedSurprise(known ? StrictMath.exp(usual.mean()) : null);
      usual.observe(rank);
      score
          .setSurprise(surprise)
          .setAnomalyChance(known ? usual.upper() : null)
          .setIsAnomaly(scored >= MESSAGES_MIN && usual.upper() <= anomalyChance)
          .setPeaks(peaks(bits));
    }
    return score.build();
  }

  /// Pieces between blanks with the sums of their bits, the largest first.
  private List<Peak> peaks(double[] bits) {
    List<Peak> pieces = new ArrayList<>();
    int at = 0; // in the text
    int start = -1;
    double sum = 0;
    for (int i = 0; i <= message.length; ) {
      boolean end = i == message.length;
      int codePoint = end ? ' ' : text.codePointAt(at);
      if (end || Character.isWhitespace(codePoint)) {
        if (start >= 0) {
          pieces.add(new Peak(start, at, sum));
        }
        start = -1;
        sum = 0;
        if (end) {
          break;
        }
      } else {
        start = start < 0 ? at : start;
      }
      do {
        sum += start < 0 ? 0 : bits[i];
        i++;
      } while (i < message.length && Utf8Symbols.isInside(message[i]));
      at += Character.charCount(codePoint);
    }
    pieces.sort(Comparator.comparingDouble(Peak::getBits).reversed());
    return List.copyOf(pieces.subList(0, Math.min(PEAKS_MAX, pieces.size())));
  }
}
