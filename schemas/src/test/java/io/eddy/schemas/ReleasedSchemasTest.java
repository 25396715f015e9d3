package io.eddy.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import io.confluent.kafka.schemaregistry.CompatibilityLevel;
import io.confluent.kafka.schemaregistry.SimpleParsedSchemaHolder;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every schema against all that were released, by the registry's own checker: new code must read
/// old data, and consumers with an old schema must read new data.
class ReleasedSchemasTest {

  private static final Path CURRENT = Path.of("src/main/avro");

  /// One folder for each released set, numbered; files as in [#CURRENT].
  private static final Path RELEASED = Path.of("src/test/resources/released");

  static List<Path> releasedSchemas() throws IOException {
    try (Stream<Path> files = Files.walk(RELEASED)) {
      return files.filter(file -> file.toString().endsWith(".avsc")).sorted().toList();
    }
  }

  static List<Path> currentSchemas() throws IOException {
    try (Stream<Path> files = Files.list(CURRENT)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("releasedSchemas")
  void shouldStayCompatibleWithAReleasedSchema(Path released) throws IOException {
    Path current = CURRENT.resolve(released.getFileName());

    List<String> problems =
        schema(current)
            .isCompatible(
                CompatibilityLevel.FULL_TRANSITIVE,
                List.of(new SimpleParsedSchemaHolder(schema(released))));

    assertThat(problems).as("%s against %s", current, released).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("currentSchemas")
  void shouldKeepACopyOfEveryFirstReleasedSchema(Path current) {
    assertThat(RELEASED.resolve("1").resolve(current.getFileName())).exists();
  }

  @ParameterizedTest
  @MethodSource("currentSchemas")
  void shouldDocumentEveryRecordAndField(Path current) throws IOException {
    List<String> undocumented = new ArrayList<>();
    collectUndocumented(schema(current).rawSchema(), undocumented);

    assertThat(undocumented).isEmpty();
  }

  @Test
  void shouldNoticeAnIncompatibleChange() throws IOException {
    Path file = CURRENT.resolve("Observation.avsc");
    String json = Files.readString(file);
    assertThat(json).contains("\"double\"");

    List<String> problems =
        new AvroSchema(json.replace("\"double\"", "\"string\""))
            .isCompatible(
                CompatibilityLevel.FULL_TRANSITIVE,
                List.of(new SimpleParsedSchemaHolder(schema(file))));

    assertThat(problems).isNotEmpty();
  }

  private static AvroSchema schema(Path file) throws IOException {
    return new AvroSchema(Files.readString(file));
  }

  private static void collectUndocumented(Schema schema, List<String> undocumented) {
    switch (schema.getType()) {
      case RECORD -> {
        if (schema.getDoc() == null) {
          undocumented.add(schema.getFullName());
        }
        for (Schema.Field field : schema.getFields()) {
          if (field.doc() == null) {
            undocumented.add(schema.getFullName() + "." + field.name());
          }
          collectUndocumented(field.schema(), undocumented);
        }
      }
      case ENUM -> {
        if (schema.getDoc() == null) {
          undocumented.add(schema.getFullName());
        }
      }
      case ARRAY -> collectUndocumented(schema.getElementType(), undocumented);
      case MAP -> collectUndocumented(schema.getValueType(), undocumented);
      case UNION -> schema.getTypes().forEach(type -> collectUndocumented(type, undocumented));
      default -> {} // Primitive types carry no documentation of their own.
    }
  }
}
