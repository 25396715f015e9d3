package io.eddy.processors.text;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.text.RecordReader.UnusableException;
import io.eddy.schemas.avro.Reason;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Finds the vectors among the fields of a JSON object or an Avro record: an array of vectors, each
/// an array of numbers, or one array that holds the numbers of all vectors one after the other; and
/// the sentence that somebody wrote about them.
final class VectorFields {
  private final String[] vectorsPath;
  private final String[] captionPath;
  private final int features;
  private final int cellsMax;

  VectorFields(ProcessorsConfig config) {
    vectorsPath = RecordReader.names(config.valueField());
    captionPath = RecordReader.names(config.captionField());
    features = config.captionFeatures();
    cellsMax = config.captionCellsMax();
  }

  /// @throws UnusableException if there are none, or none of the configured shape
  VectorContent read(RecordFields fields) {
    Object found = RecordReader.value(fields, vectorsPath);
    if (!(found instanceof Collection<?> elements)) {
      throw RecordReader.wrongType(
          vectorsPath, found, "an array of vectors, each an array of numbers");
    }
    float[][] vectors =
        !elements.isEmpty() && elements.iterator().next() instanceof Number
            ? cut(elements)
            : rows(elements);
    return new VectorContent(vectors, RecordReader.addedText(fields, captionPath));
  }

  private float[][] rows(Collection<?> elements) {
    requireCells(elements.size());
    List<float[]> rows = new ArrayList<>(elements.size());
    for (Object element : elements) {
      if (!(element instanceof Collection<?> numbers)) {
        throw unusable(
            "vector " + rows.size() + " is " + RecordFields.nameOf(element), "an array of numbers");
      }
      if (numbers.size() != features) {
        throw unusable(
            "vector " + rows.size() + " has " + numbers.size() + " numbers",
            features + ", see " + ProcessorsConfig.CAPTION_FEATURES);
      }
      rows.add(numbers(numbers, rows.size()));
    }
    return rows.toArray(float[][]::new);
  }

  /// The numbers of all vectors, one after the other.
  private float[][] cut(Collection<?> elements) {
    if (elements.size() % features != 0) {
      throw unusable(
          "there are " + elements.size() + " numbers",
          features + " for each vector, see " + ProcessorsConfig.CAPTION_FEATURES);
    }
    requireCells(elements.size() / features);
    List<Object> all = new ArrayList<>(elements);
    float[][] rows = new float[all.size() / features][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = numbers(all.subList(row * features, (row + 1) * features), row);
    }
    return rows;
  }

  private void requireCells(int count) {
    if (count < 1 || count > cellsMax) {
      throw unusable(
          "there are " + count + " vectors",
          "1 to " + cellsMax + ", see " + ProcessorsConfig.CAPTION_CELLS_MAX);
    }
  }

  private float[] numbers(Collection<?> elements, int vector) {
    float[] numbers = new float[elements.size()];
    int i = 0;
    for (Object element : elements) {
      if (!(element instanceof Number number)) {
        throw unusable(
            "number " + i + " of vector " + vector + " is " + RecordFields.nameOf(element),
            "a number");
      }
      numbers[i] = number.floatValue();
      if (!Float.isFinite(numbers[i])) {
        throw new UnusableException(
            Reason.NOT_FINITE,
            String.join(".", vectorsPath)
                + ": number "
                + i
                + " of vector "
                + vector
                + " is "
                + number
                + ", expected a finite number of at most 3.4e38");
      }
      i++;
    }
    return numbers;
  }

  private UnusableException unusable(String is, String expected) {
    return new UnusableException(
        Reason.WRONG_TYPE, String.join(".", vectorsPath) + ": " + is + ", expected " + expected);
  }
}
