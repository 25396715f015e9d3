package io.eddy.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.eddy.model.evaluation.SpanScore.Span;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpanScoreTest {

  @Test
  void shouldReadSpansFromTags() {
    assertThat(SpanScore.spans(List.of("B-a", "I-a", "B-a", "O", "B-b", "I-b")))
        .containsExactlyInAnyOrder(new Span("a", 0, 2), new Span("a", 2, 3), new Span("b", 4, 6));
    assertThat(SpanScore.spans(List.of("O", "O"))).isEmpty();
  }

  @Test
  void shouldBeginASpanWhereAnInnerTagGoesOnWithNone() {
    assertThat(SpanScore.spans(List.of("I-a", "I-a", "O", "B-a", "I-b")))
        .containsExactlyInAnyOrder(new Span("a", 0, 2), new Span("a", 3, 4), new Span("b", 4, 5));
  }

  @Test
  void shouldCountSpansWhoseBordersAndKindAreRight() {
    var score = new SpanScore();

    score.add(List.of("B-a", "I-a", "O", "B-b"), List.of("B-a", "O", "O", "B-b"));
    score.add(List.of("B-a", "O"), List.of("B-b", "B-a"));
    score.add(List.of("B-c"), List.of("B-c"));

    assertThat(score.precision()).isCloseTo(2.0 / 5, offset(1e-12));
    assertThat(score.recall()).isCloseTo(2.0 / 4, offset(1e-12));
    assertThat(score.f1()).isCloseTo(4.0 / 9, offset(1e-12));
  }

  @Test
  void shouldBeZeroWhereThereIsNothing() {
    var score = new SpanScore();

    assertThat(score.f1()).isZero();
    score.add(List.of("O"), List.of("O"));
    assertThat(score.f1()).isZero();
    assertThat(score.precision()).isZero();
    assertThat(score.recall()).isZero();
  }

  @Test
  void shouldRefuseAnAnswerOfAnotherLength() {
    assertThatThrownBy(() -> new SpanScore().add(List.of("O"), List.of()))
        .hasMessage("0 tags were answered to a message of 1");
  }
}
