package io.eddy.processors.config;

/// How a trained model becomes the one that answers.
public enum Promotion {
  /// It is tried beside the one that answers, and takes its place when it is found better.
  TRIAL,
  /// At once.
  IMMEDIATE
}
