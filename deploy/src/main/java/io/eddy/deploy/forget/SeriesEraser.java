package io.eddy.deploy.forget;

import io.eddy.deploy.app.CommandSender;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.control.ControlCommands;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.StreamsConfig;

/// Makes an application forget one series, and proves it.
public final class SeriesEraser implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final EddyApplication application;
  private final byte[] series;
  private final String words;
  private final Admin admin;

  private SeriesEraser(EddyApplication application, byte[] series, String words) {
    this.application = application;
    this.series = series;
    this.words = words;
    this.admin = application.connect();
  }

  /// For one series of an application whose cluster has just answered.
  ///
  /// @param words the key as people read it
  public static SeriesEraser of(EddyApplication application, byte[] series, String words) {
    return new SeriesEraser(application, series, words);
  }

  /// Tells the application to forget the series.
  ///
  /// @return the command's id
  public String send() {
    return CommandSender.send(application, id -> ControlCommands.forget(id, series));
  }

  /// What the topics say about the series now.
  public ForgetProof prove() {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      ForgetReader reader = reader(consumer);
      reader.read();
      return reader.proof(words);
    }
  }

  /// Tells the application to forget the series, waits until every partition has, and no training
  /// holds windows of it any more, and says what the topics say then.
  ///
  /// @param patience after which it says what there is then
  /// @throws UserException if a partition has not obeyed by then
  public ForgetProof erase(Duration patience) {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
      ForgetReader reader = reader(consumer);
      Map<Integer, Long> before = reader.historyEnds();
      send();
      long deadline = System.nanoTime() + patience.toNanos();
      reader.read();
      while (isUnfinished(reader, before) && System.nanoTime() < deadline) {
        LockSupport.parkNanos(PAUSE.toNanos());
        reader.read();
      }
      List<Integer> silent = reader.silentSince(before);
      if (!silent.isEmpty()) {
        throw new UserException(
            ExitCode.FAILED,
            "partitions %s have not forgotten \"%s\" within %d s: does the application run? They will"
                    .formatted(silent, words, patience.toSeconds())
                + " obey once it does, within the retention of the control topic; then --prove-only"
                + " tells");
      }
      return reader.proof(words);
    }
  }

  private boolean isUnfinished(ForgetReader reader, Map<Integer, Long> before) {
    return !reader.silentSince(before).isEmpty() || !reader.proof(words).isErased();
  }

  private ForgetReader reader(KafkaConsumer<byte[], byte[]> consumer) {
    return new ForgetReader(consumer, admin, application.config(), series);
  }

  private KafkaConsumer<byte[], byte[]> consumer() {
    ProcessorsConfig config = application.config();
    Map<String, Object> settings =
        new HashMap<>(
            new StreamsConfig(config.kafkaProperties()).getRestoreConsumerConfigs("eddy-forget"));
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @Override
  public void close() {
    admin.close();
  }
}
