package io.eddy.deploy.demo;

import java.util.Locale;

/// The stories that the demo can play.
public enum Story {
  /// The season of every series changes midway.
  DRIFT,
  /// A bad model is offered, and then forced upon the stream.
  BAD_CHALLENGER,
  /// A foreign line comes among those that the broker logs; a [LogDemo] plays it.
  LOGS,
  /// The messages of a file are learned, scored and gone on with; a [TextDemo] plays it.
  TEXT;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Scenario scenario() {
    return switch (this) {
      case DRIFT -> new DriftScenario();
      case BAD_CHALLENGER -> new BadChallengerScenario();
      case LOGS, TEXT -> throw new IllegalStateException(this + " has no series");
    };
  }
}
