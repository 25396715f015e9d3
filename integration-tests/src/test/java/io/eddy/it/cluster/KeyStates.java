package io.eddy.it.cluster;

import io.eddy.processors.state.SeriesStores;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;

/// What every key of an application carries, as its changelog keeps it.
public final class KeyStates {
  private KeyStates() {}

  /// The newest committed state of each key, encoded.
  public static SortedMap<String, Bytes> read(TestApplication application) {
    String changelog = application.id() + "-" + SeriesStores.STATE + "-changelog";
    SortedMap<String, Bytes> states = new TreeMap<>();
    for (var record : TopicReader.readAll(application.cluster(), changelog)) {
      states.put(new String(record.key(), StandardCharsets.UTF_8), Bytes.wrap(record.value()));
    }
    return states;
  }
}
