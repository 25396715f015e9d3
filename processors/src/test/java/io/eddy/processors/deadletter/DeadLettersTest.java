package io.eddy.processors.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.processors.observation.Decoded;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeadLettersTest {
  private static final RecordMetadata ORIGIN =
      new RecordMetadata() {
        @Override
        public String topic() {
          return "load";
        }

        @Override
        public int partition() {
          return 3;
        }

        @Override
        public long offset() {
          return 77;
        }
      };

  private static final Decoded.Rejected WHY = new Decoded.Rejected(Reason.MALFORMED, "no number");

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @SuppressWarnings("NullAway") // Kafka's Record takes null keys and values.
  private static Record<byte @Nullable [], DeadLetter> letter(
      byte @Nullable [] key, byte @Nullable [] value, long timestamp) {
    var headers = new RecordHeaders().add("__value_schema_id", new byte[5]);
    return DeadLetters.of(new Record<>(key, value, Math.max(0, timestamp), headers), ORIGIN, WHY);
  }

  private static byte[] content(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  @Test
  void shouldSayWhereTheRecordCameFromAndWhy() {
    Record<byte @Nullable [], DeadLetter> record = letter(bytes("meter-7"), bytes("abc"), 1234);
    DeadLetter letter = record.value();

    assertThat(record.key()).isEqualTo(bytes("meter-7"));
    assertThat(record.timestamp()).isEqualTo(1234);
    assertThat(letter.getTopic()).isEqualTo("load");
    assertThat(letter.getPartition()).isEqualTo(3);
    assertThat(letter.getOffset()).isEqualTo(77);
    assertThat(letter.getTimestamp().toEpochMilli()).isEqualTo(1234);
    assertThat(letter.getReason()).isEqualTo(Reason.MALFORMED);
    assertThat(letter.getMessage()).isEqualTo("no number");
    assertThat(content(letter.getKey())).isEqualTo(bytes("meter-7"));
    assertThat(content(letter.getValue())).isEqualTo(bytes("abc"));
    assertThat(letter.getTruncated()).isFalse();
  }

  @Test
  void shouldNotPassOnHeadersThatNameAnotherSchema() {
    assertThat(letter(bytes("k"), bytes("v"), 0).headers()).isEmpty();
  }

  @Test
  void shouldKeepApartWhatIsNullAndWhatIsEmpty() {
    DeadLetter nothing = letter(null, null, 0).value();
    DeadLetter empty = letter(new byte[0], new byte[0], 0).value();

    assertThat(nothing.getKey()).isNull();
    assertThat(nothing.getValue()).isNull();
    assertThat(nothing.getTruncated()).isFalse();
    assertThat(empty.getKey().remaining()).isZero();
    assertThat(empty.getValue().remaining()).isZero();
  }

  @Test
  void shouldKeepTheFirstPartOfAValueThatIsTooLarge() {
    byte[] value = new byte[3_000_000];
    for (int i = 0; i < value.length; i++) {
      value[i] = (byte) (i % 251);
    }

    DeadLetter letter = letter(bytes("k"), value, 0).value();

    byte[] kept = content(letter.getValue());
    assertThat(kept).isEqualTo(Arrays.copyOf(value, kept.length)).hasSizeGreaterThan(800_000);
    assertThat(letter.getTruncated()).isTrue();
  }

  @Test
  void shouldCutAKeyThatIsTooLargeAndNotUseItAsKey() {
    Record<byte @Nullable [], DeadLetter> record =
        letter(new byte[2_000_000], new byte[2_000_000], 0);

    assertThat(record.key()).isNull();
    assertThat(record.value().getKey().remaining()).isEqualTo(32 << 10);
    assertThat(record.value().getTruncated()).isTrue();
  }

  @Test
  void shouldAlwaysFitIntoOneRequest() {
    var schemas = SchemaRegistry.from(Map.of("schema.registry.url", "mock://DeadLettersTest"));
    DeadLetter worst =
        DeadLetters.of(
            new byte[32 << 10],
            new byte[5_000_000],
            0,
            "t".repeat(249),
            1,
            2,
            Reason.TOO_LARGE,
            "ä€😀".repeat(100_000));

    byte[] sent =
        schemas
            .serde(DeadLetter.class, "dead-letters")
            .serializer()
            .serialize("dead-letters", worst);

    assertThat(sent.length + (32 << 10)).isLessThan(DeadLetters.BYTES_MAX + 1_000);
    assertThat(worst.getMessage()).hasSize(4_000);
  }

  @Test
  void shouldSurviveATimestampBeforeAllTime() {
    DeadLetter letter =
        DeadLetters.of(bytes("k"), bytes("v"), -1, "load", 0, 1, Reason.MALFORMED, "m");

    assertThat(letter.getTimestamp().toEpochMilli()).isEqualTo(-1);
  }
}
