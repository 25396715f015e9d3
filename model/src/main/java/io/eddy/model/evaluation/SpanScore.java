package io.eddy.model.evaluation;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// How many of the spans in tagged messages were found: a span counts where its begin, its end and
/// its kind are right (Tjong Kim Sang and De Meulder 2003, `conlleval`).
///
/// Tags are `O`, `B-kind` and `I-kind`. As in `conlleval`, an `I-kind` that goes on with no span of
/// its kind begins one.
public final class SpanScore {

  private long expected;
  private long answered;
  private long right;

  /// No messages yet.
  public SpanScore() {}

  /// A span of one message.
  ///
  /// @param kind what it is, such as `person`
  /// @param start its first token
  /// @param end the one behind its last
  public record Span(String kind, int start, int end) {}

  /// The spans of a message, by its tags.
  public static Set<Span> spans(List<String> tags) {
    Set<Span> spans = new HashSet<>();
    int at = 0;
    while (at < tags.size()) {
      int start = at++;
      if (!tags.get(start).equals("O")) {
        String kind = tags.get(start).substring(2);
        while (at < tags.size() && tags.get(at).equals("I-" + kind)) {
          at++;
        }
        spans.add(new Span(kind, start, at));
      }
    }
    return spans;
  }

  /// Counts a message.
  ///
  /// @param tags the right ones
  /// @param answer as many
  public void add(List<String> tags, List<String> answer) {
    if (tags.size() != answer.size()) {
      throw new IllegalArgumentException(
          answer.size() + " tags were answered to a message of " + tags.size());
    }
    Set<Span> truth = spans(tags);
    Set<Span> found = spans(answer);
    expected += truth.size();
    answered += found.size();
    found.retainAll(truth);
    right += found.size();
  }

  /// Share of the answered spans that are right, 0 where none was answered.
  public double precision() {
    return answered == 0 ? 0 : (double) right / answered;
  }

  /// Share of the expected spans that were found, 0 where none was expected.
  public double recall() {
    return expected == 0 ? 0 : (double) right / expected;
  }

  /// The harmonic mean of both, 0 where nothing is right.
  public double f1() {
    return right == 0 ? 0 : 2.0 * right / (expected + answered);
  }
}
