package io.eddy.processors.config;

/// What a record of the input that has a key and no value means.
public enum NullMeaning {
  /// A fault of whoever sent it.
  DEAD_LETTER,
  /// That the key is to be forgotten.
  FORGET
}
