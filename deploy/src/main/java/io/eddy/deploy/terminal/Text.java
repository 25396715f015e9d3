package io.eddy.deploy.terminal;

/// Text of a fixed width.
public final class Text {
  private Text() {}

  /// The text with blanks behind it, or cut with an ellipsis.
  public static String left(String text, int width) {
    String fitted = cut(text, width);
    return fitted + " ".repeat(width - fitted.length());
  }

  /// The text with blanks before it, or cut with an ellipsis.
  public static String right(String text, int width) {
    String fitted = cut(text, width);
    return " ".repeat(width - fitted.length()) + fitted;
  }

  /// A bar of blocks that is filled to a share between 0 and 1.
  public static String bar(double share, int width) {
    int full = (int) Math.round(Math.clamp(share, 0, 1) * width);
    return "█".repeat(full) + "░".repeat(width - full);
  }

  private static String cut(String text, int width) {
    if (text.length() <= width) {
      return text;
    }
    return width == 0 ? "" : text.substring(0, width - 1) + "…";
  }
}
