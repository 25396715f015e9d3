package io.eddy.deploy.demo;

import io.eddy.deploy.demo.Board.Snapshot;
import io.eddy.deploy.terminal.LiveScreen;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.deploy.terminal.Text;
import io.eddy.processors.progress.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;

/// Where the demo shows how it goes.
public sealed interface Display extends AutoCloseable {
  /// How long a picture lasts.
  Duration interval();

  /// How many series a picture has room for.
  int rows();

  /// Says what happens before there is anything to show.
  void say(String words);

  /// Shows the present state.
  void show(BoardText text, Snapshot snapshot, BoardText.Pace pace);

  /// Says that a model version was swapped in; called at once, from any thread.
  void swapped(Progress.Swap swap, double seconds);

  @Override
  void close();

  /// A table on a terminal, drawn anew a few times a second.
  static Display live(LiveScreen screen) {
    return new Live(screen);
  }

  /// A line every few seconds, without escape sequences.
  static Display plain(PrintWriter writer, Duration interval) {
    return new Plain(writer, interval);
  }

  /// See [#live].
  record Live(LiveScreen screen) implements Display {
    @Override
    public Duration interval() {
      return Duration.ofMillis(250);
    }

    @Override
    public int rows() {
      return Math.max(1, screen.height() - BoardText.HEAD_LINES - 2);
    }

    @Override
    public void say(String words) {
      screen.draw(List.of(words));
    }

    @Override
    public void show(BoardText text, Snapshot snapshot, BoardText.Pace pace) {
      screen.draw(text.screen(snapshot, pace, screen.width(), screen.height()));
    }

    @Override
    public void swapped(Progress.Swap swap, double seconds) {
      // The next picture tells.
    }

    @Override
    public void close() {
      screen.close();
    }
  }

  /// See [#plain].
  record Plain(PrintWriter writer, Duration interval) implements Display {
    @Override
    public int rows() {
      return 0;
    }

    @Override
    public void say(String words) {
      writer.println(words);
    }

    @Override
    public void show(BoardText text, Snapshot snapshot, BoardText.Pace pace) {
      writer.println(text.line(snapshot, pace));
      writer.flush();
    }

    @Override
    public void swapped(Progress.Swap swap, double seconds) {
      writer.println("%s  %s".formatted(Text.right(Numbers.seconds(seconds), 8), words(swap)));
    }

    private static String words(Progress.Swap swap) {
      return switch (swap.kind()) {
        case TRIAL ->
            "model v%d is tried beside v%d, and answers nobody"
                .formatted(swap.shadow(), swap.version());
        case WITHDRAWN -> "the challenger is withdrawn, model v%d stays".formatted(swap.version());
        case CONFIRMED -> "model v%d is confirmed".formatted(swap.version());
        case ROLLED_BACK -> "rolled back: model v%d answers again".formatted(swap.version());
        case PROMOTED, DELETED, UNKNOWN ->
            "model v%d answers from now on".formatted(swap.version());
      };
    }

    @Override
    public void close() {
      writer.flush();
    }
  }
}
