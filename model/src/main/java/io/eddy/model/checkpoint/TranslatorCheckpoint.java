package io.eddy.model.checkpoint;

import io.eddy.model.attention.Attention;
import io.eddy.model.sequence.EncoderDecoderSpec.Source;
import io.eddy.model.sequence.TrainedTranslator;
import io.eddy.model.text.BytePairEncoding;
import io.eddy.model.text.BytePairEncoding.Merge;
import io.eddy.model.text.Vocabulary;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A translator of texts as a safetensors file: weights under PyTorch's names in PyTorch's layout;
/// shape, merges, pieces of both languages and provenance in the metadata. Equal models give equal
/// bytes.
public final class TranslatorCheckpoint {

  /// The kind of network.
  static final String TRANSLATOR = "translator";

  private static final String PIECES = "eddy.pieces";
  private static final String WORDS = "words";
  private static final String SUBWORDS = "subwords";
  private static final String MERGES = "eddy.merges";
  private static final String SOURCE = "eddy.source";
  private static final String TARGET = "eddy.target";
  private static final String TARGET_LENGTH_MAX = "eddy.target.length.max";
  private static final String LENGTH_PENALTY = "eddy.length.penalty";

  private TranslatorCheckpoint() {}

  /// The file's bytes.
  public static byte[] write(TrainedTranslator model) {
    Map<String, String> metadata = Metadata.of(TRANSLATOR, model.provenance());
    EncoderDecoderMetadata.put(metadata, model.weights().model().spec());
    metadata.put(PIECES, model.encoding().isPresent() ? SUBWORDS : WORDS);
    model
        .encoding()
        .ifPresent(
            encoding ->
                metadata.put(
                    MERGES,
                    Metadata.lines(
                        encoding.merges().stream()
                            .map(merge -> merge.left() + " " + merge.right())
                            .toList())));
    metadata.put(SOURCE, Metadata.lines(model.source().tokens()));
    metadata.put(TARGET, Metadata.lines(model.target().tokens()));
    metadata.put(TARGET_LENGTH_MAX, Integer.toString(model.targetLengthMax()));
    metadata.put(LENGTH_PENALTY, Double.toString(model.lengthPenalty()));
    return new Safetensors(metadata, EncoderDecoderMetadata.tensors(model.weights())).toBytes();
  }

  /// Reads a file's bytes.
  ///
  /// @throws CheckpointException if they are no checkpoint of a translator, or of a newer format
  public static TrainedTranslator read(byte[] bytes) {
    Safetensors file = Safetensors.fromBytes(bytes);
    Map<String, String> metadata = Metadata.require(file, TRANSLATOR);
    try {
      Vocabulary source = Vocabulary.of(Metadata.texts(metadata, SOURCE));
      Vocabulary target = Vocabulary.of(Metadata.texts(metadata, TARGET));
      return new TrainedTranslator(
          EncoderDecoderMetadata.weights(
              file,
              EncoderDecoderMetadata.spec(
                  metadata,
                  new Source.Symbols(source.size(), true),
                  Attention.Score.GENERAL,
                  target,
                  TrainedTranslator.START,
                  TrainedTranslator.END)),
          encoding(metadata),
          source,
          target,
          Metadata.whole(metadata, TARGET_LENGTH_MAX),
          Double.parseDouble(Metadata.text(metadata, LENGTH_PENALTY)),
          Metadata.provenance(file));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("the checkpoint's metadata: " + e.getMessage(), e);
    }
  }

  private static Optional<BytePairEncoding> encoding(Map<String, String> metadata) {
    if (Metadata.text(metadata, PIECES).equals(WORDS)) {
      return Optional.empty();
    }
    List<Merge> merges =
        Metadata.texts(metadata, MERGES).stream().map(TranslatorCheckpoint::merge).toList();
    return Optional.of(BytePairEncoding.of(merges));
  }

  private static Merge merge(String line) {
    int blank = line.indexOf(' ');
    if (blank < BytePairEncoding.CONTINUED.length()) {
      throw new IllegalArgumentException(
          MERGES + " has \"" + line + "\", expected two pieces with a blank between");
    }
    return new Merge(line.substring(0, blank), line.substring(blank + 1));
  }
}
