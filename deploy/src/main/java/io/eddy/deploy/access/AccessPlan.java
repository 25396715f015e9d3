package io.eddy.deploy.access;

import io.eddy.deploy.app.EddyApplication;
import io.eddy.processors.state.SeriesStores;
import io.eddy.processors.topic.Topics;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.TopologyDescription.GlobalStore;
import org.apache.kafka.streams.TopologyDescription.Node;
import org.apache.kafka.streams.TopologyDescription.Processor;
import org.apache.kafka.streams.TopologyDescription.Sink;
import org.apache.kafka.streams.TopologyDescription.Source;
import org.apache.kafka.streams.TopologyDescription.Subtopology;

/// The least that an application must be allowed to do, read off its topology: what it reads, what
/// it writes, and the changelogs that Kafka Streams makes for its stores.
///
/// Making Eddy's own topics is not among it: that is the work of whoever runs `eddy topics create`.
public final class AccessPlan {
  /// Stores without a changelog.
  private static final Set<String> LOCAL = Set.of(SeriesStores.SHADOW);

  private final List<Grant> grants;

  private AccessPlan(List<Grant> grants) {
    this.grants = List.copyOf(grants);
  }

  /// The plan for an application as it is configured.
  public static AccessPlan of(EddyApplication application) {
    String id = application.config().applicationId().orElseThrow();
    Topics ours = application.config().topics();
    Map<String, EnumSet<AclOperation>> topics = new TreeMap<>();
    Set<String> changelogs = new TreeSet<>();
    TopologyDescription topology = application.describeTopology();
    for (Subtopology part : topology.subtopologies()) {
      for (Node node : part.nodes()) {
        switch (node) {
          case Source source ->
              source.topicSet().forEach(topic -> allow(topics, topic, AclOperation.READ));
          case Sink sink -> allow(topics, sink.topic(), AclOperation.WRITE);
          case Processor processor ->
              processor.stores().stream()
                  .filter(store -> !LOCAL.contains(store))
                  .forEach(store -> changelogs.add(id + "-" + store + "-changelog"));
          default -> throw new IllegalStateException("a node of no known kind: " + node);
        }
      }
    }
    for (GlobalStore global : topology.globalStores()) {
      global.source().topicSet().forEach(topic -> allow(topics, topic, AclOperation.READ));
    }
    // The check before the start asks for their settings.
    ours.all().forEach(topic -> allow(topics, topic, AclOperation.DESCRIBE_CONFIGS));
    List<Grant> grants = new ArrayList<>();
    topics.forEach(
        (topic, operations) ->
            grants.add(
                new Grant(
                    ResourceType.TOPIC,
                    topic,
                    PatternType.LITERAL,
                    operations,
                    ours.all().contains(topic) ? "Eddy's own" : "the input")));
    for (String changelog : changelogs) {
      grants.add(
          new Grant(
              ResourceType.TOPIC,
              changelog,
              PatternType.LITERAL,
              EnumSet.of(
                  AclOperation.CREATE,
                  AclOperation.DESCRIBE,
                  AclOperation.READ,
                  AclOperation.WRITE),
              "a changelog, made by Kafka Streams"));
    }
    grants.add(
        new Grant(
            ResourceType.GROUP,
            id,
            PatternType.LITERAL,
            EnumSet.of(AclOperation.READ, AclOperation.DESCRIBE),
            "its consumer group"));
    if (application.config().exactlyOnce()) {
      grants.add(
          new Grant(
              ResourceType.TRANSACTIONAL_ID,
              id + "-",
              PatternType.PREFIXED,
              EnumSet.of(AclOperation.WRITE, AclOperation.DESCRIBE),
              "its transactions"));
    }
    return new AccessPlan(grants);
  }

  private static void allow(
      Map<String, EnumSet<AclOperation>> topics, String topic, AclOperation operation) {
    topics.computeIfAbsent(topic, name -> EnumSet.of(AclOperation.DESCRIBE)).add(operation);
  }

  /// Everything, topics first.
  public List<Grant> grants() {
    return grants;
  }
}
