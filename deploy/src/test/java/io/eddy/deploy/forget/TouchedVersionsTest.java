package io.eddy.deploy.forget;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.serde.SchemaRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;

class TouchedVersionsTest {
  private static final Serializer<ModelRecord> SERIALIZER =
      SchemaRegistry.from(Map.of("schema.registry.url", "mock://touched"))
          .serde(ModelRecord.class, "models")
          .serializer();

  private final TouchedVersions versions = new TouchedVersions();

  @Test
  void shouldNameVersionsThatWereTrainedOnHistoryOfBefore() {
    published(1, 0, trained(0, 99));
    published(2, 0, trained(0, 101));

    assertThat(versions.versions(Map.of(0, 100L)))
        .extracting(TouchedVersion::version)
        .containsExactly(1);
  }

  @Test
  void shouldNameVersionsThatStartedFromOneOfThese() {
    published(1, 0, trained(0, 99));
    published(2, 1, trained(0, 101));
    published(3, 2, trained(0, 102));
    published(4, 0, trained(0, 103));
    published(5, 4, trained(0, 104));

    assertThat(versions.versions(Map.of(0, 100L)))
        .containsExactly(
            new TouchedVersion(1, "trained on history of before, of partition 0"),
            new TouchedVersion(2, "started from version 1"),
            new TouchedVersion(3, "started from version 2"));
  }

  @Test
  void shouldNameVersionsOfAPartitionWhoseTombstoneIsGone() {
    published(1, 0, trained(1, 999));

    assertThat(versions.versions(Map.of(0, 100L)))
        .extracting(TouchedVersion::version)
        .containsExactly(1);
  }

  @Test
  void shouldNameVersionsWhoseBaseIsNoLongerKept() {
    published(7, 6, trained(0, 101));

    assertThat(versions.versions(Map.of(0, 100L)))
        .containsExactly(new TouchedVersion(7, "started from version 6"));
  }

  @Test
  void shouldNotNameWhatWasImportedOrIsRemoved() {
    published(1, 0, Map.of("made.by", "somebody"));
    published(2, 0, trained(0, 99));
    versions.add(new ConsumerRecord<>("models", 0, 0, key(2), noValue()));

    assertThat(versions.versions(Map.of(0, 100L))).isEqualTo(List.of());
  }

  private void published(int version, int base, Map<String, String> provenance) {
    var manifest =
        new ModelManifest(
            "digest " + version, version, base, 1L, 0, List.of(), Instant.EPOCH, provenance, null);
    byte[] value = SERIALIZER.serialize("models", new ModelRecord(manifest));
    versions.add(new ConsumerRecord<>("models", 0, 0, key(version), value));
  }

  private static Map<String, String> trained(int partition, long limit) {
    return Map.of(
        "training.partition",
        Integer.toString(partition),
        "training.history.limit",
        Long.toString(limit));
  }

  private static byte[] key(int version) {
    return "version/%010d/manifest".formatted(version).getBytes(UTF_8);
  }

  @SuppressWarnings("NullAway") // A tombstone.
  private static byte[] noValue() {
    return null;
  }
}
