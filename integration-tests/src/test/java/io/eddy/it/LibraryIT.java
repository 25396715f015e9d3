package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.PublishedModels;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.cluster.TopicReader;
import io.eddy.it.scenario.Event;
import io.eddy.it.scenario.Origin;
import io.eddy.it.scenario.PinnedReplay;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.Forecasting;
import io.eddy.processors.progress.Progress;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.Observation;
import io.eddy.schemas.avro.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Inside a topology that is not ours: typed streams in and out, keys of the user's own type, the
/// user's own topics before and after, and the whole loop of training beside it.
@ExtendWith(ClusterExtension.class)
class LibraryIT {
  private static final int PARTITIONS = 2;
  private static final Waves WAVES = new Waves(4, PARTITIONS);
  private static final int STEPS_BEFORE = 40;
  private static final int STEPS = 60;

  @Test
  void shouldForecastAStreamOfAForeignTopology(KafkaCluster cluster) {
    TestApplication application = TestApplication.create(cluster, "library", PARTITIONS, Map.of());
    String output = application.id() + "-alerts";
    cluster.createTopic(output, PARTITIONS);
    var progress = new Progress();
    var decision = new AtomicLong();
    progress.onSwap(swap -> decision.set(swap.sequence()));
    try (StateDirectory state = StateDirectory.create()) {
      var properties = new Properties();
      properties.putAll(application.config().kafkaProperties());
      properties.put(StreamsConfig.STATE_DIR_CONFIG, state.path().toString());
      try (var streams =
          new KafkaStreams(topology(application, output, progress, properties), properties)) {
        streams.start();
        send(application, WAVES.steps(0, STEPS_BEFORE));
        Patience.await("a swap").until(decision::get, sequence -> sequence >= 1);
        application.sendRaw(line(application, 0, "series-0;0;NaN"));
        send(application, WAVES.steps(STEPS_BEFORE, STEPS));
        Patience.await("all answered")
            .until(
                () -> progress.answered() + progress.deadLettered(),
                done -> done > (long) STEPS * WAVES.keys());
        streams.close(Duration.ofSeconds(20));
      }
    }

    isAnsweredAsByTheApplication(application, forecasts(application, output));
    List<DeadLetter> deadLetters = deadLetters(application);
    assertThat(deadLetters)
        .singleElement()
        .extracting(DeadLetter::getReason)
        .isEqualTo(Reason.NOT_FINITE);
  }

  /// What a user may have: lines of text without a key, from which they make observations by
  /// sensor.
  private static Topology topology(
      TestApplication application, String output, Progress progress, Properties properties) {
    var builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(properties)));
    KStream<String, Observation> observations =
        builder.stream(
                application.input(),
                Consumed.with(Serdes.ByteArray(), Serdes.String()).withName("lines"))
            .selectKey((none, line) -> line.split(";", -1)[0], Named.as("by-sensor"))
            .repartition(
                Repartitioned.with(Serdes.String(), Serdes.String())
                    .withName("sensors")
                    .withNumberOfPartitions(PARTITIONS))
            .mapValues(LibraryIT::observation, Named.as("parsed"));
    KStream<String, Forecast> forecasts =
        Forecasting.on(builder, application.config())
            .registry(application.registry())
            .progress(progress)
            .apply(observations, Serdes.String());
    forecasts
        .filter((sensor, forecast) -> forecast.getSteps() > 0, Named.as("alerting"))
        .to(
            output,
            Produced.with(Serdes.String(), application.registry().serde(Forecast.class, output))
                .withName("alerts"));
    return builder.build(properties);
  }

  private static Observation observation(String line) {
    String[] cells = line.split(";", -1);
    return Observation.newBuilder()
        .setTime(Instant.ofEpochMilli(Long.parseLong(cells[1])))
        .setValue(Double.parseDouble(cells[2]))
        .build();
  }

  private static void send(TestApplication application, List<Event> events) {
    for (Event event : events) {
      application.sendRaw(
          line(
              application,
              event.partition(),
              event.key() + ";" + event.time() + ";" + event.value()));
    }
  }

  private static ProducerRecord<byte[], byte[]> line(
      TestApplication application, int partition, String line) {
    return new ProducerRecord<>(application.input(), partition, null, bytes(line));
  }

  private static List<ConsumerRecord<byte[], byte[]>> forecasts(
      TestApplication application, String output) {
    return TopicReader.readAll(application.cluster(), output);
  }

  private static void isAnsweredAsByTheApplication(
      TestApplication application, List<ConsumerRecord<byte[], byte[]>> records) {
    var deserializer =
        application.registry().serde(Forecast.class, records.getFirst().topic()).deserializer();
    var replay =
        new PinnedReplay(
            application.config().forecasterSpec(),
            PublishedModels.versions(application).forecasters());
    Map<String, List<Event>> events = new HashMap<>();
    for (Event event : WAVES.steps(0, STEPS)) {
      events.computeIfAbsent(event.key(), key -> new ArrayList<>()).add(event);
    }
    assertThat(records).hasSize(STEPS * WAVES.keys());
    for (var record : records) {
      Forecast forecast = deserializer.deserialize(record.topic(), record.value());
      String key = new String(record.key(), StandardCharsets.UTF_8);
      Event event = Objects.requireNonNull(events.get(key)).removeFirst();
      var origin = new Origin(forecast.getInputPartition(), forecast.getInputOffset());
      assertThat(forecast).isEqualTo(replay.answer(event, origin, forecast));
      if (forecast.getSteps() > STEPS_BEFORE) {
        assertThat(forecast.getModelVersion()).isPositive();
      }
    }
  }

  private static List<DeadLetter> deadLetters(TestApplication application) {
    String topic = application.topics().deadLetters();
    var deserializer = application.registry().serde(DeadLetter.class, topic).deserializer();
    return TopicReader.readAll(application.cluster(), topic).stream()
        .map(record -> deserializer.deserialize(topic, record.value()))
        .toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
