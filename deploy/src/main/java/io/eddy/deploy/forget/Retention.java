package io.eddy.deploy.forget;

import java.time.Instant;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/// How long a topic keeps the bytes of a record, by its settings as they are on the cluster.
///
/// **Deletion.** Kafka deletes whole segments, once their newest record is older than
/// `retention.ms`. A segment takes records for `segment.ms` at most, so a record goes after the sum
/// of both.
///
/// **Compaction.** What a tombstone replaces goes when the cleaner passes both, which it does not
/// do in the segment that is written to. That one is closed after `segment.ms` or
/// `max.compaction.lag.ms`, whichever is less, and the cleaner must have come after
/// `max.compaction.lag.ms`. The tombstone itself, and with it the key's name, stays for
/// `delete.retention.ms` after that, and goes with a further passing.
///
/// Both times are those at which the broker may first do it: its cleaner and its check of retention
/// run every few seconds to minutes. And an active segment is closed when a record is written to
/// its partition: in one that nobody writes to, compaction waits for the next record.
///
/// @param deletes whether old segments are deleted
/// @param compacts whether replaced records are removed
record Retention(
    boolean deletes,
    boolean compacts,
    long retentionMs,
    long segmentMs,
    long compactionLagMaxMs,
    long tombstonesMs) {

  /// Reads the topic's settings.
  ///
  /// @param config by name, defaults included
  static Retention of(Map<String, String> config) {
    String policy = config.getOrDefault(TopicConfig.CLEANUP_POLICY_CONFIG, "");
    return new Retention(
        policy.contains(TopicConfig.CLEANUP_POLICY_DELETE),
        policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT),
        number(config, TopicConfig.RETENTION_MS_CONFIG),
        number(config, TopicConfig.SEGMENT_MS_CONFIG),
        number(config, TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG),
        number(config, TopicConfig.DELETE_RETENTION_MS_CONFIG));
  }

  private static long number(Map<String, String> config, String key) {
    String value = config.get(key);
    return value == null ? -1 : Long.parseLong(value);
  }

  /// By when the bytes of records are gone.
  ///
  /// @param timestamp of the newest of them, or of the tombstone if it has replaced them
  /// @param replaced whether tombstones have
  /// @return `null` if there is no bound
  @Nullable Instant valuesGoneBy(long timestamp, boolean replaced) {
    return earlier(deletedBy(timestamp), replaced ? compactedBy(timestamp) : null);
  }

  /// By when a tombstone is gone, too.
  ///
  /// @param timestamp of it
  /// @return `null` if there is no bound
  @Nullable Instant tombstoneGoneBy(long timestamp) {
    Instant compacted = compactedBy(timestamp);
    Instant goes =
        compacted == null
            ? null
            : compacted.plusMillis(tombstonesMs).plusMillis(compactionLagMaxMs);
    return earlier(deletedBy(timestamp), goes);
  }

  private @Nullable Instant deletedBy(long timestamp) {
    return deletes && retentionMs >= 0
        ? Instant.ofEpochMilli(timestamp).plusMillis(retentionMs).plusMillis(segmentMs)
        : null;
  }

  private @Nullable Instant compactedBy(long timestamp) {
    // Kafka's default is the greatest number there is, and means that there is no bound.
    return compacts && compactionLagMaxMs >= 0 && compactionLagMaxMs < Long.MAX_VALUE
        ? Instant.ofEpochMilli(timestamp).plusMillis(compactionLagMaxMs)
        : null;
  }

  private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.isBefore(other) ? one : other;
  }
}
