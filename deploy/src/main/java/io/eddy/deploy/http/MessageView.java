package io.eddy.deploy.http;

import io.eddy.schemas.avro.MessageScore;
import io.eddy.schemas.avro.Peak;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A message and its answer for JSON, with the names of its record in the topic.
///
/// @param eventTime epoch milliseconds
/// @param text null where it could not be read (any more)
record MessageView(
    String key,
    long eventTime,
    @Nullable String text,
    int characters,
    boolean truncated,
    @Nullable Double surprise,
    @Nullable Double expectedSurprise,
    boolean isAnomaly,
    @Nullable Double anomalyChance,
    List<Piece> peaks,
    int modelVersion,
    long decision,
    long messages,
    int inputPartition,
    long inputOffset) {

  /// A surprising piece; places are UTF-16 code units of the text.
  record Piece(int start, int end, double bits) {
    private static Piece of(Peak peak) {
      return new Piece(peak.getStart(), peak.getEnd(), peak.getBits());
    }
  }

  static MessageView of(String key, MessageScore score, Optional<String> text) {
    return new MessageView(
        key,
        score.getEventTime().toEpochMilli(),
        text.orElse(null),
        score.getCharacters(),
        score.getTruncated(),
        score.getSurprise(),
        score.getExpectedSurprise(),
        score.getIsAnomaly(),
        score.getAnomalyChance(),
        score.getPeaks().stream().map(Piece::of).toList(),
        score.getModelVersion(),
        score.getDecision(),
        score.getMessages(),
        score.getInputPartition(),
        score.getInputOffset());
  }
}
