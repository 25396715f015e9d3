package io.eddy.deploy.app;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.model.series.CovariateSpec;
import io.eddy.processors.config.InputFormat;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.serde.SchemaRegistry;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the newest schema of the user's topic has the fields that the configuration names.
///
/// Asked before the start: afterwards each record would go to the dead letters, which is right for
/// a bad record and wrong for a misspelled setting. A topic without a schema (yet) passes.
public final class InputSchemaCheck {
  private static final Logger LOGGER = LoggerFactory.getLogger(InputSchemaCheck.class);
  private static final int NOT_FOUND = 404;
  private static final Set<Schema.Type> NUMBERS =
      EnumSet.of(Schema.Type.INT, Schema.Type.LONG, Schema.Type.FLOAT, Schema.Type.DOUBLE);

  private InputSchemaCheck() {}

  /// Returns only if the input has no schema yet, or one with all fields that are named.
  ///
  /// @throws UserException if the schema lacks a field, the value is no number, or the registry
  ///   does not tell
  public static void require(ProcessorsConfig config, SchemaRegistry registry) {
    Optional<String> topic = config.inputTopic();
    if (topic.isEmpty() || config.inputFormat() != InputFormat.AVRO) {
      return;
    }
    newest(registry, SchemaRegistry.subject(topic.get()))
        .ifPresent(schema -> check(config, topic.get(), schema));
  }

  private static void check(ProcessorsConfig config, String topic, Schema schema) {
    Schema value = field(schema, config.valueField(), topic, ProcessorsConfig.INPUT_VALUE_FIELD);
    if (!isNumber(value)) {
      throw new UserException(
          ExitCode.UNFIT,
          "field \"%s\" of topic \"%s\" is of type %s, expected a number: name another field with %s"
              .formatted(config.valueField(), topic, value, ProcessorsConfig.INPUT_VALUE_FIELD));
    }
    CovariateSpec covariates = config.forecasterSpec().series().covariates();
    for (int c = 0; c < covariates.observed().size(); c++) {
      String name = covariates.name(c);
      if (covariates.isKey(c)) {
        continue;
      }
      String setting =
          covariates.isCategory(c) ? ProcessorsConfig.EMBEDDING : ProcessorsConfig.COVARIATES;
      Schema found = field(schema, name, topic, setting);
      boolean text =
          branches(found).stream()
              .anyMatch(
                  type ->
                      type.getType() == Schema.Type.STRING || type.getType() == Schema.Type.ENUM);
      requireCovariate(
          isNumberOrBoolean(found) || (text && covariates.isCategory(c)),
          name,
          topic,
          found,
          setting);
    }
    for (String name : covariates.known()) {
      Schema found = field(schema, name, topic, ProcessorsConfig.COVARIATES_KNOWN);
      boolean array =
          branches(found).stream()
              .anyMatch(
                  type ->
                      type.getType() == Schema.Type.ARRAY
                          && isNumberOrBoolean(type.getElementType()));
      requireCovariate(
          array || isNumberOrBoolean(found), name, topic, found, ProcessorsConfig.COVARIATES_KNOWN);
    }
    config
        .timeField()
        .ifPresent(path -> field(schema, path, topic, ProcessorsConfig.INPUT_TIME_FIELD));
  }

  private static void requireCovariate(
      boolean fits, String name, String topic, Schema found, String setting) {
    if (!fits) {
      throw new UserException(
          ExitCode.UNFIT,
          "field \"%s\" of topic \"%s\" is of type %s, expected a number or a boolean%s: name another field with %s"
              .formatted(name, topic, found, alternative(setting), setting));
    }
  }

  private static String alternative(String setting) {
    if (setting.equals(ProcessorsConfig.COVARIATES_KNOWN)) {
      return ", or an array of them";
    }
    return setting.equals(ProcessorsConfig.EMBEDDING) ? ", or a text" : "";
  }

  private static boolean isNumberOrBoolean(Schema schema) {
    return isNumber(schema)
        || branches(schema).stream().anyMatch(type -> type.getType() == Schema.Type.BOOLEAN);
  }

  private static boolean isNumber(Schema schema) {
    return branches(schema).stream()
        .anyMatch(
            type ->
                NUMBERS.contains(type.getType())
                    || type.getLogicalType() instanceof LogicalTypes.Decimal);
  }

  private static Schema field(Schema schema, String path, String topic, String setting) {
    Schema place = schema;
    for (String name : path.split("\\.", -1)) {
      Optional<Schema> map =
          branches(place).stream().filter(one -> one.getType() == Schema.Type.MAP).findFirst();
      if (map.isPresent()) {
        return map.get().getValueType(); // what is left of the path names an entry
      }
      Schema record =
          branches(place).stream()
              .filter(branch -> branch.getType() == Schema.Type.RECORD)
              .findFirst()
              .orElseThrow(() -> missing(schema, path, topic, setting));
      Schema.Field found = record.getField(name);
      if (found == null) {
        throw missing(record, path, topic, setting);
      }
      place = found.schema();
    }
    return place;
  }

  private static UserException missing(Schema schema, String path, String topic, String setting) {
    String fields =
        schema.getType() == Schema.Type.RECORD
            ? schema.getFields().stream().map(Schema.Field::name).collect(Collectors.joining(", "))
            : "none, it is of type " + schema.getType().getName();
    return new UserException(
        ExitCode.UNFIT,
        "the schema of topic \"%s\" has no field \"%s\" (set by %s); the fields of %s are: %s"
            .formatted(topic, path, setting, schema.getFullName(), fields));
  }

  private static Set<Schema> branches(Schema schema) {
    return schema.isUnion() ? Set.copyOf(schema.getTypes()) : Set.of(schema);
  }

  private static Optional<Schema> newest(SchemaRegistry registry, String subject) {
    try {
      var metadata = registry.client().getLatestSchemaMetadata(subject);
      if (!AvroSchema.TYPE.equals(metadata.getSchemaType())) {
        throw new UserException(
            ExitCode.UNFIT,
            "subject %s holds a schema of type %s, expected AVRO: choose another topic, or set %s=json"
                .formatted(subject, metadata.getSchemaType(), ProcessorsConfig.INPUT_FORMAT));
      }
      return Optional.of(new AvroSchema(metadata.getSchema()).rawSchema());
    } catch (RestClientException e) {
      if (e.getStatus() != NOT_FOUND) {
        throw unavailable(subject, e);
      }
      LOGGER
          .atInfo()
          .addKeyValue("subject", subject)
          .log("the input has no schema yet, not checked");
      return Optional.empty();
    } catch (IOException e) {
      throw unavailable(subject, e);
    }
  }

  private static UserException unavailable(String subject, Exception cause) {
    return new UserException(
        ExitCode.UNREACHABLE,
        "the schema registry does not tell the schema of %s (%s): check %s"
            .formatted(subject, cause.getMessage(), SchemaRegistry.URL_CONFIG),
        cause);
  }
}
