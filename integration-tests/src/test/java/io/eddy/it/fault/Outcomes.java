package io.eddy.it.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.cluster.TopicReader;
import io.eddy.it.scenario.Origin;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.Forecast;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/// What has come of each record of an input of any length: read as it is committed, and handed on
/// in pieces.
final class Outcomes implements AutoCloseable {
  private final String forecastTopic;
  private final String deadLetterTopic;
  private final TopicReader forecastReader;
  private final TopicReader deadLetterReader;
  private final Deserializer<Forecast> forecastDeserializer;
  private final Deserializer<DeadLetter> deadLetterDeserializer;

  private final Map<Origin, Forecast> forecasts = new HashMap<>();
  private final Map<Origin, DeadLetter> deadLetters = new HashMap<>();

  /// What has come of one record: one of the two, if all is well.
  record Outcome(@Nullable Forecast forecast, @Nullable DeadLetter deadLetter) {}

  Outcomes(TestApplication application) {
    this.forecastTopic = application.topics().forecasts();
    this.deadLetterTopic = application.topics().deadLetters();
    this.forecastReader = TopicReader.committed(application.cluster(), forecastTopic);
    this.deadLetterReader = TopicReader.committed(application.cluster(), deadLetterTopic);
    var registry = application.registry();
    this.forecastDeserializer = registry.serde(Forecast.class, forecastTopic).deserializer();
    this.deadLetterDeserializer = registry.serde(DeadLetter.class, deadLetterTopic).deserializer();
  }

  /// Waits until an outcome of a record is committed, and hands it out.
  Outcome take(Origin origin) {
    if (!isKnown(origin)) {
      Patience.await("outcome of " + origin)
          .until(
              () -> {
                read();
                return isKnown(origin);
              });
    }
    return new Outcome(forecasts.remove(origin), deadLetters.remove(origin));
  }

  private boolean isKnown(Origin origin) {
    return forecasts.containsKey(origin) || deadLetters.containsKey(origin);
  }

  private void read() {
    for (var record : forecastReader.drain()) {
      Forecast forecast = read(forecastDeserializer, forecastTopic, record);
      var origin = new Origin(forecast.getInputPartition(), forecast.getInputOffset());
      assertThat(forecasts.put(origin, forecast)).as("another answer to %s", origin).isNull();
    }
    for (var record : deadLetterReader.drain()) {
      DeadLetter letter = read(deadLetterDeserializer, deadLetterTopic, record);
      var origin = new Origin(letter.getPartition(), letter.getOffset());
      assertThat(deadLetters.put(origin, letter)).as("another letter of %s", origin).isNull();
    }
  }

  private static <T> T read(
      Deserializer<T> deserializer, String topic, ConsumerRecord<byte[], byte[]> record) {
    return deserializer.deserialize(topic, record.headers(), record.value());
  }

  /// Whether all that was read was handed out.
  boolean isEmpty() {
    return forecasts.isEmpty() && deadLetters.isEmpty();
  }

  @Override
  public void close() {
    forecastReader.close();
    deadLetterReader.close();
  }
}
