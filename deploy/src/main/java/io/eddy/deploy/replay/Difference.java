package io.eddy.deploy.replay;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An event whose answer was not the one that came out of its replay.
///
/// @param partition of the input
/// @param offset of the event
/// @param key of its series, for people
/// @param what in which way they differ: fields, or that there is no answer
public record Difference(int partition, long offset, String key, List<String> what) {
  public Difference {
    what = List.copyOf(what);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("partition", partition);
    json.put("offset", offset);
    json.put("key", key);
    json.put("what", what);
    return json;
  }
}
