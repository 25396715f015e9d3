package io.eddy.deploy.size;

import java.time.Duration;

/// What an application will have to do, and on how much.
///
/// @param keys series
/// @param eventsPerSecond of all series together
/// @param partitions of the input
/// @param instances of the application
/// @param replicas copies of each topic
/// @param standbys copies of the state that other instances keep
/// @param keyBytes of a record's key
/// @param inputBytes of a record's value
/// @param retention of the answers
/// @param restoreBytesPerSecond how fast one instance reads a changelog into its store
public record Workload(
    long keys,
    double eventsPerSecond,
    int partitions,
    int instances,
    int replicas,
    int standbys,
    int keyBytes,
    int inputBytes,
    Duration retention,
    double restoreBytesPerSecond) {

  public Workload {
    require(keys >= 1, "keys", keys, "at least 1");
    require(eventsPerSecond > 0, "events per second", eventsPerSecond, "above 0");
    require(partitions >= 1, "partitions", partitions, "at least 1");
    require(
        instances >= 1 && instances <= partitions,
        "instances",
        instances,
        "1 to the %d partitions: each partition is one instance's".formatted(partitions));
    require(replicas >= 1, "replicas", replicas, "at least 1");
    require(
        standbys >= 0 && standbys < instances,
        "standbys",
        standbys,
        "0 to %d, fewer than instances".formatted(instances - 1));
    require(keyBytes >= 1, "key bytes", keyBytes, "at least 1");
    require(inputBytes >= 1, "input bytes", inputBytes, "at least 1");
    require(retention.isPositive(), "retention", retention, "above zero");
    require(restoreBytesPerSecond > 0, "restore rate", restoreBytesPerSecond, "above 0");
  }

  private static void require(boolean right, String what, Object is, String expected) {
    if (!right) {
      throw new IllegalArgumentException("%s: %s, expected %s".formatted(what, is, expected));
    }
  }

  /// Events per second of one partition.
  double partitionRate() {
    return eventsPerSecond / partitions;
  }
}
