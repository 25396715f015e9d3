package io.eddy.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.demo.Board.Outcome;
import io.eddy.deploy.demo.BoardText.Pace;
import io.eddy.deploy.terminal.Style;
import io.eddy.processors.progress.DecisionKind;
import io.eddy.processors.progress.Progress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BoardTextTest {
  private static final Pace PACE = new Pace(12.34, 20, 5.6);

  private final Board board = new Board();
  private final BoardText plain = new BoardText(Style.PLAIN, "eddy demo", 0.9);

  @Test
  void shouldSayEverythingInOneLineWithoutEscapes() {
    fill();
    board.setTraining(new Progress.Epoch("job", 3, 20, 0.5, 0.25));

    String line = plain.line(board.snapshot(0), PACE);

    assertThat(line)
        .doesNotContain("\u001b")
        .contains("12.3 s", "events 20", "forecasts 19", "dead letters 1", "series 2", "6/s")
        .contains("skill +0.50", "coverage 100 % (aim 90 %)")
        .contains("epoch 3 of at most 20, loss 0.5, validation 0.25");
  }

  @Test
  void shouldShowARowForEachSeries() {
    fill();

    List<String> screen = plain.screen(board.snapshot(10), PACE, 120, 30);

    assertThat(screen)
        .noneMatch(line -> line.contains("\u001b"))
        .allMatch(line -> line.length() <= 120);
    assertThat(screen)
        .anyMatch(line -> line.startsWith("cpu") && line.contains("█") && line.contains("+0.50"));
    assertThat(screen).anyMatch(line -> line.startsWith("disk") && line.contains("!"));
    assertThat(screen).anyMatch(line -> line.startsWith("anomaly  disk: spike by its residual"));
  }

  @Test
  void shouldColourOnlyOnTerminalsThatWantIt() {
    fill();
    var coloured = new BoardText(Style.COLOURED, "eddy demo", 0.9);

    assertThat(coloured.screen(board.snapshot(10), PACE, 120, 30))
        .anyMatch(line -> line.contains("\u001b[32m"));
  }

  @Test
  void shouldSayHowManySeriesHaveNoRoom() {
    for (int i = 0; i < 40; i++) {
      board.addForecast("series-" + i, outcome(i, i, false));
    }

    List<String> screen = plain.screen(board.snapshot(10), PACE, 100, 18);

    assertThat(screen).hasSizeLessThanOrEqualTo(18);
    assertThat(screen.getLast()).isEqualTo("and 30 more series");
  }

  @Test
  void shouldFitANarrowTerminal() {
    fill();

    assertThat(plain.screen(board.snapshot(10), PACE, 60, 20)).isNotEmpty();
  }

  @Test
  void shouldNameTheVersionsThatWereSwappedIn() {
    fill();
    board.addSwap(new Progress.Swap(1, 1, DecisionKind.PROMOTED, 0));

    assertThat(plain.screen(board.snapshot(10), PACE, 120, 30))
        .anyMatch(line -> line.contains("v1 after 19"));
  }

  @Test
  void shouldSayThatThereIsNoModelYet() {
    assertThat(plain.screen(board.snapshot(10), PACE, 120, 30))
        .anyMatch(line -> line.contains("naive forecasts until the first training"));
  }

  private void fill() {
    for (int i = 0; i < 18; i++) {
      board.addForecast("cpu", outcome(i, i - 0.5, false));
    }
    board.addForecast("disk", outcome(1, 5, true));
    board.addDeadLetter();
  }

  private static Outcome outcome(double actual, double expected, boolean anomaly) {
    return new Outcome(
        actual,
        expected,
        expected - 10,
        expected + 10,
        anomaly ? Optional.of("spike by its residual") : Optional.empty(),
        actual + 1,
        actual,
        actual + 2,
        0,
        false);
  }
}
