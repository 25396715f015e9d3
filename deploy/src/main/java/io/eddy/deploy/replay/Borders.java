package io.eddy.deploy.replay;

import io.eddy.model.SeriesState;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.state.SeriesStateCodec;
import io.eddy.processors.state.UnreadableStateException;
import io.eddy.processors.training.HistoryKey;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/// Where the series of one partition can begin: for each the first window of its history behind the
/// beginning of the range, with its state there.
final class Borders {
  private final Deserializer<HistoryWindow> deserializer;
  private final SeriesStateCodec codec;
  private final CommittedAnswers answers;
  private final long from;
  private final Map<Bytes, Border> byKey = new HashMap<>();

  /// @param offset of the first event behind the border, or an earlier one of another series
  /// @param anchor the series' encoded state at the border
  @SuppressWarnings("ArrayRecordComponent") // nobody compares borders
  record Border(long offset, byte[] anchor) {}

  Borders(ProcessorsConfig config, SchemaRegistry registry, CommittedAnswers answers, long from) {
    this.deserializer =
        registry.serde(HistoryWindow.class, config.topics().history()).deserializer();
    this.codec = new SeriesStateCodec(config.forecasterSpec());
    this.answers = answers;
    this.from = Math.max(from, answers.begin());
  }

  /// Takes a record of the history.
  void add(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null || record.key() == null || HistoryKey.slot(record.key()) < 0) {
      return; // Forgotten, a correction, or a signal.
    }
    HistoryWindow window =
        deserializer.deserialize(record.topic(), record.headers(), record.value());
    Bytes key = Bytes.wrap(HistoryKey.series(record.key()));
    byte[] anchor = new byte[window.getAnchor().remaining()];
    window.getAnchor().duplicate().get(anchor);
    Long offset = offset(key, window, anchor);
    if (offset != null && offset >= from) {
      byKey.merge(
          key,
          new Border(offset, anchor),
          (one, other) -> one.offset() <= other.offset() ? one : other);
    }
  }

  private @Nullable Long offset(Bytes key, HistoryWindow window, byte[] anchor) {
    SeriesState state;
    try {
      state = codec.decode(anchor);
    } catch (UnreadableStateException e) {
      return null; // Written for other settings of the network.
    }
    return state.sourceOffset() >= 0
        ? Long.valueOf(state.sourceOffset() + 1)
        : answers.offsetOf(key, window.getFirstStep() + 1, window.getTimes().getFirst());
  }

  Set<Bytes> keys() {
    return byKey.keySet();
  }

  boolean isEmpty() {
    return byKey.isEmpty();
  }

  /// Where a series begins, null if it does not.
  @Nullable Border of(Bytes key) {
    return byKey.get(key);
  }

  /// Where the first series begins.
  long firstOffset() {
    return byKey.values().stream().mapToLong(Border::offset).min().orElse(Long.MAX_VALUE);
  }
}
