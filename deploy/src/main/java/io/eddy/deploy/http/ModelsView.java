package io.eddy.deploy.http;

import io.eddy.deploy.app.ExecutableApplication;
import io.eddy.deploy.models.ModelAccount;
import io.eddy.deploy.models.ModelTopics;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The versions and decisions of the application, as `eddy model list` tells of them.
///
/// Each look reads the topics of models and scores from their beginning, so that looks are shared:
/// they are made anew when a new decision is in force, and otherwise four times a minute at most.
final class ModelsView {
  private static final Duration AGE_MAX = Duration.ofSeconds(15);

  private final ModelTopics topics;
  private final Health health;
  private @Nullable ModelAccount newest; // guarded by this
  private long readAt; // guarded by this
  private long decision; // guarded by this

  ModelsView(ExecutableApplication application, Health health) {
    this.topics = new ModelTopics(application.config(), application.registry());
    this.health = health;
  }

  /// @throws io.eddy.deploy.process.UserException if a topic is not there
  synchronized ModelAccount account() {
    ModelAccount known = newest;
    long inForce = health.decision();
    if (known != null && decision == inForce && System.nanoTime() - readAt < AGE_MAX.toNanos()) {
      return known;
    }
    var account = new ModelAccount(topics.read());
    decision = inForce;
    readAt = System.nanoTime();
    newest = account;
    return account;
  }
}
