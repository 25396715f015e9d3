package io.eddy.model.sequence;

import io.eddy.model.program.ProgramBuilder;

/// Vectors, such as those of a grid's cells, and the sentence that tells of them: something to
/// learn from.
///
/// @param vectors (cells, features), not copied
/// @param caption words with blanks between
@SuppressWarnings("ArrayRecordComponent") // nobody compares examples
public record CaptionedVectors(float[][] vectors, String caption) {

  public CaptionedVectors {
    ProgramBuilder.require(vectors.length >= 1, "no vectors, expected at least 1");
  }
}
