package io.eddy.model.attention;

import io.eddy.model.op.Attend;
import io.eddy.model.op.AttendAdditive;
import io.eddy.model.op.Attended;
import io.eddy.model.op.Linear;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;

/// Attention with one head, as recurrent networks use it, in the ways to score a query s against an
/// entry h (Bahdanau et al. 2015; Luong et al. 2015, equation 8):
///
/// ```
/// DOT         s · h
/// SCALED_DOT  s · h / √width
/// GENERAL     h · W s                      weight (width of h, width of s)
/// ADDITIVE    v · tanh(W s + b + U h)      query.weight (A, width of s), query.bias (A),
///                                          memory.weight (A, width of h), v (A)
/// ```
///
/// @param prefix of the parameters' names, such as `attention.`
/// @param score of an entry
/// @param additiveSize A, where the score is additive; else not looked at
/// @param hard whether one entry is read instead of a mean of all, see [Attend#hard]
public record Attention(String prefix, Score score, int additiveSize, boolean hard) {

  /// How a query is compared with an entry.
  public enum Score {
    /// s · h.
    DOT,
    /// s · h / √width.
    SCALED_DOT,
    /// h · W s.
    GENERAL,
    /// v · tanh(W s + b + U h).
    ADDITIVE
  }

  public Attention {
    ProgramBuilder.require(
        score != Score.ADDITIVE || additiveSize >= 1,
        "additive attention of " + additiveSize + " units, expected at least 1");
  }

  /// Soft attention by a score without parameters, or by GENERAL.
  public static Attention of(String prefix, Score score) {
    return new Attention(prefix, score, 0, false);
  }

  /// Soft additive attention.
  public static Attention additive(String prefix, int additiveSize) {
    return new Attention(prefix, Score.ADDITIVE, additiveSize, false);
  }

  /// The same, hard.
  public Attention asHard() {
    return new Attention(prefix, score, additiveSize, true);
  }

  /// A query over the entries of a memory. What the memory alone decides is computed once per
  /// sequence.
  ///
  /// @param query of a step or of a memory
  /// @param memory entries, read and compared
  /// @return context, as wide as the memory
  public Attended over(ProgramBuilder builder, Value query, Value memory) {
    return switch (score) {
      case DOT -> dot(builder, query, memory, memory, 1);
      case SCALED_DOT -> dot(builder, query, memory, memory, scale(query));
      case GENERAL -> dot(builder, bilinear(builder, query, memory.width()), memory, memory, 1);
      case ADDITIVE ->
          additive(builder, projectQuery(builder, query), projectMemory(builder, memory), memory);
    };
  }

  /// A step's query over the last rows of a value, kept in the key's state.
  ///
  /// @param of whose past is read and compared; a delay, where this step's own row shall be none of
  ///   the entries, but not with an additive score: its keys are no delay, and would be more
  /// @param window entries at most
  /// @return context, as wide as `of`
  public Attended overPast(ProgramBuilder builder, Value query, Value of, int window) {
    Value values = builder.past(of, window);
    return switch (score) {
      case DOT -> dot(builder, query, builder.pastKeys(of, window), values, 1);
      case SCALED_DOT -> dot(builder, query, builder.pastKeys(of, window), values, scale(query));
      case GENERAL ->
          dot(
              builder,
              bilinear(builder, query, of.width()),
              builder.pastKeys(of, window),
              values,
              1);
      case ADDITIVE ->
          additive(
              builder,
              projectQuery(builder, query),
              builder.past(projectMemory(builder, of), window),
              values);
    };
  }

  private static float scale(Value query) {
    return (float) (1 / Math.sqrt(query.width()));
  }

  private Attended dot(ProgramBuilder builder, Value query, Value keys, Value values, float scale) {
    return hard
        ? Attend.hard(builder, query, keys, values, 1, scale)
        : Attend.of(builder, query, keys, values, 1, scale);
  }

  private Attended additive(ProgramBuilder builder, Value query, Value keys, Value values) {
    var v =
        ParameterSpec.vector(
            prefix + "v", additiveSize, new Initializer.Uniform(1 / Math.sqrt(additiveSize)));
    return hard
        ? AttendAdditive.hard(builder, query, keys, values, v)
        : AttendAdditive.of(builder, query, keys, values, v);
  }

  /// The bilinear form as a product with the query: once per step, and never with an entry.
  private Value bilinear(ProgramBuilder builder, Value query, int width) {
    return Linear.of(
        builder,
        query,
        ParameterSpec.matrix(prefix + "weight", width, query.width(), new Initializer.Xavier(1)));
  }

  private Value projectQuery(ProgramBuilder builder, Value query) {
    return Linear.of(
        builder,
        query,
        ParameterSpec.matrix(
            prefix + "query.weight", additiveSize, query.width(), new Initializer.Xavier(1)),
        ParameterSpec.vector(prefix + "query.bias", additiveSize, new Initializer.Zero()));
  }

  private Value projectMemory(ProgramBuilder builder, Value memory) {
    return Linear.of(
        builder,
        memory,
        ParameterSpec.matrix(
            prefix + "memory.weight", additiveSize, memory.width(), new Initializer.Xavier(1)));
  }
}
