package io.eddy.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.schemas.serde.WireFormat.Envelope;
import io.eddy.schemas.serde.WireFormat.SchemaGuid;
import io.eddy.schemas.serde.WireFormat.SchemaId;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireFormatTest {

  @Test
  void shouldReadTheIdBeforeTheAvroData() {
    byte[] value = {0, 0, 0, 1, 2, 42};

    Envelope envelope = WireFormat.open(value, new RecordHeaders());

    assertThat(envelope).isEqualTo(new Envelope(new SchemaId(258), 5));
  }

  @Test
  void shouldPreferTheIdInTheHeader() {
    byte[] value = {0, 0, 0, 0, 1, 42};
    Headers headers = header(0, 0, 0, 1, 2);

    Envelope envelope = WireFormat.open(value, headers);

    assertThat(envelope).isEqualTo(new Envelope(new SchemaId(258), 0));
  }

  @Test
  void shouldReadTheGuidInTheHeader() {
    Headers headers = header(1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 8);

    Envelope envelope = WireFormat.open(new byte[0], headers);

    assertThat(envelope).isEqualTo(new Envelope(new SchemaGuid(new UUID(7, 8)), 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4})
  void shouldSayWhatATooShortValueLacks(int size) {
    assertThatThrownBy(() -> WireFormat.open(new byte[size], null))
        .isInstanceOf(SerdeException.Malformed.class)
        .hasMessageContaining("%d bytes is too short", size)
        .hasMessageContaining("expected a zero byte, a schema id of 4 bytes and Avro data");
  }

  private static Headers header(int... bytes) {
    byte[] value = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      value[i] = (byte) bytes[i];
    }
    return new RecordHeaders().add(WireFormat.SCHEMA_ID_HEADER, value);
  }
}
