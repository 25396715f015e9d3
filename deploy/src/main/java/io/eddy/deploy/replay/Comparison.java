package io.eddy.deploy.replay;

import io.eddy.deploy.replay.CommittedAnswers.Answer;
import io.eddy.processors.replay.ForecastReplay;
import io.eddy.schemas.avro.Forecast;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/// Answers one event after the other anew, and compares with what was committed.
final class Comparison {
  private final ForecastReplay task;
  private final CommittedAnswers answers;
  private final Borders borders;
  private final String topic;
  private final Tally tally;
  private final Map<Bytes, Forecast> last = new HashMap<>();
  private final Set<Bytes> begun = new HashSet<>();
  private final Set<Bytes> ended = new HashSet<>();

  /// @param topic of the answers
  Comparison(
      ForecastReplay task, CommittedAnswers answers, Borders borders, String topic, Tally tally) {
    this.task = task;
    this.answers = answers;
    this.borders = borders;
    this.topic = topic;
    this.tally = tally;
  }

  /// Takes the next record of the input.
  ///
  /// @param timestamp as Streams gives it
  void take(ConsumerRecord<byte[], byte[]> event, long timestamp) {
    if (event.key() == null) {
      return; // A dead letter, and of no series.
    }
    Bytes key = Bytes.wrap(event.key());
    Borders.@Nullable Border border = borders.of(key);
    if (border == null || event.offset() < border.offset() || ended.contains(key)) {
      return;
    }
    if (begun.add(key)) {
      task.begin(event.key(), border.anchor());
    }
    @Nullable Answer committed = answers.to(event.offset());
    @Nullable Forecast named = committed == null ? last.get(key) : committed.forecast();
    long decision = named == null ? 0 : named.getDecision();
    int version = named == null ? 0 : named.getModelVersion();
    if (!task.holds(version)) {
      tally.withoutVersion(key);
      ended.add(key);
      return;
    }
    Optional<Forecast> again = task.answer(event, timestamp, decision, version);
    if (committed == null) {
      again.ifPresent(
          forecast -> differ(event, key, List.of("there is no answer to it, expected one")));
      return;
    }
    @Nullable Forecast before = last.put(key, committed.forecast());
    if (before != null && before.getModelVersion() != version) {
      tally.swap();
    }
    if (again.isEmpty()) {
      differ(event, key, List.of("it has an answer, but is refused when it is replayed"));
    } else if (Arrays.equals(answers.bytes(topic, again.get()), committed.value())) {
      tally.equal(key);
    } else {
      differ(event, key, differences(committed.forecast(), again.get()));
    }
  }

  private void differ(ConsumerRecord<byte[], byte[]> event, Bytes key, List<String> what) {
    tally.different(key, new Difference(event.partition(), event.offset(), text(key.get()), what));
  }

  private static List<String> differences(Forecast committed, Forecast again) {
    List<String> differences = new ArrayList<>();
    for (Schema.Field field : Forecast.getClassSchema().getFields()) {
      Object was = committed.get(field.pos());
      Object is = again.get(field.pos());
      if (!Objects.equals(was, is)) {
        differences.add("%s is %s, replayed %s".formatted(field.name(), was, is));
      }
    }
    return differences.isEmpty()
        ? List.of("the same content was written with other bytes, such as by another release")
        : differences;
  }

  private static String text(byte[] key) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
    } catch (CharacterCodingException e) {
      return "0x" + HexFormat.of().formatHex(key);
    }
  }
}
