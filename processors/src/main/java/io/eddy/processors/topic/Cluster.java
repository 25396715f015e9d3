package io.eddy.processors.topic;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/// The questions about topics that plan and check ask a cluster.
final class Cluster {
  /// Longer than the admin client's own default.api.timeout.ms, so its more telling error comes
  /// first; this is the net below it.
  private static final long WAIT_SECONDS = 90;

  private static final long VISIBLE_SECONDS = 30;
  private static final long VISIBLE_POLL_MS = 50;
  private static final long GRACE_MS = 2_000;

  private Cluster() {}

  /// The topics' descriptions, without those that do not exist.
  static Map<String, TopicDescription> describe(Admin admin, Collection<String> names) {
    Map<String, TopicDescription> found = new LinkedHashMap<>();
    admin
        .describeTopics(names)
        .topicNameValues()
        .forEach(
            (name, future) -> {
              try {
                found.put(name, await("describe topic " + name, future));
              } catch (TopicException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                  throw e;
                }
              }
            });
    return found;
  }

  /// The topic's description, null if there is none; one that was made a moment ago is waited for.
  static @Nullable TopicDescription describePatiently(Admin admin, String name) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MS);
    while (true) {
      @Nullable TopicDescription found = describe(admin, List.of(name)).get(name);
      if (found != null || System.nanoTime() > deadline) {
        return found;
      }
      pause();
    }
  }

  /// Returns once the cluster shows all the topics.
  ///
  /// @throws TopicException if it does not within the time that a metadata update may take
  static void awaitVisible(Admin admin, Collection<String> names) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(VISIBLE_SECONDS);
    while (!describe(admin, names).keySet().containsAll(names)) {
      if (System.nanoTime() > deadline) {
        throw new TopicException(
            "the topics were created, but the cluster does not show them after "
                + VISIBLE_SECONDS
                + " s: try again");
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(VISIBLE_POLL_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TopicException("interrupted while waiting for topics to show", e);
    }
  }

  /// The topics' settings, defaults included.
  static Map<String, Config> configs(Admin admin, List<String> names) {
    List<ConfigResource> resources =
        names.stream().map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name)).toList();
    Map<ConfigResource, Config> described =
        await("describe topic settings", admin.describeConfigs(resources).all());
    Map<String, Config> configs = new LinkedHashMap<>();
    for (ConfigResource resource : resources) {
      configs.put(resource.name(), Objects.requireNonNull(described.get(resource)));
    }
    return configs;
  }

  /// The future's value.
  ///
  /// @throws TopicException with the cluster's error as its cause
  static <T> T await(String what, KafkaFuture<T> future) {
    try {
      return future.get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      throw new TopicException("could not " + what + ": " + reason(cause), cause);
    } catch (TimeoutException e) {
      throw new TopicException(
          "could not " + what + ": no answer within " + WAIT_SECONDS + " s; is the broker up?", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TopicException("could not " + what + ": interrupted", e);
    }
  }

  /// Some of Kafka's exceptions have nothing to say but their name.
  private static String reason(Throwable cause) {
    String message = cause.getMessage();
    return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
  }
}
