package io.eddy.deploy.terminal;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// A terminal screen that is drawn over and over in place, beside the lines that the user had there
/// before: they are back once it closes.
///
/// A frame is one write, each line is cleared behind its text and the rest of the screen below, so
/// that nothing flickers.
public final class LiveScreen implements AutoCloseable {
  private static final String ENTER = "\u001b[?1049h\u001b[?25l"; // other screen, no cursor
  private static final String LEAVE = "\u001b[?25h\u001b[?1049l";
  private static final String HOME = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";
  private static final int USUAL_WIDTH = 100;
  private static final int USUAL_HEIGHT = 30;

  private final Terminal terminal;
  private boolean closed;

  private LiveScreen(Terminal terminal) {
    this.terminal = terminal;
  }

  /// Takes over the terminal that standard output is on.
  ///
  /// @throws IOException if it does not let itself be taken over
  public static LiveScreen open() throws IOException {
    Terminal terminal =
        TerminalBuilder.builder()
            .system(true)
            .dumb(true)
            .encoding(StandardCharsets.UTF_8)
            // Ctrl-C belongs to the program: see StopSignal.
            .nativeSignals(false)
            .build();
    var screen = new LiveScreen(terminal);
    // However the process ends, nobody wants to be left without a cursor.
    Runtime.getRuntime().addShutdownHook(new Thread(screen::close, "eddy-screen"));
    screen.write(ENTER);
    return screen;
  }

  /// Columns that a line may have now.
  public int width() {
    return positive(size().getColumns(), USUAL_WIDTH);
  }

  /// Lines that a frame may have now.
  public int height() {
    return positive(size().getRows(), USUAL_HEIGHT);
  }

  /// Draws a frame; lines that do not fit are left out.
  public synchronized void draw(List<String> lines) {
    if (closed) {
      return;
    }
    var frame = new StringBuilder(HOME);
    int shown = Math.min(lines.size(), height() - 1);
    for (int i = 0; i < shown; i++) {
      frame.append(lines.get(i)).append(CLEAR_LINE).append("\r\n");
    }
    write(frame.append(CLEAR_BELOW).toString());
  }

  /// Gives the terminal back as it was. A second call does nothing.
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    write(LEAVE);
    try {
      terminal.close();
    } catch (IOException e) {
      // The process is about to end and the terminal already looks as before.
      System.getLogger(LiveScreen.class.getName())
          .log(System.Logger.Level.DEBUG, "the terminal did not close", e);
    }
  }

  private Size size() {
    return terminal.getSize();
  }

  private void write(String text) {
    PrintWriter writer = terminal.writer();
    writer.write(text);
    writer.flush();
  }

  private static int positive(int value, int otherwise) {
    return value > 0 ? value : otherwise;
  }
}
