package io.eddy.deploy.forget;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What one topic says about a series, and until when.
///
/// @param topic its name
/// @param content what it holds
/// @param standing how it stands to the series
/// @param records with content about the series that a reader still gets
/// @param bytesGoneBy when the bytes of those are gone from the brokers; null if there are none, or
///   no bound
/// @param nameGoneBy when the key's name is gone, too; null as above
public record Finding(
    String topic,
    String content,
    Standing standing,
    long records,
    @Nullable Instant bytesGoneBy,
    @Nullable Instant nameGoneBy) {

  /// Judges what was found.
  static Finding of(TracedTopic topic, Trace trace, Retention retention) {
    long values = trace.values();
    boolean replaced = trace.current() == 0;
    if (!topic.isOwned()) {
      return new Finding(topic.name(), topic.content(), Standing.NOT_EDDYS, values, null, null);
    }
    if (values + trace.tombstones() == 0) {
      return ofNoTopic(topic);
    }
    long newest = trace.newestTimestamp();
    Instant bytes = values == 0 ? null : retention.valuesGoneBy(newest, replaced);
    Instant name = replaced ? retention.tombstoneGoneBy(newest) : bytes;
    return new Finding(
        topic.name(), topic.content(), standing(topic, trace, retention), values, bytes, name);
  }

  /// What does not exist says nothing.
  static Finding ofNoTopic(TracedTopic topic) {
    return new Finding(topic.name(), topic.content(), Standing.NOTHING, 0, null, null);
  }

  private static Standing standing(TracedTopic topic, Trace trace, Retention retention) {
    // Where nothing is compacted, a reader from the beginning gets what came before a tombstone.
    boolean counts = topic.isMemory() || retention.compacts() || trace.values() == 0;
    if (trace.current() == 0 && counts) {
      return Standing.ERASED;
    }
    boolean ends = retention.deletes() && retention.retentionMs() >= 0;
    return ends && !topic.isMemory() ? Standing.EXPIRING : Standing.REMAINS;
  }

  /// Whether this stands against the series being forgotten: something is used still, or has no
  /// end.
  public boolean isOpen() {
    return standing == Standing.REMAINS
        || (standing != Standing.NOT_EDDYS && records > 0 && bytesGoneBy == null);
  }
}
