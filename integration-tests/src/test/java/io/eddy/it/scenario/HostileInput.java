package io.eddy.it.scenario;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/// Records that test what a stream can bear: measurements of extreme values and times under all
/// kinds of keys, values that are none, valid ones with some bytes changed, and noise. The same
/// seed gives the same records.
public final class HostileInput {
  /// Longer keys name no series.
  private static final int KEY_BYTES_MAX = 32 << 10;

  /// A broker's limit of a record, less its framing.
  private static final int HUGE = 1_000_000;

  private static final int SERIES = 100;
  private static final long EARLIEST = Instant.parse("1900-01-01T00:00:00Z").toEpochMilli();
  private static final long LATEST = Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();
  private static final long NOW = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
  private static final long MINUTE = 60_000;
  private static final double GREATEST = 1e300;
  private static final double[] EXTREMES = {
    0.0,
    -0.0,
    GREATEST,
    -GREATEST,
    Double.MIN_VALUE,
    -Double.MIN_NORMAL,
    1e-300,
    Float.MAX_VALUE,
    Long.MAX_VALUE,
    Math.PI
  };

  private final SplittableRandom random;
  private final HostileValues values;
  private final String topic;
  private final int partitions;
  private long made;

  /// What must become of a record.
  public enum Fate {
    /// A forecast.
    ANSWERED,
    /// A dead letter.
    REFUSED,
    /// One of them.
    EITHER;

    /// Whether it may have been answered, or not.
    public boolean allows(boolean answered) {
      return this == EITHER || (this == ANSWERED) == answered;
    }
  }

  /// A record and its fate.
  public record Hostile(ProducerRecord<byte[], byte[]> record, Fate fate) {}

  /// @param topic that the records are for
  public HostileInput(long seed, HostileValues values, String topic, int partitions) {
    this.random = new SplittableRandom(seed);
    this.values = values;
    this.topic = topic;
    this.partitions = partitions;
  }

  /// The next record.
  public Hostile next() {
    made++;
    int kind = random.nextInt(1000);
    if (kind < 500) {
      return new Hostile(record(key(), measurement()), Fate.ANSWERED);
    }
    if (kind < 650) {
      return new Hostile(record(key(), values.unusable(random)), Fate.REFUSED);
    }
    if (kind < 850) {
      return new Hostile(record(key(), mutated(measurement())), Fate.EITHER);
    }
    if (kind < 970) {
      return new Hostile(record(key(), noise(random.nextInt(200))), Fate.EITHER);
    }
    if (kind < 980) {
      return new Hostile(record(null, measurement()), Fate.REFUSED);
    }
    if (kind < 990) {
      return new Hostile(record(key(), null), Fate.REFUSED);
    }
    if (kind < 999) {
      // One in three thousand is as long as a key may be.
      byte[] key = noise(random.nextInt(30) == 0 ? KEY_BYTES_MAX : 300);
      return new Hostile(record(key, measurement()), Fate.ANSWERED);
    }
    return switch (random.nextInt(20)) {
      case 0 -> new Hostile(record(noise(HUGE), measurement()), Fate.REFUSED);
      case 1 -> new Hostile(record(key(), noise(HUGE)), Fate.EITHER);
      default -> new Hostile(record(noise(KEY_BYTES_MAX + 1), measurement()), Fate.REFUSED);
    };
  }

  private ProducerRecord<byte[], byte[]> record(byte @Nullable [] key, byte @Nullable [] value) {
    // Some producers have no clock: their records are of 1970.
    @Nullable Long timestamp = random.nextInt(20) == 0 ? random.nextLong(1000) : null;
    return new ProducerRecord<>(topic, random.nextInt(partitions), timestamp, key, value);
  }

  private byte[] key() {
    return switch (random.nextInt(20)) {
      case 0 -> noise(random.nextInt(40)); // may be empty, and is no text
      case 1 -> ("new-" + made).getBytes(StandardCharsets.UTF_8);
      default -> ("hostile-" + random.nextInt(SERIES)).getBytes(StandardCharsets.UTF_8);
    };
  }

  private byte[] measurement() {
    return values.measurement(random, time(), value());
  }

  private long time() {
    return switch (random.nextInt(4)) {
      case 0 -> EARLIEST + random.nextLong(LATEST - EARLIEST + 1);
      case 1 -> NOW; // again and again
      default -> NOW + MINUTE * (made / SERIES) + random.nextLong(MINUTE);
    };
  }

  private double value() {
    return switch (random.nextInt(4)) {
      case 0 -> EXTREMES[random.nextInt(EXTREMES.length)];
      case 1 -> anyBits();
      default -> random.nextDouble(-1000, 1000);
    };
  }

  private double anyBits() {
    double value = Double.longBitsToDouble(random.nextLong());
    // Written so that NaN does not pass.
    return Math.abs(value) <= GREATEST ? value : 1;
  }

  private byte[] mutated(byte[] whole) {
    byte[] bytes = whole;
    for (int change = random.nextInt(1, 9); change > 0; change--) {
      int at = random.nextInt(bytes.length + 1);
      int to = random.nextInt(at, bytes.length + 1);
      bytes =
          switch (random.nextInt(5)) {
            case 0 -> join(bytes, at, noise(random.nextInt(1, 5)), at); // inserted
            case 1 -> join(bytes, at, new byte[0], Math.min(to, at + 4)); // left out
            case 2 -> join(bytes, at, noise(to - at), to); // changed
            case 3 -> join(bytes, to, Arrays.copyOfRange(bytes, at, to), to); // twice
            default -> flipped(bytes);
          };
    }
    return bytes;
  }

  private byte[] flipped(byte[] bytes) {
    if (bytes.length > 0) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  /// What stands before `at`, something, and what stands from `from` on.
  private static byte[] join(byte[] bytes, int at, byte[] something, int from) {
    byte[] joined = Arrays.copyOf(bytes, at + something.length + bytes.length - from);
    System.arraycopy(something, 0, joined, at, something.length);
    System.arraycopy(bytes, from, joined, at + something.length, bytes.length - from);
    return joined;
  }

  private byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
