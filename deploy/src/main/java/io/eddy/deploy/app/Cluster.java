package io.eddy.deploy.app;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// A Kafka cluster that a command is about to work with.
public final class Cluster {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Cluster() {}

  /// An admin client of a cluster that has just answered.
  ///
  /// Kafka's clients try for minutes to reach a broker that is not there; whoever sits at the
  /// command line is told after ten seconds.
  ///
  /// @param settings of an admin client, `bootstrap.servers` among them
  /// @throws UserException if there is no answer, or it refuses this client
  public static Admin connect(Map<String, ?> settings) {
    return connect(settings, PATIENCE);
  }

  /// Waits until topics that were just made are known to the broker that is asked: the controller
  /// confirms a topic before every broker has heard of it. Gives up silently after ten seconds, for
  /// whatever checks the topics next has better words.
  public static void awaitTopics(Admin admin, Collection<String> names) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        admin.describeTopics(names).allTopicNames().get(PATIENCE.toMillis(), MILLISECONDS);
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          return;
        }
        LockSupport.parkNanos(MILLISECONDS.toNanos(20));
      } catch (TimeoutException e) {
        return;
      }
    }
  }

  /// As [#connect(Map)], with another patience, which is that of each question to the client, too.
  public static Admin connect(Map<String, ?> settings, Duration patience) {
    Map<String, Object> patient = new HashMap<>(settings);
    patient.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) patience.toMillis());
    patient.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) patience.toMillis());
    Object servers = settings.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG);
    if (servers == null || servers.toString().isBlank()) {
      throw new UserException(
          ExitCode.USAGE,
          "no Kafka cluster is named: give --bootstrap-server host:port, or bootstrap.servers in"
              + " the configuration");
    }
    Admin admin = create(patient, servers, patience);
    try {
      admin.describeCluster().clusterId().get(patience.toMillis(), MILLISECONDS);
      return admin;
    } catch (ExecutionException e) {
      admin.close(Duration.ZERO);
      throw refused(servers, patience, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      admin.close(Duration.ZERO);
      throw unreachable(servers, patience, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      admin.close(Duration.ZERO);
      throw unreachable(servers, patience, e);
    }
  }

  private static Admin create(Map<String, Object> settings, Object servers, Duration patience) {
    try {
      return Admin.create(settings);
    } catch (KafkaException e) {
      Throwable root = e.getCause() == null ? e : e.getCause();
      // "No resolvable bootstrap urls": a name that does not exist is as good as a broker that is
      // off.
      if (root instanceof ConfigException
          && String.valueOf(root.getMessage()).contains("resolvable")) {
        throw unreachable(servers, patience, e);
      }
      throw new UserException(
          ExitCode.USAGE, "the settings for the Kafka cluster are wrong: " + root.getMessage(), e);
    }
  }

  private static UserException refused(Object servers, Duration patience, Throwable cause) {
    if (cause instanceof org.apache.kafka.common.errors.TimeoutException) {
      return unreachable(servers, patience, cause);
    }
    return new UserException(
        ExitCode.UNREACHABLE,
        "the Kafka cluster at %s refuses this client (%s): check the security settings"
            .formatted(servers, cause.getMessage()),
        cause);
  }

  private static UserException unreachable(Object servers, Duration patience, Throwable cause) {
    return new UserException(
        ExitCode.UNREACHABLE,
        ("no Kafka broker answers at %s (waited up to %d s): start it, or correct"
                + " --bootstrap-server or bootstrap.servers")
            .formatted(servers, Math.max(1, patience.toSeconds())),
        cause);
  }
}
