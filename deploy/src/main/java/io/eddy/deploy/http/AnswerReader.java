package io.eddy.deploy.http;

import io.eddy.deploy.app.AnswerTypes;
import io.eddy.deploy.app.ExecutableApplication;
import io.eddy.processors.config.Job;
import io.eddy.processors.text.InputMessages;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.MessageScore;
import io.eddy.schemas.serde.SchemaRegistry;
import io.eddy.schemas.serde.SerdeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the topic of answers for the fleet and for those who follow keys.
///
/// **Why from the topic, and not from the stream in the same process**: a reader of its own can
/// never hold up a stream thread, sees what is committed and nothing else, and sees the answers of
/// all instances, so that each one's dashboard shows the whole application. The price is that each
/// instance reads all answers; so it reads at most [#ANSWERS_PER_SECOND] and, where more come,
/// skips to the newest: then the fleet is a sample, and says so by the number skipped.
final class AnswerReader implements AutoCloseable {
  static final int ANSWERS_PER_SECOND = 5_000;

  private static final Logger LOGGER = LoggerFactory.getLogger(AnswerReader.class);

  /// Answers from before the start that a chart begins with, over all partitions.
  private static final int BACK = 20_000;

  private static final int POLL_RECORDS = 1_000;
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final Duration TEXT_WAIT = Duration.ofSeconds(2);
  private static final long SECOND = 1_000_000_000;

  private final ExecutableApplication application;
  private final Fleet fleet;
  private final Messages messages;
  private final EventStreams streams;
  private final Deserializer<? extends SpecificRecord> answers;
  private final String answersTopic;
  private final Optional<InputMessages> texts;
  private final Deque<Waiting> waiting = new ArrayDeque<>(); // for their texts
  private final AtomicLong skipped = new AtomicLong();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;

  private record Waiting(
      String key, SpecificRecord answer, MessageView.Place place, long sinceNanos) {}

  AnswerReader(
      ExecutableApplication application, Fleet fleet, Messages messages, EventStreams streams) {
    this.application = application;
    this.fleet = fleet;
    this.messages = messages;
    this.streams = streams;
    SchemaRegistry registry = application.registry();
    answersTopic = application.config().topics().forecasts();
    Job job = application.config().job();
    answers = registry.serde(AnswerTypes.of(job), answersTopic).deserializer();
    // Vectors have no text.
    texts =
        job.readsMessages() && job != Job.CAPTION
            ? Optional.of(new InputMessages(application.config(), registry))
            : Optional.empty();
    thread = Thread.ofPlatform().name("eddy-http-answers").daemon().start(this::run);
  }

  /// Answers that were not read since too many came.
  long skipped() {
    return skipped.get();
  }

  @Override
  public void close() {
    closing.countDown();
    KafkaConsumer<byte[], byte[]> reading = consumer;
    if (reading != null) {
      reading.wakeup();
    }
    try {
      thread.join(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!isClosing(Duration.ZERO)) {
      try (var reading =
          new KafkaConsumer<>(
              settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        consumer = reading;
        read(reading);
      } catch (WakeupException e) {
        // It closes.
      } catch (RuntimeException e) {
        // Whatever it is, the application does not depend on it.
        LOGGER.atWarn().setCause(e).log("answers cannot be read for the dashboard, trying again");
        isClosing(PAUSE);
      } finally {
        consumer = null;
      }
    }
  }

  private boolean isClosing(Duration wait) {
    try {
      return closing.await(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /// The application's own settings of its clients, such as security.
  private Map<String, Object> settings() {
    Map<String, Object> settings =
        new HashMap<>(
            new StreamsConfig(application.config().kafkaProperties())
                .getGlobalConsumerConfigs("eddy-http"));
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "eddy-http");
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS);
    return settings;
  }

  private void read(KafkaConsumer<byte[], byte[]> reading) {
    List<TopicPartition> partitions = new ArrayList<>(partitions(reading, answersTopic));
    if (texts.isPresent()) {
      application
          .config()
          .inputTopic()
          .ifPresent(topic -> partitions.addAll(partitions(reading, topic)));
    }
    reading.assign(partitions);
    Map<TopicPartition, Long> begins = reading.beginningOffsets(partitions);
    Map<TopicPartition, Long> ends = reading.endOffsets(partitions);
    for (TopicPartition partition : partitions) {
      long end = ends.getOrDefault(partition, 0L);
      long begin = begins.getOrDefault(partition, 0L);
      reading.seek(partition, Math.max(begin, end - BACK / partitions.size()));
    }
    long second = System.nanoTime();
    int inSecond = 0;
    while (closing.getCount() > 0) {
      inSecond += readSome(reading);
      long past = System.nanoTime() - second;
      if (past >= SECOND) {
        second += past;
        inSecond = 0;
      } else if (inSecond >= ANSWERS_PER_SECOND) {
        isClosing(Duration.ofNanos(SECOND - past));
        second = System.nanoTime();
        inSecond = 0;
        skipWhatIsTooMuch(reading);
      }
    }
  }

  private static List<TopicPartition> partitions(
      KafkaConsumer<byte[], byte[]> reading, String topic) {
    return reading.partitionsFor(topic).stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .toList();
  }

  /// @return records read
  private int readSome(KafkaConsumer<byte[], byte[]> reading) {
    var records = reading.poll(POLL);
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (!record.topic().equals(answersTopic)) {
        noteText(record);
      }
    }
    for (ConsumerRecord<byte[], byte[]> record : records.records(answersTopic)) {
      note(record);
    }
    tellWaiting();
    return records.count();
  }

  private void skipWhatIsTooMuch(KafkaConsumer<byte[], byte[]> reading) {
    Map<TopicPartition, Long> ends = reading.endOffsets(reading.assignment());
    Map<TopicPartition, Long> behind = new HashMap<>();
    long all = 0;
    for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
      long lag = Math.max(0, end.getValue() - reading.position(end.getKey()));
      behind.put(end.getKey(), lag);
      all += lag;
    }
    if (all <= 2L * ANSWERS_PER_SECOND) {
      return;
    }
    // Each partition keeps its share of the newest.
    for (Map.Entry<TopicPartition, Long> one : behind.entrySet()) {
      long kept = one.getValue() * ANSWERS_PER_SECOND / all;
      reading.seek(one.getKey(), ends.getOrDefault(one.getKey(), 0L) - kept);
      if (one.getKey().topic().equals(answersTopic)) {
        skipped.addAndGet(one.getValue() - kept);
      }
    }
  }

  private void noteText(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() != null && record.value() != null) {
      texts
          .flatMap(reader -> reader.text(record.key(), record.value(), record.headers()))
          .ifPresent(text -> messages.read(record.partition(), record.offset(), text));
    }
  }

  private void note(ConsumerRecord<byte[], byte[]> record) {
    if (record.key() == null) {
      return;
    }
    String key = KeyText.of(record.key());
    if (record.value() == null) {
      fleet.remove(key);
      messages.remove(key);
      return;
    }
    try {
      SpecificRecord answer = answers.deserialize(record.topic(), record.headers(), record.value());
      if (answer instanceof Forecast forecast) {
        note(key, forecast);
      } else {
        // What has no place is another program's.
        MessageView.Place.of(answer)
            .ifPresent(
                place -> waiting.addLast(new Waiting(key, answer, place, System.nanoTime())));
      }
    } catch (SerdeException.Malformed | SerdeException.UnknownSchema e) {
      LOGGER.atDebug().addKeyValue("offset", record.offset()).setCause(e).log("no answer of ours");
    }
  }

  private void note(String key, Forecast forecast) {
    fleet.add(
        key,
        new Track.Answer(
            forecast.getEventTime().toEpochMilli(),
            forecast.getActualValue(),
            orNaN(forecast.getExpectedValue()),
            orNaN(forecast.getExpectedLowerBound()),
            orNaN(forecast.getExpectedUpperBound()),
            forecast.getForecastValue(),
            forecast.getLowerBound(),
            forecast.getUpperBound(),
            forecast.getIsAnomaly(),
            forecast.getMissing(),
            forecast.getLate() || forecast.getRedelivered(),
            forecast.getModelVersion()));
    streams.tell(key, "answer", () -> ForecastView.of(key, forecast));
  }

  /// Answers whose texts were read, and those that have waited long enough: the two topics are read
  /// side by side, in no order.
  private void tellWaiting() {
    long now = System.nanoTime();
    while (!waiting.isEmpty()) {
      Waiting first = waiting.getFirst();
      Optional<String> text = messages.take(first.place.partition(), first.place.offset());
      if (texts.isPresent()
          && text.isEmpty()
          && now - first.sinceNanos < TEXT_WAIT.toNanos()
          && waiting.size() < ANSWERS_PER_SECOND) {
        return;
      }
      waiting.removeFirst();
      note(first.key, first.answer, text);
    }
  }

  private void note(String key, SpecificRecord answer, Optional<String> text) {
    MessageView message = MessageView.of(key, answer, text);
    boolean isScore = answer instanceof MessageScore;
    fleet.add(
        key,
        new Track.Answer(
            message.eventTime(),
            orNaN(isScore ? message.surprise() : message.probability()),
            orNaN(message.expectedSurprise()),
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            message.isAnomaly(),
            false,
            answer instanceof MessageScore score && score.getRedelivered(),
            message.modelVersion()));
    messages.add(message);
    streams.tell(key, "message", () -> message);
  }

  private static double orNaN(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }
}
