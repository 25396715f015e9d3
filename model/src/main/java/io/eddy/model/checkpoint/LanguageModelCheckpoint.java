package io.eddy.model.checkpoint;

import io.eddy.model.cell.CellType;
import io.eddy.model.sequence.LanguageModel;
import io.eddy.model.sequence.LanguageModelSpec;
import io.eddy.model.sequence.TrainedLanguageModel;
import java.util.Map;
import java.util.Set;

/// A language model as a safetensors file: weights under PyTorch's names in PyTorch's layout, shape
/// and provenance in the metadata. Equal models give equal bytes.
public final class LanguageModelCheckpoint {

  /// The kind of network.
  static final String LANGUAGE_MODEL = "language-model";

  private static final String SYMBOLS = "eddy.symbols";
  private static final String EMBEDDING_SIZE = "eddy.embedding.size";
  private static final String CELL = "eddy.cell";
  private static final String HIDDEN_SIZE = "eddy.hidden.size";
  private static final String LAYERS = "eddy.layers";
  private static final String DROPOUT = "eddy.dropout";

  private LanguageModelCheckpoint() {}

  /// The file's bytes.
  public static byte[] write(TrainedLanguageModel model) {
    LanguageModelSpec spec = model.network().spec();
    Map<String, String> metadata = Metadata.of(LANGUAGE_MODEL, model.provenance());
    metadata.put(SYMBOLS, Integer.toString(spec.symbols()));
    metadata.put(EMBEDDING_SIZE, Integer.toString(spec.embeddingSize()));
    metadata.put(CELL, spec.cell().name());
    metadata.put(HIDDEN_SIZE, Integer.toString(spec.hiddenSize()));
    metadata.put(LAYERS, Integer.toString(spec.layerCount()));
    metadata.put(DROPOUT, Float.toString(spec.dropout()));
    return new Safetensors(metadata, ParameterTensors.toTensors(model.parameters())).toBytes();
  }

  /// Reads a file's bytes.
  ///
  /// @throws CheckpointException if they are no checkpoint of a language model, or of a newer
  ///   format
  public static TrainedLanguageModel read(byte[] bytes) {
    Safetensors file = Safetensors.fromBytes(bytes);
    Map<String, String> metadata = Metadata.require(file, LANGUAGE_MODEL);
    LanguageModel network;
    try {
      network =
          new LanguageModel(
              new LanguageModelSpec(
                  Metadata.whole(metadata, SYMBOLS),
                  Metadata.whole(metadata, EMBEDDING_SIZE),
                  CellType.valueOf(Metadata.text(metadata, CELL)),
                  Metadata.whole(metadata, HIDDEN_SIZE),
                  Metadata.whole(metadata, LAYERS),
                  Metadata.real(metadata, DROPOUT)));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("the checkpoint's metadata: " + e.getMessage(), e);
    }
    return new TrainedLanguageModel(
        network,
        ParameterTensors.read(file, network.parameters(), Set.of()),
        Metadata.provenance(file));
  }
}
