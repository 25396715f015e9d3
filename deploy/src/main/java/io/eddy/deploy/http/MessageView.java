package io.eddy.deploy.http;

import io.eddy.schemas.avro.Completion;
import io.eddy.schemas.avro.MessageCaption;
import io.eddy.schemas.avro.MessageLabel;
import io.eddy.schemas.avro.MessageScore;
import io.eddy.schemas.avro.MessageTags;
import io.eddy.schemas.avro.MessageTranslation;
import io.eddy.schemas.avro.Peak;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/// A message and its answer for JSON, with the names of its record in the topic where it has one.
///
/// @param eventTime epoch milliseconds
/// @param text null where it could not be read (any more), or there is none
/// @param characters that were read, 0 where the job does not count them
/// @param surprise bits a character, of jobs that say how unexpected a message is
/// @param said label, translation, caption or completion
/// @param known what the message came with that `said` should be
/// @param probability of what is said, of its logarithm where it is a whole sentence
/// @param marks pieces of the text of which the job says something
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
    @Nullable String said,
    @Nullable String known,
    @Nullable Double probability,
    List<Mark> marks,
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

  /// A piece of the text; places are UTF-16 code units of it.
  ///
  /// @param name what it is, such as a tag; null for nothing in particular
  /// @param weight its share of what the network looked at, 1 where there is no such thing
  record Mark(int start, int end, @Nullable String name, double weight) {}

  /// Where an answer's message stands in the input.
  record Place(int partition, long offset) {
    /// Of an answer; nothing for records that are none.
    static Optional<Place> of(@Nullable SpecificRecord answer) {
      return Optional.ofNullable(
          switch (answer) {
            case MessageScore score -> new Place(score.getInputPartition(), score.getInputOffset());
            case MessageLabel label -> new Place(label.getInputPartition(), label.getInputOffset());
            case MessageTags tags -> new Place(tags.getInputPartition(), tags.getInputOffset());
            case MessageTranslation translation ->
                new Place(translation.getInputPartition(), translation.getInputOffset());
            case MessageCaption caption ->
                new Place(caption.getInputPartition(), caption.getInputOffset());
            case null, default -> null;
          });
    }
  }

  /// @param answer one of those that have a [Place]
  static MessageView of(String key, SpecificRecord answer, Optional<String> text) {
    return switch (answer) {
      case MessageScore score -> of(key, score, text);
      case MessageLabel label ->
          said(
              key,
              label.getEventTime().toEpochMilli(),
              text,
              label.getTruncated(),
              label.getLabel(),
              label.getKnownLabel(),
              label.getProbability(),
              label.getWeights().stream()
                  .map(of -> new Mark(of.getStart(), of.getEnd(), null, of.getWeight()))
                  .toList(),
              label.getModelVersion(),
              label.getDecision(),
              label.getMessages(),
              label.getInputPartition(),
              label.getInputOffset());
      case MessageTags tags ->
          said(
              key,
              tags.getEventTime().toEpochMilli(),
              text,
              tags.getTruncated(),
              tags.getLabel(),
              tags.getKnownLabel(),
              null,
              marks(tags),
              tags.getModelVersion(),
              tags.getDecision(),
              tags.getMessages(),
              tags.getInputPartition(),
              tags.getInputOffset());
      case MessageTranslation translation ->
          said(
              key,
              translation.getEventTime().toEpochMilli(),
              text,
              translation.getTruncated(),
              translation.getTranslation(),
              translation.getKnownTranslation(),
              translation.getLogProbability(),
              List.of(),
              translation.getModelVersion(),
              translation.getDecision(),
              translation.getMessages(),
              translation.getInputPartition(),
              translation.getInputOffset());
      case MessageCaption caption ->
          said(
              key,
              caption.getEventTime().toEpochMilli(),
              text,
              false,
              caption.getCaption(),
              caption.getKnownCaption(),
              caption.getLogProbability(),
              List.of(),
              caption.getModelVersion(),
              caption.getDecision(),
              caption.getMessages(),
              caption.getInputPartition(),
              caption.getInputOffset());
      default -> throw new IllegalArgumentException(answer.getSchema() + " is no answer");
    };
  }

  private static MessageView of(String key, MessageScore score, Optional<String> text) {
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
        score.getCompletions().stream().map(Completion::getText).findFirst().orElse(null),
        null,
        score.getCompletions().stream().map(Completion::getLogProbability).findFirst().orElse(null),
        List.of(),
        score.getModelVersion(),
        score.getDecision(),
        score.getMessages(),
        score.getInputPartition(),
        score.getInputOffset());
  }

  private static MessageView said(
      String key,
      long eventTime,
      Optional<String> text,
      boolean truncated,
      @Nullable String said,
      @Nullable String known,
      @Nullable Double probability,
      List<Mark> marks,
      int modelVersion,
      long decision,
      long messages,
      int inputPartition,
      long inputOffset) {
    return new MessageView(
        key,
        eventTime,
        text.orElse(null),
        0,
        truncated,
        null,
        null,
        false,
        null,
        List.of(),
        said,
        known,
        probability,
        marks,
        modelVersion,
        decision,
        messages,
        inputPartition,
        inputOffset);
  }

  /// Spans where there are any, else the tags of all words.
  private static List<Mark> marks(MessageTags tags) {
    return tags.getSpans().isEmpty()
        ? tags.getTags().stream()
            .filter(tag -> !tag.getTag().equals("O"))
            .map(tag -> new Mark(tag.getStart(), tag.getEnd(), tag.getTag(), 1))
            .toList()
        : tags.getSpans().stream()
            .map(span -> new Mark(span.getStart(), span.getEnd(), span.getKind(), 1))
            .toList();
  }
}
