package io.eddy.it.scenario;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/// JSON objects with the fields `time` and `value`.
public final class HostileJson implements HostileValues {
  private static final String TIME = "\"time\": 1704067200000";

  /// Each in the place of a whole value.
  private static final List<String> UNUSABLE =
      List.of(
          "",
          " ",
          "{",
          "{}",
          "[]",
          "null",
          "12.5",
          "NaN",
          "\"text\"",
          "{" + TIME + "}",
          "{\"value\": 1}",
          "{" + TIME + ", \"value\": NaN}",
          "{" + TIME + ", \"value\": Infinity}",
          "{" + TIME + ", \"value\": -Infinity}",
          "{" + TIME + ", \"value\": 1e999}",
          "{" + TIME + ", \"value\": -1e999}",
          "{" + TIME + ", \"value\": 1.1e300}",
          "{" + TIME + ", \"value\": 1e99999999999999999999}",
          "{" + TIME + ", \"value\": \"NaN\"}",
          "{" + TIME + ", \"value\": \"12\"}",
          "{" + TIME + ", \"value\": true}",
          "{" + TIME + ", \"value\": {\"value\": 1}}",
          "{" + TIME + ", \"value\": [1]}",
          "{" + TIME + ", \"value\": 0x10}",
          "{" + TIME + ", \"value\": 1} {" + TIME + ", \"value\": 1}",
          "{" + TIME + ", \"Value\": 1}",
          "{\"time\": null, \"value\": 1}",
          "{\"time\": \"noon\", \"value\": 1}",
          "{\"time\": \"9999-99-99\", \"value\": 1}",
          "{\"time\": true, \"value\": 1}",
          "{\"time\": {}, \"value\": 1}",
          "{\"time\": 1e300, \"value\": 1}",
          "{\"time\": -1e300, \"value\": 1}",
          "{\"time\": 253402300800000, \"value\": 1}",
          "{\"time\": 9223372036854775807, \"value\": 1}",
          "{\"time\": -9223372036854775808, \"value\": 1}",
          "{\"time\": 99999999999999999999999, \"value\": 1}",
          "{" + TIME + ", \"value\": " + "9".repeat(2_000) + "}",
          "{" + TIME + ", \"value\": 1, \"deep\": " + "[".repeat(20_000) + "}",
          "{" + TIME + ", \"value\": 1, \"text\": \"\\uD8\"}",
          "{" + TIME + ", \"value\": 1, \"text\": \"\u0000\"}",
          "\uFEFF\uFEFF{" + TIME + ", \"value\": 1}");

  @Override
  public byte[] measurement(SplittableRandom random, long time, double value) {
    List<String> fields = new ArrayList<>();
    fields.add("\"time\":" + (random.nextBoolean() ? Long.toString(time) : text(time)));
    fields.add("\"value\":" + value);
    if (random.nextInt(4) == 0) {
      fields.add("\"note\":{\"value\":[null,{}],\"time\":\"\\u0000\"}");
      fields.add("\"\":\"\uD83C\uDF0A \\\"value\\\":1\"");
    }
    Collections.shuffle(fields, new Random(random.nextLong()));
    String separator = random.nextInt(4) == 0 ? "\n\t ,\r " : ",";
    return ("{" + String.join(separator, fields) + "}").getBytes(StandardCharsets.UTF_8);
  }

  private static String text(long time) {
    return "\"" + Instant.ofEpochMilli(time) + "\"";
  }

  @Override
  public byte[] unusable(SplittableRandom random) {
    return UNUSABLE.get(random.nextInt(UNUSABLE.size())).getBytes(StandardCharsets.UTF_8);
  }
}
