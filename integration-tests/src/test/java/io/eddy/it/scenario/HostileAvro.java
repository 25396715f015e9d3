package io.eddy.it.scenario;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;

/// Records of several schemas with the fields that [Readings] names: in unions and maps, with
/// arrays, and within themselves.
public final class HostileAvro implements HostileValues {
  private static final Schema MANIFOLD =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "Manifold", "fields": [
                {"name": "taken", "type": ["string", {"type": "long", "logicalType": "timestamp-millis"}]},
                {"name": "measured", "type": ["null", {"type": "map", "values": ["double", "string"]}]},
                {"name": "samples", "type": {"type": "array", "items": "int"}},
                {"name": "within", "type": ["null", "Manifold"]}]}
              """);
  private static final int DEPTH = 50_000;
  private static final long TIME = 1_704_067_200_000L;

  /// Zig-zag of 2^31 - 10, as many elements as an array in Java may just have.
  private static final byte[] COUNT_OF_A_BOMB = {(byte) 0xEC, -1, -1, -1, 0x0F};

  private final Readings readings;

  /// @param readings registers the schemas and writes
  public HostileAvro(Readings readings) {
    this.readings = readings;
  }

  @Override
  public byte[] measurement(SplittableRandom random, long time, double value) {
    return random.nextBoolean()
        ? readings.write(time, value)
        : manifold(
            record -> {
              record.put("taken", time);
              record.put("measured", Map.of("power", value, "unit", "W"));
            });
  }

  private byte[] manifold(Consumer<GenericRecord> content) {
    return readings.writeOther(
        MANIFOLD,
        record -> {
          record.put("taken", TIME);
          record.put("samples", List.of(1, 2, 3));
          content.accept(record);
        });
  }

  @Override
  public byte[] unusable(SplittableRandom random) {
    return switch (random.nextInt(14)) {
      case 0 -> readings.write(TIME, Double.NaN);
      case 1 -> readings.write(TIME, Double.POSITIVE_INFINITY);
      case 2 -> readings.write(TIME, Double.NEGATIVE_INFINITY);
      case 3 -> readings.write(TIME, Math.nextUp(1e300));
      case 4 -> readings.write(Long.MAX_VALUE / 1000, 1.0);
      case 5 -> readings.write(Long.MIN_VALUE / 1000, 1.0);
      case 6 -> cut(readings.write(TIME, 1.0), random);
      case 7 -> then(readings.write(TIME, 1.0), new byte[1 + random.nextInt(20)]);
      case 8 -> new byte[] {0, 127, 1, 2, 3, (byte) random.nextInt()}; // unknown schema
      case 9 -> manifold(record -> record.put("taken", "noon"));
      case 10 -> manifold(record -> {}); // nothing measured
      case 11 -> manifold(record -> record.put("measured", Map.of("power", "NaN", "x", 1.0)));
      case 12 -> bomb();
      default -> nested();
    };
  }

  private static byte[] cut(byte[] whole, SplittableRandom random) {
    return Arrays.copyOf(whole, random.nextInt(whole.length));
  }

  private static byte[] then(byte[] first, byte[] second) {
    var both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);
    return both.toByteArray();
  }

  /// A few bytes that say they hold 2^31 numbers.
  private byte[] bomb() {
    byte[] whole = manifold(record -> record.put("samples", List.of()));
    // Its last two bytes are the array without elements, and the null within.
    return then(Arrays.copyOf(whole, whole.length - 2), COUNT_OF_A_BOMB);
  }

  /// Records in records, deeper than a stack.
  private byte[] nested() {
    byte[] whole = manifold(record -> record.put("samples", List.of()));
    int header = 5;
    byte[] one = Arrays.copyOfRange(whole, header, whole.length);
    one[one.length - 1] = 2; // not null: another one follows
    var nested = new ByteArrayOutputStream();
    nested.write(whole, 0, header);
    for (int i = 0; i < DEPTH; i++) {
      nested.writeBytes(one);
    }
    return nested.toByteArray();
  }
}
