package io.eddy.deploy.demo;

import java.util.Locale;

/// The stories that the demo can play.
public enum Story {
  /// The season of every series changes midway.
  DRIFT,
  /// A bad model is offered, and then forced upon the stream.
  BAD_CHALLENGER,
  /// A foreign line comes among those that the broker logs; a [LogDemo] plays it.
  LOGS;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Scenario scenario() {
    return switch (this) {
      case DRIFT -> new DriftScenario();
      case BAD_CHALLENGER -> new BadChallengerScenario();
      case LOGS -> throw new IllegalStateException("logs are no series");
    };
  }
}
