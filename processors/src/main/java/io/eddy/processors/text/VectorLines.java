package io.eddy.processors.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.model.sequence.CaptionedVectors;
import io.eddy.processors.config.ProcessorsConfig;

/// Lines of JSON as the stream reads records with vectors, for trainings on files. Not thread-safe.
public final class VectorLines {
  private final ObjectMapper json = new ObjectMapper();
  private final VectorFields vectors;

  /// Lines with the fields and of the shape that a configuration says.
  public VectorLines(ProcessorsConfig config) {
    vectors = new VectorFields(config);
  }

  /// The vectors of a line; the sentence is empty where there is none.
  ///
  /// @throws IllegalArgumentException with what is wrong and what was expected
  public CaptionedVectors read(String line) {
    try {
      VectorContent content = vectors.read(new RecordFields.OfJson(json.readTree(line)));
      String caption = content.caption();
      return new CaptionedVectors(content.vectors(), caption == null ? "" : caption);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it is no JSON: " + e.getOriginalMessage(), e);
    } catch (RecordReader.UnusableException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
