package io.eddy.deploy.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InputSchemaCheckTest {
  private final SchemaRegistry registry =
      SchemaRegistry.from(Map.of("schema.registry.url", "mock://" + UUID.randomUUID()));

  @AfterEach
  void close() {
    registry.close();
  }

  @Test
  void shouldPassATopicWithoutASchema() {
    assertThatCode(() -> InputSchemaCheck.require(config(Map.of()), registry))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldPassAFieldThatIsANumberOrNull() {
    register(
        "{\"name\":\"power\",\"type\":[\"null\",\"float\"]},{\"name\":\"at\",\"type\":\"long\"}");

    assertThatCode(
            () ->
                InputSchemaCheck.require(
                    config(
                        Map.of("eddy.input.value.field", "power", "eddy.input.time.field", "at")),
                    registry))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldPassADecimalButNoOtherLogicalType() {
    register(
        """
        {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}},
        {"name":"id","type":{"type":"string","logicalType":"uuid"}}
        """);

    assertThatCode(
            () ->
                InputSchemaCheck.require(
                    config(Map.of("eddy.input.value.field", "price")), registry))
        .doesNotThrowAnyException();
    assertUnfit(Map.of("eddy.input.value.field", "id"), "expected a number");
  }

  @Test
  void shouldFindFieldsOfNestedRecords() {
    register(
        "{\"name\":\"reading\",\"type\":{\"type\":\"record\",\"name\":\"Reading\",\"fields\":["
            + "{\"name\":\"power\",\"type\":\"double\"}]}}");

    assertThatCode(
            () ->
                InputSchemaCheck.require(
                    config(Map.of("eddy.input.value.field", "reading.power")), registry))
        .doesNotThrowAnyException();
    assertUnfit(
        Map.of("eddy.input.value.field", "reading.energy"), "no field \"reading.energy\"", "power");
    assertUnfit(
        Map.of("eddy.input.value.field", "reading.power.peak"), "no field \"reading.power.peak\"");
  }

  @Test
  void shouldNameTheFieldsThatThereAre() {
    register("{\"name\":\"power\",\"type\":\"double\"},{\"name\":\"unit\",\"type\":\"string\"}");

    assertUnfit(Map.of(), "no field \"value\"", "eddy.input.value.field", "power, unit");
    assertUnfit(
        Map.of("eddy.input.value.field", "power", "eddy.input.time.field", "at"),
        "no field \"at\"",
        "eddy.input.time.field");
  }

  @Test
  void shouldRefuseAValueThatIsNoNumber() {
    register("{\"name\":\"value\",\"type\":\"string\"}");

    assertUnfit(Map.of(), "field \"value\"", "string", "expected a number");
  }

  @Test
  void shouldAskForTheFieldsOfCovariates() {
    register(
        "{\"name\":\"value\",\"type\":\"double\"},{\"name\":\"unit\",\"type\":\"string\"},"
            + "{\"name\":\"open\",\"type\":[\"null\",\"boolean\"]},"
            + "{\"name\":\"sky\",\"type\":{\"type\":\"map\",\"values\":\"float\"}}");

    assertThatCode(
            () ->
                InputSchemaCheck.require(
                    config(Map.of("eddy.covariates", "open,sky.north.low")), registry))
        .doesNotThrowAnyException();
    assertUnfit(
        Map.of("eddy.covariates", "open,temperature"),
        "no field \"temperature\"",
        "eddy.covariates");
    assertUnfit(
        Map.of("eddy.covariates", "unit"), "field \"unit\"", "expected a number or a boolean");
  }

  @Test
  void shouldAskForTheFieldOfACategory() {
    register(
        "{\"name\":\"value\",\"type\":\"double\"},{\"name\":\"unit\",\"type\":\"string\"},"
            + "{\"name\":\"sizes\",\"type\":{\"type\":\"array\",\"items\":\"int\"}}");

    for (String category : List.of("unit", "key")) {
      assertThatCode(
              () -> InputSchemaCheck.require(config(Map.of("eddy.embedding", category)), registry))
          .doesNotThrowAnyException();
    }
    assertUnfit(Map.of("eddy.embedding", "region"), "no field \"region\"", "eddy.embedding");
    assertUnfit(
        Map.of("eddy.embedding", "sizes"),
        "field \"sizes\"",
        "expected a number or a boolean, or a text");
  }

  @Test
  void shouldNotAskAboutOtherFormats() {
    register("{\"name\":\"power\",\"type\":\"double\"}");

    assertThatCode(
            () -> InputSchemaCheck.require(config(Map.of("eddy.input.format", "json")), registry))
        .doesNotThrowAnyException();
  }

  private void register(String fields) {
    String schema = "{\"type\":\"record\",\"name\":\"Measurement\",\"fields\":[" + fields + "]}";
    registry.idFor(SchemaRegistry.subject("input"), new Schema.Parser().parse(schema));
  }

  private void assertUnfit(Map<String, String> settings, String... words) {
    assertThatThrownBy(() -> InputSchemaCheck.require(config(settings), registry))
        .isInstanceOfSatisfying(
            UserException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNFIT))
        .hasMessageContainingAll(words);
  }

  private static ProcessorsConfig config(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("application.id", "test");
    all.put("eddy.input.topic", "input");
    return ProcessorsConfig.of(all);
  }
}
