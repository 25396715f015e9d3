package io.eddy.deploy.terminal;

import java.io.PrintWriter;
import java.time.Duration;

/// How far long work has come: on a terminal one line that is drawn over and over, elsewhere a line
/// now and then.
public final class ProgressBar implements AutoCloseable {
  private static final String CLEAR_LINE = "\r\u001b[K";
  private static final int WIDTH = 30;
  private static final long REDRAW = Duration.ofMillis(100).toNanos();
  private static final long REPEAT = Duration.ofSeconds(15).toNanos();

  private final PrintWriter writer;
  private final boolean live;
  private String what = "";
  private long steps;
  private long done;
  private long started;
  private long shown;

  /// @param live whether the writer is a terminal
  public ProgressBar(PrintWriter writer, boolean live) {
    this.writer = writer;
    this.live = live;
  }

  /// A new piece of work begins.
  ///
  /// @param count how many steps it has; negative if that is not known
  public void begin(String work, long count) {
    what = work;
    steps = count;
    done = 0;
    started = System.nanoTime();
    shown = started;
    if (live) {
      show();
    }
  }

  /// So many more steps are done.
  public void advance(long count) {
    done += count;
    long now = System.nanoTime();
    if (now - shown >= (live ? REDRAW : REPEAT)) {
      shown = now;
      show();
    }
  }

  /// Leaves the line empty for what is printed before the bar is drawn again.
  public void clear() {
    if (live) {
      writer.print(CLEAR_LINE);
      writer.flush();
    }
  }

  private void show() {
    double seconds = (System.nanoTime() - started) / 1e9;
    String line =
        steps <= 0
            ? "%s ...".formatted(Text.left(what, WIDTH))
            : "%s %s %4s %s"
                .formatted(
                    Text.left(what, WIDTH),
                    Text.bar((double) done / steps, WIDTH),
                    Numbers.percent((double) done / steps),
                    left(seconds));
    if (live) {
      writer.print(CLEAR_LINE + line);
    } else {
      writer.println(line);
    }
    writer.flush();
  }

  private String left(double seconds) {
    return done == 0 || done == steps
        ? ""
        : "%s left".formatted(Numbers.seconds(seconds * (steps - done) / done));
  }

  /// Leaves the line empty for what comes next.
  @Override
  public void close() {
    clear();
  }
}
