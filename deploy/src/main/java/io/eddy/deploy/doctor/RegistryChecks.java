package io.eddy.deploy.doctor;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.app.InputSchemaCheck;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.config.InputFormat;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.serde.SchemaRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;

/// The schema registry: whether it answers, whether the input's schema has the fields that are
/// named, and whether Eddy's own schemas are accepted. Registers nothing.
final class RegistryChecks {
  private static final String AREA = "registry";
  private static final String REACHABLE = "reachable";
  private static final String INPUT = "input's schema";
  private static final String OWN = "Eddy's schemas";
  private static final int NOT_FOUND = 404;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  private RegistryChecks() {}

  static List<Finding> all(EddyApplication application) {
    ProcessorsConfig config = application.config();
    List<Finding> findings = new ArrayList<>();
    try (SchemaRegistry registry = SchemaRegistry.from(config.kafkaProperties())) {
      Finding reachable = reachable(config, registry);
      findings.add(reachable);
      if (reachable.verdict() != Verdict.GOOD) {
        findings.add(Finding.skipped(AREA, INPUT, "the registry does not answer"));
        findings.add(Finding.skipped(AREA, OWN, "the registry does not answer"));
        return findings;
      }
      findings.add(input(config, registry));
      findings.add(own(application, registry));
    } catch (ConfigException e) {
      findings.add(
          Finding.bad(
              AREA,
              REACHABLE,
              String.valueOf(e.getMessage()),
              "set %s to http://host:port".formatted(SchemaRegistry.URL_CONFIG),
              ExitCode.USAGE));
    }
    return findings;
  }

  private static Finding reachable(ProcessorsConfig config, SchemaRegistry registry) {
    try {
      newest(registry, SchemaRegistry.subject(config.topics().forecasts()));
      return Finding.good(AREA, REACHABLE, "it answers");
    } catch (RestClientException e) {
      boolean refused = e.getStatus() == UNAUTHORIZED || e.getStatus() == FORBIDDEN;
      return Finding.bad(
          AREA,
          REACHABLE,
          "it answers with %d: %s".formatted(e.getStatus(), e.getMessage()),
          refused
              ? "set basic.auth.credentials.source=USER_INFO and basic.auth.user.info, and let the"
                  + " user read and write the subjects of Eddy's topics"
              : "check %s and the registry's log".formatted(SchemaRegistry.URL_CONFIG),
          ExitCode.UNREACHABLE);
    } catch (IOException e) {
      return Finding.bad(
          AREA,
          REACHABLE,
          "it does not answer: " + e.getMessage(),
          "start it, or correct " + SchemaRegistry.URL_CONFIG,
          ExitCode.UNREACHABLE);
    }
  }

  private static Finding input(ProcessorsConfig config, SchemaRegistry registry) {
    if (config.inputFormat() != InputFormat.AVRO) {
      return Finding.skipped(AREA, INPUT, "the input is not Avro");
    }
    String subject = SchemaRegistry.subject(config.inputTopic().orElseThrow());
    try {
      InputSchemaCheck.require(config, registry);
      return newest(registry, subject).isPresent()
          ? Finding.good(AREA, INPUT, subject + " has all fields that are named")
          : Finding.warning(
              AREA,
              INPUT,
              "there is no subject %s yet".formatted(subject),
              "nothing if nobody has written yet; else check %s and %s"
                  .formatted(ProcessorsConfig.INPUT_TOPIC, ProcessorsConfig.INPUT_FORMAT));
    } catch (UserException e) {
      return Finding.bad(
          AREA,
          INPUT,
          String.valueOf(e.getMessage()),
          "name fields that are there, or another topic",
          e.exitCode());
    } catch (RestClientException e) {
      return Finding.bad(
          AREA,
          INPUT,
          "the registry does not tell: " + e.getMessage(),
          "let the user read the subject " + subject);
    } catch (IOException e) {
      return Finding.skipped(AREA, INPUT, "the registry does not answer: " + e.getMessage());
    }
  }

  private static Finding own(EddyApplication application, SchemaRegistry registry) {
    List<String> missing = new ArrayList<>();
    List<String> foreign = new ArrayList<>();
    try {
      for (Map.Entry<String, Schema> written : application.writtenSchemas().entrySet()) {
        String subject = SchemaRegistry.subject(written.getKey());
        if (newest(registry, subject).isEmpty()) {
          missing.add(subject);
        } else if (!registry
            .client()
            .testCompatibility(subject, new AvroSchema(written.getValue()))) {
          foreign.add(subject);
        }
      }
    } catch (RestClientException | IOException e) {
      return Finding.skipped(AREA, OWN, "the registry does not tell: " + e.getMessage());
    }
    if (!foreign.isEmpty()) {
      return Finding.bad(
          AREA,
          OWN,
          "other schemas are registered for " + String.join(", ", foreign),
          "choose another eddy.topic.prefix, or delete these subjects if nobody needs them");
    }
    boolean registers =
        !"false"
            .equals(
                String.valueOf(
                    application
                        .config()
                        .kafkaProperties()
                        .get(SchemaRegistry.AUTO_REGISTER_CONFIG)));
    if (!missing.isEmpty() && !registers) {
      return Finding.bad(
          AREA,
          OWN,
          "%s=false, and nobody has registered %s"
              .formatted(SchemaRegistry.AUTO_REGISTER_CONFIG, String.join(", ", missing)),
          "register the schemas of schemas/src/main/avro, or remove the setting");
    }
    return Finding.good(
        AREA,
        OWN,
        missing.isEmpty()
            ? "all registered"
            : "%d to be registered at the start".formatted(missing.size()));
  }

  /// The newest schema's id; empty if there is none.
  private static Optional<Integer> newest(SchemaRegistry registry, String subject)
      throws RestClientException, IOException {
    try {
      return Optional.of(registry.client().getLatestSchemaMetadata(subject).getId());
    } catch (RestClientException e) {
      if (e.getStatus() == NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
