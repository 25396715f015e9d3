package io.eddy.deploy.bench.stream;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// Events at a fixed rate into a topic of one partition, and their answers, one each and in the
/// same order, out of another.
///
/// An event's wait begins when it was due, not when it could be sent: a stall counts for all events
/// that it keeps waiting (Tene's "coordinated omission").
final class Traffic implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(5);
  private static final Duration END_MAX = Duration.ofSeconds(10);
  private static final long LAST_ANSWERS_NANOS = Duration.ofMinutes(1).toNanos();

  private final double rate;
  private final long[] waits; // nanoseconds, by event
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private final Thread sender;
  private final Thread reader;
  private final long startedNanos;
  private volatile boolean ended;
  private volatile int sent;
  private volatile int answered;

  /// Begins.
  ///
  /// @param rate events per second
  /// @param longest how long it may go on
  /// @param events by number
  Traffic(
      Broker broker,
      double rate,
      Duration longest,
      IntFunction<ProducerRecord<byte[], byte[]>> events,
      String answers) {
    this.rate = rate;
    this.waits = new long[(int) (rate * longest.toSeconds())];
    startedNanos = System.nanoTime();
    sender = Thread.ofPlatform().name("eddy-bench-sender").start(() -> send(broker, events));
    reader = Thread.ofPlatform().name("eddy-bench-reader").start(() -> read(broker, answers));
  }

  /// Stops sending and waits for the last answers.
  ///
  /// @throws UserException if they do not come
  void end() {
    ended = true;
    LockSupport.unpark(sender);
    long deadline = System.nanoTime() + LAST_ANSWERS_NANOS;
    while (sender.isAlive() || answered < sent) {
      Exception reason = failure.get();
      String state = "%,d of %,d events were answered".formatted(answered, sent);
      if (reason != null) {
        throw new UserException(ExitCode.FAILED, state + ": " + reason, reason);
      }
      if (System.nanoTime() > deadline) {
        throw new UserException(
            ExitCode.FAILED, state + ", and no more within a minute of the last");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /// The waits of the events that were due in a stretch of time, ascending, in nanoseconds. To be
  /// called after the end.
  ///
  /// @param from as [System#nanoTime]
  long[] waits(long from, long to) {
    int first = (int) Math.max(0, Math.ceil((from - startedNanos) * rate / 1e9));
    int last = (int) Math.min(answered, (to - startedNanos) * rate / 1e9);
    long[] part = Arrays.copyOfRange(waits, first, Math.max(first, last));
    Arrays.sort(part);
    return part;
  }

  private long due(int event) {
    return startedNanos + Math.round(event * 1e9 / rate);
  }

  private void send(Broker broker, IntFunction<ProducerRecord<byte[], byte[]>> events) {
    Map<String, Object> settings = new HashMap<>(broker.settings());
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    try (var producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int event = 0; event < waits.length && !ended; event++) {
        ProducerRecord<byte[], byte[]> next = events.apply(event);
        long early = due(event) - System.nanoTime();
        if (early > 0) {
          LockSupport.parkNanos(early);
        }
        // The callback notes a failure, and end() reports it.
        var _ =
            producer.send(
                next,
                (place, refused) -> {
                  if (refused != null) {
                    failure.compareAndSet(null, refused);
                  }
                });
        sent = event + 1;
      }
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  private void read(Broker broker, String answers) {
    Map<String, Object> settings = new HashMap<>(broker.settings());
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      var partition = new TopicPartition(answers, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      while (!ended || answered < sent) {
        int count = answered;
        for (ConsumerRecord<byte[], byte[]> _ : consumer.poll(POLL)) {
          if (count < waits.length) {
            waits[count] = System.nanoTime() - due(count);
            count++;
          }
        }
        answered = count;
      }
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  @Override
  public void close() {
    ended = true;
    sent = answered; // nobody waits for more
    try {
      sender.join(END_MAX);
      reader.join(END_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
