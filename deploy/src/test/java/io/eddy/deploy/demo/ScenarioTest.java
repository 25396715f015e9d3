package io.eddy.deploy.demo;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.csv.RecordedMessages;
import io.eddy.deploy.process.StopSignal;
import io.eddy.processors.config.ProcessorsConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/// The stories on a real broker, as `eddy demo --scenario` plays them.
class ScenarioTest {
  private final StringWriter words = new StringWriter();

  private Summary play(Story story) {
    var settings =
        new DemoSettings(
            Optional.empty(),
            Optional.of(story),
            "test",
            Optional.empty(),
            Optional.empty(),
            OptionalDouble.empty(),
            true,
            0,
            Map.of());
    var display = Display.plain(new PrintWriter(words, true), Duration.ofSeconds(1));
    Summary summary = new Demo(settings, display, new StopSignal()).run();
    assertThat(summary.isComplete()).isTrue();
    assertThat(summary.deadLetters()).isZero();
    return summary;
  }

  @Test
  void shouldNoticeDriftTrainAndPromoteWhatForecastsBetter() {
    Map<String, Object> outcome = play(Story.DRIFT).scenario();

    assertThat(outcome).containsEntry("recovered", true);
    assertThat(number(outcome, "promoted")).isPositive();
    assertThat(number(outcome, "events_to_notice")).isBetween(1.0, 1_000.0);
    assertThat(number(outcome, "error_during")).isGreaterThan(2 * number(outcome, "error_before"));
    assertThat(words.toString()).contains("is tried beside");
  }

  @Test
  void shouldNeverAnswerWithABadChallengerAndTakeABadChampionBack() {
    Map<String, Object> outcome = play(Story.BAD_CHALLENGER).scenario();

    assertThat(outcome)
        .containsEntry("challenger_answers", 0L)
        .containsEntry("withdrawn", true)
        .containsEntry("rolled_back", true);
    assertThat(number(outcome, "events_to_roll_back")).isBetween(1.0, 3_000.0);
    assertThat(words.toString()).contains("rolled back: model v1 answers again");
  }

  @Test
  void shouldFlagAForeignLineAmongTheBrokersOwn() {
    var demo =
        new LogDemo(Map.of(), 0, Optional.empty(), new PrintWriter(words, true), new StopSignal());

    LogSummary summary = demo.run();

    assertThat(summary.foreignFlagged()).as(summary.json()).isTrue();
    assertThat(summary.answers()).isEqualTo(summary.lines());
    assertThat(requireNonNull(summary.foreignSurprise()))
        .isGreaterThan(2 * requireNonNull(summary.usualSurprise()));
    assertThat(words.toString()).contains("model v1 reads from here on");
  }

  @Test
  void shouldGoOnWithMessagesOfAFileThatAModelLearns() {
    List<RecordedMessages.Message> messages = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      messages.add(
          new RecordedMessages.Message(
              i % 3 == 0 ? "mail" : "web",
              "user %d has logged in from %s".formatted(i * 7 % 10, i % 2 == 0 ? "home" : "work")));
    }
    var demo =
        new TextDemo(
            new RecordedMessages("text", messages),
            Map.of(ProcessorsConfig.TRAINING_UPDATES_MAX, "200"),
            0,
            Optional.empty(),
            Optional.of(Duration.ofMinutes(2)),
            new PrintWriter(words, true),
            new StopSignal());

    TextSummary summary = demo.run();

    assertThat(summary.modelVersion()).as(summary.json()).isPositive();
    assertThat(summary.prompts()).isPositive();
    assertThat(requireNonNull(summary.lastSurprise())).isLessThan(1.0);
    assertThat(summary.completions())
        .as("most beginnings end as such messages do")
        .filteredOn(example -> example.completion().matches(".*(home|work)"))
        .hasSizeGreaterThan(summary.completions().size() / 2);
  }

  private static double number(Map<String, Object> outcome, String field) {
    return ((Number) requireNonNull(outcome.get(field), field)).doubleValue();
  }
}
