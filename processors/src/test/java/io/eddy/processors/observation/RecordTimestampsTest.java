package io.eddy.processors.observation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordTimestampsTest {

  @ParameterizedTest
  @CsvSource({"1000, 5, 1000", "0, 5, 0", "-1, 5, 5", "-1, -1, 0", "-662688000000, 7, 7"})
  void shouldNeverBeNegative(long timestamp, long partitionTime, long expected) {
    var record =
        new ConsumerRecord<Object, Object>(
            "input",
            0,
            0L,
            timestamp,
            TimestampType.CREATE_TIME,
            0,
            0,
            "key",
            "value",
            new RecordHeaders(),
            Optional.empty());

    assertThat(new RecordTimestamps().extract(record, partitionTime)).isEqualTo(expected);
  }
}
