package io.eddy.model.checkpoint;

import io.eddy.model.attention.Attention;
import io.eddy.model.cell.Cell;
import io.eddy.model.cell.CellType;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.sequence.EncoderDecoder;
import io.eddy.model.sequence.EncoderDecoderSpec;
import io.eddy.model.sequence.EncoderDecoderSpec.Reading;
import io.eddy.model.sequence.EncoderDecoderSpec.Source;
import io.eddy.model.sequence.EncoderDecoderWeights;
import io.eddy.model.text.Vocabulary;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What all checkpoints of an encoder and a decoder hold: sizes in the metadata, the weights of
/// both.
final class EncoderDecoderMetadata {

  private static final String SOURCE_LENGTH_MAX = "eddy.source.length.max";
  private static final String EMBEDDING_SIZE = "eddy.embedding.size";
  private static final String CELL = "eddy.cell";
  private static final String HIDDEN_SIZE = "eddy.hidden.size";
  private static final String LAYERS = "eddy.layers";
  private static final String DROPOUT = "eddy.dropout";
  private static final String LABEL_SMOOTHING = "eddy.label.smoothing";

  private EncoderDecoderMetadata() {}

  static void put(Map<String, String> metadata, EncoderDecoderSpec spec) {
    metadata.put(SOURCE_LENGTH_MAX, Integer.toString(spec.maxSourceLength()));
    metadata.put(EMBEDDING_SIZE, Integer.toString(spec.embeddingSize()));
    metadata.put(CELL, type(spec.cell()).name());
    metadata.put(HIDDEN_SIZE, Integer.toString(spec.hiddenSize()));
    metadata.put(LAYERS, Integer.toString(spec.layerCount()));
    metadata.put(DROPOUT, Float.toString(spec.dropout()));
    metadata.put(LABEL_SMOOTHING, Float.toString(spec.labelSmoothing()));
  }

  private static CellType type(Cell cell) {
    return Arrays.stream(CellType.values())
        .filter(type -> type.cell().equals(cell))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    cell
                        + " has no name in a checkpoint, expected one of "
                        + Arrays.toString(CellType.values())));
  }

  /// The shape that [#put] wrote.
  ///
  /// @param target symbols of answers
  /// @param start of an answer
  /// @param end of an answer
  static EncoderDecoderSpec spec(
      Map<String, String> metadata,
      Source source,
      Attention.Score score,
      Vocabulary target,
      String start,
      String end) {
    return new EncoderDecoderSpec(
        source,
        Metadata.whole(metadata, SOURCE_LENGTH_MAX),
        target.size(),
        target.number(start),
        target.number(end),
        Metadata.whole(metadata, EMBEDDING_SIZE),
        CellType.valueOf(Metadata.text(metadata, CELL)).cell(),
        Metadata.whole(metadata, HIDDEN_SIZE),
        Metadata.whole(metadata, LAYERS),
        Reading.BEFORE_CELL,
        score,
        Metadata.real(metadata, DROPOUT),
        Metadata.real(metadata, LABEL_SMOOTHING));
  }

  static Map<String, Safetensors.Tensor> tensors(EncoderDecoderWeights weights) {
    Map<String, Safetensors.Tensor> tensors =
        new HashMap<>(ParameterTensors.toTensors(weights.encoder()));
    tensors.putAll(ParameterTensors.toTensors(weights.decoder()));
    return tensors;
  }

  static EncoderDecoderWeights weights(Safetensors file, EncoderDecoderSpec spec) {
    var model = new EncoderDecoder(spec);
    return new EncoderDecoderWeights(
        model,
        ParameterTensors.read(file, model.encoderParameters(), names(model.decoderParameters())),
        ParameterTensors.read(file, model.decoderParameters(), names(model.encoderParameters())));
  }

  private static Set<String> names(List<ParameterSpec> parameters) {
    return parameters.stream().map(ParameterSpec::name).collect(Collectors.toSet());
  }
}
