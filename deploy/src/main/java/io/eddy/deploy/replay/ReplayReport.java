package io.eddy.deploy.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What came of a replay.
///
/// @param events replayed
/// @param equal of them, those whose answer has the same bytes
/// @param redelivered answers that were given twice, by their own word; not compared
/// @param keys replayed
/// @param keysWithoutBorder left out: the history holds no window of theirs that begins in the
///   range
/// @param keysWithoutVersion replayed only up to an answer of a version that is no longer kept
/// @param swaps events that changed their key to another version
/// @param first the first difference, by partition and offset; null for none
public record ReplayReport(
    long events,
    long equal,
    long redelivered,
    int keys,
    int keysWithoutBorder,
    int keysWithoutVersion,
    long swaps,
    @Nullable Difference first) {

  /// Whether every event that was replayed had the bytes that were committed, and there was one.
  public boolean isEqual() {
    return events > 0 && equal == events;
  }

  /// For people.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d events of %d keys replayed, %d swaps among them: %d answers equal, %d different"
            .formatted(events, keys, swaps, equal, events - equal));
    if (keysWithoutBorder > 0) {
      lines.add(
          keysWithoutBorder
              + " keys left out: the history holds no window that begins in the range");
    }
    if (keysWithoutVersion > 0) {
      lines.add(
          keysWithoutVersion + " keys replayed in part: a version that answered is no longer kept");
    }
    if (redelivered > 0) {
      lines.add(redelivered + " answers flagged redelivered, not compared");
    }
    Difference difference = first;
    if (difference != null) {
      lines.add(
          "first difference: partition %d, offset %d, key %s: %s"
              .formatted(
                  difference.partition(),
                  difference.offset(),
                  difference.key(),
                  String.join("; ", difference.what())));
    }
    if (events == 0) {
      lines.add("nothing could be replayed");
    }
    return lines;
  }

  /// For programs.
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("events", events);
    json.put("equal", equal);
    json.put("different", events - equal);
    json.put("swaps", swaps);
    json.put("keys", keys);
    json.put("keys_without_border", keysWithoutBorder);
    json.put("keys_without_version", keysWithoutVersion);
    json.put("redelivered", redelivered);
    Difference difference = first;
    json.put("first_difference", difference == null ? null : difference.json());
    return json;
  }
}
