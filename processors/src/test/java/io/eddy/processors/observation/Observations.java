package io.eddy.processors.observation;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.avro.Reason;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;

/// Decoders as tests need them, and what they say.
final class Observations {
  /// The timestamp of every record in these tests: 2024-05-01T12:00:00Z.
  static final long NOW = 1_714_564_800_000L;

  static final byte[] KEY = "meter-7".getBytes(StandardCharsets.UTF_8);

  private Observations() {}

  static SchemaRegistry registry(Class<?> test) {
    return SchemaRegistry.from(Map.of("schema.registry.url", "mock://" + test.getSimpleName()));
  }

  static ProcessorsConfig config(String... settings) {
    Map<String, Object> properties = new HashMap<>();
    properties.put("application.id", "eddy");
    for (int i = 0; i < settings.length; i += 2) {
      properties.put(settings[i], settings[i + 1]);
    }
    return ProcessorsConfig.of(properties);
  }

  static Decoded decode(ObservationDecoder decoder, byte[] value) {
    return decoder.decode(KEY, value, new RecordHeaders(), NOW);
  }

  static void assertRejected(
      Decoded decoded, Reason reason, CharSequence part, CharSequence... more) {
    assertThat(decoded)
        .isInstanceOfSatisfying(
            Decoded.Rejected.class,
            rejected -> {
              assertThat(rejected.reason()).as(rejected.message()).isEqualTo(reason);
              assertThat(rejected.message()).contains(part);
              for (CharSequence another : more) {
                assertThat(rejected.message()).contains(another);
              }
            });
  }
}
