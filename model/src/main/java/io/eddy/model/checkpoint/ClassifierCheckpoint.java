package io.eddy.model.checkpoint;

import io.eddy.model.cell.CellType;
import io.eddy.model.sequence.SequenceClassifier;
import io.eddy.model.sequence.SequenceClassifierSpec;
import io.eddy.model.sequence.TrainedClassifier;
import io.eddy.model.text.Vocabulary;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A classifier of texts as a safetensors file: weights under PyTorch's names in PyTorch's layout;
/// shape, words, pairs, labels and provenance in the metadata. Equal models give equal bytes.
public final class ClassifierCheckpoint {

  /// The kind of network.
  static final String CLASSIFIER = "classifier";

  private static final String WORDS = "eddy.words";
  private static final String PAIRS = "eddy.pairs";
  private static final String LABELS = "eddy.labels";
  private static final String EMBEDDING_SIZE = "eddy.embedding.size";
  private static final String CELL = "eddy.cell";
  private static final String HIDDEN_SIZE = "eddy.hidden.size";
  private static final String DROPOUT = "eddy.dropout";
  private static final String LENGTH_MAX = "eddy.length.max";

  private ClassifierCheckpoint() {}

  /// The file's bytes.
  public static byte[] write(TrainedClassifier model) {
    SequenceClassifierSpec spec = model.network().spec();
    Map<String, String> metadata = Metadata.of(CLASSIFIER, model.provenance());
    metadata.put(WORDS, Metadata.lines(model.words().tokens()));
    metadata.put(PAIRS, Metadata.lines(model.pairs().tokens()));
    metadata.put(LABELS, Metadata.lines(model.labels()));
    metadata.put(EMBEDDING_SIZE, Integer.toString(spec.embeddingSize()));
    metadata.put(CELL, spec.cell().name());
    metadata.put(HIDDEN_SIZE, Integer.toString(spec.hiddenSize()));
    metadata.put(DROPOUT, Float.toString(spec.dropout()));
    metadata.put(LENGTH_MAX, Integer.toString(spec.maxLength()));
    return new Safetensors(metadata, ParameterTensors.toTensors(model.parameters())).toBytes();
  }

  /// Reads a file's bytes.
  ///
  /// @throws CheckpointException if they are no checkpoint of a classifier, or of a newer format
  public static TrainedClassifier read(byte[] bytes) {
    Safetensors file = Safetensors.fromBytes(bytes);
    Map<String, String> metadata = Metadata.require(file, CLASSIFIER);
    try {
      Vocabulary words = Vocabulary.of(Metadata.texts(metadata, WORDS));
      Vocabulary pairs = Vocabulary.of(Metadata.texts(metadata, PAIRS));
      List<String> labels = Metadata.texts(metadata, LABELS);
      var network =
          new SequenceClassifier(
              new SequenceClassifierSpec(
                  words.size(),
                  pairs.size(),
                  labels.size(),
                  Metadata.whole(metadata, EMBEDDING_SIZE),
                  CellType.valueOf(Metadata.text(metadata, CELL)),
                  Metadata.whole(metadata, HIDDEN_SIZE),
                  Metadata.real(metadata, DROPOUT),
                  Metadata.whole(metadata, LENGTH_MAX)));
      return new TrainedClassifier(
          network,
          words,
          pairs,
          labels,
          ParameterTensors.read(file, network.parameters(), Set.of()),
          Metadata.provenance(file));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("the checkpoint's metadata: " + e.getMessage(), e);
    }
  }
}
