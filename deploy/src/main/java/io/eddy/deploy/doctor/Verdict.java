package io.eddy.deploy.doctor;

import java.util.Locale;

/// How something that was looked at stands.
public enum Verdict {
  /// As it should be.
  GOOD("✓"),
  /// It runs, but may hurt.
  WARNING("!"),
  /// It does not run, or not for long.
  BAD("✗"),
  /// Could not be looked at, since something before it is bad or may not be asked.
  SKIPPED("-");

  private final String mark;

  Verdict(String mark) {
    this.mark = mark;
  }

  /// One character.
  public String mark() {
    return mark;
  }

  /// As JSON has it.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
