package io.eddy.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.scenario.Origin;
import io.eddy.it.scenario.PinnedReplay;
import io.eddy.schemas.avro.Forecast;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Bytes;

/// The forecasts that an application has committed, as any consumer reads them.
public final class Answers {
  private final TestApplication application;
  private final List<Answer> all;

  /// One record of the topic of forecasts.
  ///
  /// @param partition of the topic of forecasts
  /// @param bytes the value as it was written
  public record Answer(String key, int partition, Forecast forecast, Bytes bytes) {
    /// The event that it answers.
    public Origin origin() {
      return new Origin(forecast.getInputPartition(), forecast.getInputOffset());
    }
  }

  private Answers(TestApplication application, List<Answer> all) {
    this.application = application;
    this.all = all;
  }

  /// Waits until so many forecasts are committed, and reads all there are then.
  public static Answers await(TestApplication application, int count) {
    String topic = application.topics().forecasts();
    try (TopicReader reader = TopicReader.committed(application.cluster(), topic)) {
      Patience.await("forecasts of " + application.id())
          .until(() -> reader.read().size(), read -> read >= count);
      return decode(application, reader.read());
    }
  }

  private static Answers decode(
      TestApplication application, List<ConsumerRecord<byte[], byte[]>> records) {
    String topic = application.topics().forecasts();
    Deserializer<Forecast> deserializer =
        application.registry().serde(Forecast.class, topic).deserializer();
    List<Answer> answers = new ArrayList<>();
    for (var record : records) {
      answers.add(
          new Answer(
              new String(record.key(), StandardCharsets.UTF_8),
              record.partition(),
              deserializer.deserialize(topic, record.headers(), record.value()),
              Bytes.wrap(record.value())));
    }
    return new Answers(application, answers);
  }

  /// Waits until there is a forecast for each event that was sent, and reads all there are then.
  public static Answers await(TestApplication application) {
    return await(application, application.sent().size());
  }

  /// In the order of each partition.
  public List<Answer> all() {
    return Collections.unmodifiableList(all);
  }

  /// By the event that they answer; fails if one has two.
  public SortedMap<Origin, Answer> byOrigin() {
    SortedMap<Origin, Answer> answers = new TreeMap<>();
    for (Answer answer : all) {
      Answer other = answers.put(answer.origin(), answer);
      assertThat(other).as("another answer to %s", answer.origin()).isNull();
    }
    return answers;
  }

  /// Fails unless each event that was sent has one answer under its key, and that the one which is
  /// computed again from the events and the published models alone.
  public void assertAsReplayed() {
    var replay =
        new PinnedReplay(
            application.config().forecasterSpec(),
            PublishedModels.versions(application).forecasters());
    SortedMap<Origin, Answer> answers = byOrigin();
    assertThat(answers.keySet()).isEqualTo(application.sent().keySet());
    application
        .sent()
        .forEach(
            (origin, event) -> {
              Answer answer = Objects.requireNonNull(answers.get(origin));
              assertThat(answer.key()).isEqualTo(event.key());
              assertThat(answer.forecast())
                  .isEqualTo(replay.answer(event, origin, answer.forecast()));
            });
  }
}
