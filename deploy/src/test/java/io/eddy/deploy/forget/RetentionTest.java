package io.eddy.deploy.forget;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RetentionTest {
  private static final Instant WRITTEN = Instant.parse("2026-03-01T00:00:00Z");
  private static final long DAY = Duration.ofDays(1).toMillis();

  private final Map<String, String> config = new HashMap<>();

  RetentionTest() {
    config.put("segment.ms", Long.toString(DAY));
    config.put("retention.ms", Long.toString(7 * DAY));
    config.put("max.compaction.lag.ms", Long.toString(DAY));
    config.put("delete.retention.ms", Long.toString(DAY));
  }

  @Test
  void shouldAddTheSegmentsTimeToTheRetention() {
    config.put("cleanup.policy", "delete");

    assertThat(valuesGoneBy(false)).isEqualTo("2026-03-09T00:00:00Z");
  }

  @Test
  void shouldNotCountOnAnEndWhereThereIsNoRetention() {
    config.put("cleanup.policy", "delete");
    config.put("retention.ms", "-1");

    assertThat(valuesGoneBy(false)).isEqualTo("null");
  }

  @Test
  void shouldKeepWhatNoTombstoneReplaces() {
    config.put("cleanup.policy", "compact");

    assertThat(valuesGoneBy(false)).isEqualTo("null");
    assertThat(valuesGoneBy(true)).isEqualTo("2026-03-02T00:00:00Z");
  }

  @Test
  void shouldTellWhenATombstoneIsGoneToo() {
    config.put("cleanup.policy", "compact");

    assertThat(Retention.of(config).tombstoneGoneBy(WRITTEN.toEpochMilli()))
        .isEqualTo("2026-03-04T00:00:00Z");
  }

  @Test
  void shouldNotCountOnCompactionByKafkasDefaults() {
    config.put("cleanup.policy", "compact");
    config.put("max.compaction.lag.ms", Long.toString(Long.MAX_VALUE));

    assertThat(valuesGoneBy(true)).isEqualTo("null");
    assertThat(Retention.of(config).tombstoneGoneBy(WRITTEN.toEpochMilli())).isNull();
  }

  @Test
  void shouldTakeTheEarlierEndOfTwo() {
    config.put("cleanup.policy", "compact,delete");

    assertThat(valuesGoneBy(true)).isEqualTo("2026-03-02T00:00:00Z");
    assertThat(valuesGoneBy(false)).isEqualTo("2026-03-09T00:00:00Z");
  }

  private String valuesGoneBy(boolean replaced) {
    return String.valueOf(Retention.of(config).valuesGoneBy(WRITTEN.toEpochMilli(), replaced));
  }
}
