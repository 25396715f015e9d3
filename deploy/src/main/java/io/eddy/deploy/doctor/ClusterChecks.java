package io.eddy.deploy.doctor;

import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.doctor.Questions.UnansweredException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/// The brokers: how many, of which version, and as whom they are talked to.
final class ClusterChecks {
  private static final String AREA = "cluster";
  private static final String STREAMS_FEATURE = "streams.version";

  /// Copies that survive the loss of one broker while another one is restarted.
  private static final int SAFE_REPLICAS = 3;

  private ClusterChecks() {}

  static List<Finding> all(EddyApplication application, Questions cluster) {
    List<Finding> findings = new ArrayList<>();
    findings.add(security(application));
    try {
      Collection<Node> nodes = cluster.answer(cluster.admin().describeCluster().nodes());
      findings.add(Finding.good(AREA, "reachable", brokers(nodes.size())));
      findings.add(replication(application, nodes.size()));
    } catch (UnansweredException e) {
      findings.add(Finding.skipped(AREA, "reachable", "it does not tell: " + e.getMessage()));
    }
    findings.add(version(application, cluster));
    return findings;
  }

  private static String brokers(int count) {
    return count == 1 ? "1 broker" : count + " brokers";
  }

  /// As whom; never with what.
  private static Finding security(EddyApplication application) {
    Map<String, Object> kafka = application.config().kafkaProperties();
    String protocol =
        String.valueOf(
            kafka.getOrDefault(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, "PLAINTEXT"));
    @Nullable Object mechanism = kafka.get(SaslConfigs.SASL_MECHANISM);
    String found =
        protocol.startsWith("SASL")
            ? protocol + ", " + (mechanism == null ? SaslConfigs.DEFAULT_SASL_MECHANISM : mechanism)
            : protocol;
    return Finding.good(AREA, "authentication", "accepted, " + found);
  }

  private static Finding replication(EddyApplication application, int brokers) {
    String check = "replication";
    int factor = application.config().replicationFactor();
    String setting = "eddy.topic.replication.factor";
    if (factor > brokers) {
      return Finding.bad(
          AREA,
          check,
          "%s is %d, the cluster has %s".formatted(setting, factor, brokers(brokers)),
          "set %s to %d or less, or leave it out".formatted(setting, brokers));
    }
    Object changelogs =
        application
            .config()
            .kafkaProperties()
            .getOrDefault(StreamsConfig.REPLICATION_FACTOR_CONFIG, "-1");
    String found =
        "Eddy's topics %s, changelogs %s"
            .formatted(copies(String.valueOf(factor)), copies(String.valueOf(changelogs)));
    boolean single = factor == 1 || "1".equals(String.valueOf(changelogs));
    return single && brokers >= SAFE_REPLICAS
        ? Finding.warning(
            AREA,
            check,
            found + ", on " + brokers(brokers),
            "set %s and %s to 3: with one copy the loss of one broker loses state and models"
                .formatted(setting, StreamsConfig.REPLICATION_FACTOR_CONFIG))
        : Finding.good(AREA, check, found);
  }

  private static String copies(String factor) {
    return factor.equals("-1")
        ? "as the broker says"
        : factor + (factor.equals("1") ? " copy" : " copies");
  }

  private static Finding version(EddyApplication application, Questions cluster) {
    String check = "version";
    Map<String, FinalizedVersionRange> features;
    try {
      features =
          cluster.answer(cluster.admin().describeFeatures().featureMetadata()).finalizedFeatures();
    } catch (UnansweredException e) {
      return Finding.skipped(AREA, check, "the brokers do not tell: " + e.getMessage());
    }
    @Nullable FinalizedVersionRange metadata = features.get(MetadataVersion.FEATURE_NAME);
    String found =
        metadata == null
            ? "not told, so a Kafka before 3.3, or one with ZooKeeper"
            : "metadata version " + metadataVersion(metadata.maxVersionLevel());
    boolean streamsProtocol =
        "streams"
            .equalsIgnoreCase(
                String.valueOf(
                    application
                        .config()
                        .kafkaProperties()
                        .get(StreamsConfig.GROUP_PROTOCOL_CONFIG)));
    if (streamsProtocol && !features.containsKey(STREAMS_FEATURE)) {
      return Finding.bad(
          AREA,
          check,
          found + ", without the feature " + STREAMS_FEATURE,
          "remove group.protocol=streams, or enable it: kafka-features.sh upgrade --feature"
              + " streams.version=1");
    }
    return Finding.good(AREA, check, found);
  }

  private static String metadataVersion(short level) {
    try {
      return MetadataVersion.fromFeatureLevel(level).version();
    } catch (IllegalArgumentException e) {
      return level + ", newer than this Eddy knows"; // newer brokers speak with older clients
    }
  }
}
