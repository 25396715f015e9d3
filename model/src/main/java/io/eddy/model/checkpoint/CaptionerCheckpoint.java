package io.eddy.model.checkpoint;

import io.eddy.model.attention.Attention;
import io.eddy.model.sequence.EncoderDecoderSpec.Source;
import io.eddy.model.sequence.TrainedCaptioner;
import io.eddy.model.text.Vocabulary;
import java.util.Map;

/// A network that writes sentences about vectors as a safetensors file: weights under PyTorch's
/// names in PyTorch's layout; shape, words and provenance in the metadata. Equal models give equal
/// bytes.
public final class CaptionerCheckpoint {

  /// The kind of network.
  static final String CAPTIONER = "captioner";

  private static final String FEATURES = "eddy.features";
  private static final String WORDS = "eddy.words";
  private static final String LENGTH_MAX = "eddy.length.max";

  private CaptionerCheckpoint() {}

  /// The file's bytes.
  public static byte[] write(TrainedCaptioner model) {
    Map<String, String> metadata = Metadata.of(CAPTIONER, model.provenance());
    EncoderDecoderMetadata.put(metadata, model.weights().model().spec());
    metadata.put(FEATURES, Integer.toString(model.features()));
    metadata.put(WORDS, Metadata.lines(model.words().tokens()));
    metadata.put(LENGTH_MAX, Integer.toString(model.lengthMax()));
    return new Safetensors(metadata, EncoderDecoderMetadata.tensors(model.weights())).toBytes();
  }

  /// Reads a file's bytes.
  ///
  /// @throws CheckpointException if they are no checkpoint of a captioner, or of a newer format
  public static TrainedCaptioner read(byte[] bytes) {
    Safetensors file = Safetensors.fromBytes(bytes);
    Map<String, String> metadata = Metadata.require(file, CAPTIONER);
    try {
      Vocabulary words = Vocabulary.of(Metadata.texts(metadata, WORDS));
      return new TrainedCaptioner(
          EncoderDecoderMetadata.weights(
              file,
              EncoderDecoderMetadata.spec(
                  metadata,
                  new Source.Vectors(Metadata.whole(metadata, FEATURES)),
                  Attention.Score.ADDITIVE,
                  words,
                  TrainedCaptioner.START,
                  TrainedCaptioner.END)),
          words,
          Metadata.whole(metadata, LENGTH_MAX),
          Metadata.provenance(file));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("the checkpoint's metadata: " + e.getMessage(), e);
    }
  }
}
