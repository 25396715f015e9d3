package io.eddy.deploy.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import io.eddy.processors.topic.PlannedTopic;
import io.eddy.processors.topic.TopicPlan;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;

/// Topics and rights as resources of the Strimzi operator: a `KafkaTopic` for each of Eddy's topics
/// and a `KafkaUser` with the access plan. The input is whoever's who fills it.
public final class StrimziManifests {
  private static final String API = "kafka.strimzi.io/v1beta2";
  private static final int NAME_MAX = 253;

  private static final ObjectMapper YAML =
      new ObjectMapper(
          new YAMLFactory()
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              // Else Kubernetes would read "-1" as a number, where Strimzi takes either.
              .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS));

  private StrimziManifests() {}

  /// All documents.
  ///
  /// @param user name of the `KafkaUser`
  /// @param cluster name of the `Kafka` resource
  /// @param authentication of the user, such as `scram-sha-512` or `tls`
  public static String of(
      TopicPlan topics, AccessPlan access, String user, String cluster, String authentication) {
    StringBuilder documents = new StringBuilder();
    topics.topics().forEach(topic -> documents.append(yaml(topic(topic, cluster))));
    documents.append(yaml(user(access, user, cluster, authentication)));
    return documents.toString();
  }

  private static Map<String, Object> topic(PlannedTopic topic, String cluster) {
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("topicName", topic.name());
    spec.put("partitions", topic.partitions());
    if (topic.replicationFactor() > 0) {
      spec.put("replicas", (int) topic.replicationFactor());
    }
    spec.put("config", topic.configs());
    return resource("KafkaTopic", resourceName(topic.name()), cluster, spec);
  }

  private static Map<String, Object> user(
      AccessPlan access, String user, String cluster, String authentication) {
    List<Map<String, Object>> acls = access.grants().stream().map(StrimziManifests::acl).toList();
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("authentication", Map.of("type", authentication));
    Map<String, Object> authorization = new LinkedHashMap<>();
    authorization.put("type", "simple");
    authorization.put("acls", acls);
    spec.put("authorization", authorization);
    return resource("KafkaUser", resourceName(user), cluster, spec);
  }

  private static Map<String, Object> acl(Grant grant) {
    Map<String, Object> resource = new LinkedHashMap<>();
    resource.put("type", type(grant.type()));
    resource.put("name", grant.name());
    resource.put("patternType", grant.pattern() == PatternType.PREFIXED ? "prefix" : "literal");
    Map<String, Object> acl = new LinkedHashMap<>();
    acl.put("resource", resource);
    acl.put("operations", grant.operations().stream().map(AclScript::name).toList());
    return acl;
  }

  private static String type(ResourceType type) {
    return switch (type) {
      case TOPIC -> "topic";
      case GROUP -> "group";
      case TRANSACTIONAL_ID -> "transactionalId";
      default -> throw new IllegalArgumentException("Strimzi has no rights on a " + type);
    };
  }

  private static Map<String, Object> resource(
      String kind, String name, String cluster, Map<String, Object> spec) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("name", name);
    metadata.put("labels", Map.of("strimzi.io/cluster", cluster));
    Map<String, Object> resource = new LinkedHashMap<>();
    resource.put("apiVersion", API);
    resource.put("kind", kind);
    resource.put("metadata", metadata);
    resource.put("spec", spec);
    return resource;
  }

  /// Kubernetes takes small letters, digits, hyphens and dots alone.
  static String resourceName(String name) {
    String legal =
        name.toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9.-]", "-")
            .replaceAll("^[^a-z0-9]+|[^a-z0-9]+$", "");
    return legal.substring(0, Math.min(legal.length(), NAME_MAX));
  }

  private static String yaml(Map<String, Object> document) {
    try {
      return YAML.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
