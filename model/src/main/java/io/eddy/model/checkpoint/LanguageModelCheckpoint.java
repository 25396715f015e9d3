package io.eddy.model.checkpoint;

import io.eddy.model.cell.CellType;
import io.eddy.model.sequence.LanguageModel;
import io.eddy.model.sequence.LanguageModelSpec;
import io.eddy.model.sequence.TrainedLanguageModel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// A language model as a safetensors file: weights under PyTorch's names in PyTorch's layout, shape
/// and provenance in the metadata. Equal models give equal bytes.
public final class LanguageModelCheckpoint {

  private static final String NETWORK = "eddy.network";
  private static final String LANGUAGE_MODEL = "language-model";
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
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(NETWORK, LANGUAGE_MODEL);
    metadata.put(SYMBOLS, Integer.toString(spec.symbols()));
    metadata.put(EMBEDDING_SIZE, Integer.toString(spec.embeddingSize()));
    metadata.put(CELL, spec.cell().name());
    metadata.put(HIDDEN_SIZE, Integer.toString(spec.hiddenSize()));
    metadata.put(LAYERS, Integer.toString(spec.layerCount()));
    metadata.put(DROPOUT, Float.toString(spec.dropout()));
    Metadata.add(metadata, model.provenance());
    return new Safetensors(metadata, ParameterTensors.toTensors(model.parameters())).toBytes();
  }

  /// Reads a file's bytes.
  ///
  /// @throws CheckpointException if they are no checkpoint of a language model, or of a newer
  ///   format
  public static TrainedLanguageModel read(byte[] bytes) {
    Safetensors file = Safetensors.fromBytes(bytes);
    Metadata.requireFormat(file);
    Map<String, String> metadata = file.metadata();
    if (!LANGUAGE_MODEL.equals(metadata.get(NETWORK))) {
      throw new CheckpointException(
          "the checkpoint's "
              + NETWORK
              + " is "
              + metadata.get(NETWORK)
              + ", expected "
              + LANGUAGE_MODEL);
    }
    LanguageModel network;
    try {
      network =
          new LanguageModel(
              new LanguageModelSpec(
                  whole(metadata, SYMBOLS),
                  whole(metadata, EMBEDDING_SIZE),
                  CellType.valueOf(text(metadata, CELL)),
                  whole(metadata, HIDDEN_SIZE),
                  whole(metadata, LAYERS),
                  Float.parseFloat(text(metadata, DROPOUT))));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("the checkpoint's metadata: " + e.getMessage(), e);
    }
    return new TrainedLanguageModel(
        network,
        ParameterTensors.read(file, network.parameters(), Set.of()),
        Metadata.provenance(file));
  }

  private static int whole(Map<String, String> metadata, String key) {
    return Integer.parseInt(text(metadata, key));
  }

  private static String text(Map<String, String> metadata, String key) {
    String value = metadata.get(key);
    if (value == null) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return value;
  }
}
