package io.eddy.processors.config;

/// What an application does with each event.
public enum Job {
  /// Forecasts the series of its key.
  FORECAST,
  /// Says how unexpected a message is after what its key said before.
  LANGUAGE_MODEL,
  /// Goes on with a message, after what its key said before.
  COMPLETE,
  /// Names the class of a message.
  CLASSIFY,
  /// Tags the words of a message.
  TAG,
  /// Translates a message.
  TRANSLATE,
  /// Writes a sentence about a record's vectors.
  CAPTION;

  /// Whether events are messages, else measurements.
  public boolean readsMessages() {
    return this != FORECAST;
  }

  /// Whether a key remembers what it said before, symbol by symbol.
  public boolean remembersMessages() {
    return this == LANGUAGE_MODEL || this == COMPLETE;
  }

  /// Whether it learns from what people say of messages, and answers each by itself.
  public boolean learnsFromAnnotations() {
    return this == CLASSIFY || this == TAG || this == TRANSLATE || this == CAPTION;
  }
}
