package io.eddy.model.checkpoint;

import io.eddy.model.cell.CellType;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.sequence.SequenceTagger;
import io.eddy.model.sequence.SequenceTaggerSpec;
import io.eddy.model.sequence.TrainedTagger;
import io.eddy.model.text.Vocabulary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// A tagger of texts as a safetensors file: weights under PyTorch's names in PyTorch's layout;
/// shape, words, characters, tags, labels and provenance in the metadata. Equal models give equal
/// bytes.
public final class TaggerCheckpoint {

  /// The kind of network.
  static final String TAGGER = "tagger";

  private static final String WORDS = "eddy.words";
  private static final String CHARACTERS = "eddy.characters";
  private static final String TAGS = "eddy.tags";
  private static final String LABELS = "eddy.labels";
  private static final String WORD_SIZE = "eddy.word.size";
  private static final String CHARACTER_SIZE = "eddy.character.size";
  private static final String FILTERS = "eddy.filters";
  private static final String FILTER_WIDTH = "eddy.filter.width";
  private static final String CELL = "eddy.cell";
  private static final String HIDDEN_SIZE = "eddy.hidden.size";
  private static final String LAYERS = "eddy.layers";
  private static final String DROPOUT = "eddy.dropout";
  private static final String LENGTH_MAX = "eddy.length.max";
  private static final String WORD_LENGTH_MAX = "eddy.word.length.max";

  private TaggerCheckpoint() {}

  /// The file's bytes.
  public static byte[] write(TrainedTagger model) {
    SequenceTaggerSpec spec = model.network().spec();
    Map<String, String> metadata = Metadata.of(TAGGER, model.provenance());
    metadata.put(WORDS, Metadata.lines(model.network().words().tokens()));
    metadata.put(CHARACTERS, Metadata.lines(model.network().characters().tokens()));
    metadata.put(TAGS, Metadata.lines(model.tags()));
    metadata.put(LABELS, Metadata.lines(model.labels()));
    metadata.put(WORD_SIZE, Integer.toString(spec.wordSize()));
    metadata.put(CHARACTER_SIZE, Integer.toString(spec.characterSize()));
    metadata.put(FILTERS, Integer.toString(spec.filterCount()));
    metadata.put(FILTER_WIDTH, Integer.toString(spec.filterWidth()));
    metadata.put(CELL, spec.cell().name());
    metadata.put(HIDDEN_SIZE, Integer.toString(spec.hiddenSize()));
    metadata.put(LAYERS, Integer.toString(spec.layerCount()));
    metadata.put(DROPOUT, Float.toString(spec.dropout()));
    metadata.put(LENGTH_MAX, Integer.toString(spec.maxLength()));
    metadata.put(WORD_LENGTH_MAX, Integer.toString(spec.maxWordLength()));
    Map<String, Safetensors.Tensor> tensors =
        new HashMap<>(ParameterTensors.toTensors(model.spelling()));
    tensors.putAll(ParameterTensors.toTensors(model.tagging()));
    return new Safetensors(metadata, tensors).toBytes();
  }

  /// Reads a file's bytes.
  ///
  /// @throws CheckpointException if they are no checkpoint of a tagger, or of a newer format
  public static TrainedTagger read(byte[] bytes) {
    Safetensors file = Safetensors.fromBytes(bytes);
    Map<String, String> metadata = Metadata.require(file, TAGGER);
    try {
      List<String> tags = Metadata.texts(metadata, TAGS);
      List<String> labels = Metadata.texts(metadata, LABELS);
      var network =
          new SequenceTagger(
              new SequenceTaggerSpec(
                  Metadata.whole(metadata, WORD_SIZE),
                  Metadata.whole(metadata, CHARACTER_SIZE),
                  Metadata.whole(metadata, FILTERS),
                  Metadata.whole(metadata, FILTER_WIDTH),
                  CellType.valueOf(Metadata.text(metadata, CELL)),
                  Metadata.whole(metadata, HIDDEN_SIZE),
                  Metadata.whole(metadata, LAYERS),
                  Metadata.real(metadata, DROPOUT),
                  tags.size(),
                  labels.size(),
                  Metadata.whole(metadata, LENGTH_MAX),
                  Metadata.whole(metadata, WORD_LENGTH_MAX)),
              Vocabulary.of(Metadata.texts(metadata, WORDS)),
              Vocabulary.of(Metadata.texts(metadata, CHARACTERS)));
      return new TrainedTagger(
          network,
          tags,
          labels,
          ParameterTensors.read(
              file, network.spellingParameters(), names(network.taggingParameters())),
          ParameterTensors.read(
              file, network.taggingParameters(), names(network.spellingParameters())),
          Metadata.provenance(file));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("the checkpoint's metadata: " + e.getMessage(), e);
    }
  }

  private static Set<String> names(List<ParameterSpec> parameters) {
    return parameters.stream().map(ParameterSpec::name).collect(Collectors.toSet());
  }
}
