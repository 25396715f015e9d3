package io.eddy.deploy.doctor;

import io.eddy.deploy.app.Cluster;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.config.Settings;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.topic.TopicCheck;
import io.eddy.processors.topic.TopicException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;

/// Looks at everything that an application needs, one after the other, and never fails: what cannot
/// be looked at is a finding, too. It changes nothing, but for a file in the state directory that
/// it deletes at once.
public final class Doctor {
  private static final String CONFIGURATION = "configuration";
  private static final List<String> ON_CLUSTER = List.of("topics", "access", "group");

  private final Map<String, String> settings;
  private final Duration patience;

  /// @param settings Kafka's and Eddy's
  /// @param patience the longest wait for one answer of the cluster
  public Doctor(Map<String, String> settings, Duration patience) {
    this.settings = settings;
    this.patience = patience;
  }

  /// Looks at everything.
  public Diagnosis examine() {
    List<Finding> findings = new ArrayList<>(MachineChecks.all());
    EddyApplication application;
    try {
      application = EddyApplication.of(settings);
      // Kafka's own settings, which Eddy passes on unread.
      new StreamsConfig(application.config().kafkaProperties());
    } catch (ConfigException e) {
      for (String problem : problems(e)) {
        findings.add(
            Finding.bad(
                CONFIGURATION,
                "settings",
                problem,
                "correct it in the file, the environment or --set",
                ExitCode.USAGE));
      }
      findings.add(Finding.skipped("cluster", "all else", "the configuration comes first"));
      return new Diagnosis(findings);
    }
    findings.addAll(configuration());
    findings.addAll(StateDirectoryCheck.all(application));
    int partitions = examineCluster(application, findings);
    findings.addAll(guarded("registry", () -> RegistryChecks.all(application)));
    findings.addAll(guarded("memory", () -> MemoryChecks.all(application, partitions)));
    return new Diagnosis(findings);
  }

  private List<Finding> configuration() {
    List<Finding> findings = new ArrayList<>();
    Settings.unknownKeys(settings.keySet())
        .forEach(
            (key, nearest) ->
                findings.add(
                    Finding.warning(
                        CONFIGURATION,
                        "settings",
                        "%s is no setting of Kafka's clients that Eddy knows".formatted(key),
                        nearest
                            .map(meant -> "did you mean %s? ".formatted(meant))
                            .orElse("")
                            .concat("nothing if an interceptor or a handler of yours reads it"))));
    if (findings.isEmpty()) {
      findings.add(
          Finding.good(CONFIGURATION, "settings", "%d, all known".formatted(settings.size())));
    }
    return findings;
  }

  /// @return partitions of the input; 0 if they are not known
  private int examineCluster(EddyApplication application, List<Finding> findings) {
    Map<String, Object> kafka =
        new StreamsConfig(application.config().kafkaProperties()).getAdminConfigs("eddy-doctor");
    try (Admin admin = Cluster.connect(kafka, patience)) {
      var cluster = new Questions(admin, patience);
      findings.addAll(guarded("cluster", () -> ClusterChecks.all(application, cluster)));
      findings.addAll(guarded("topics", () -> TopicChecks.all(application, cluster)));
      findings.addAll(guarded("access", () -> AccessChecks.all(application, cluster)));
      findings.addAll(guarded("group", () -> GroupChecks.all(application, cluster)));
      return TopicCheck.inputPartitions(admin, application.config().inputTopic().orElseThrow());
    } catch (UserException e) {
      String message = String.valueOf(e.getMessage());
      int colon = message.lastIndexOf(": ");
      findings.add(
          Finding.bad(
              "cluster",
              "reachable",
              colon < 0 ? message : message.substring(0, colon),
              colon < 0 ? "check bootstrap.servers" : message.substring(colon + 2),
              e.exitCode()));
      ON_CLUSTER.forEach(
          area -> findings.add(Finding.skipped(area, "all", "the cluster does not answer")));
      return 0;
    } catch (TopicException e) {
      return 0; // there is no input, as was found above
    }
  }

  /// A check that meets what nobody foresaw says so, and the others go on.
  private static List<Finding> guarded(String area, Supplier<List<Finding>> checks) {
    try {
      return checks.get();
    } catch (RuntimeException e) {
      return List.of(Finding.skipped(area, "all", "could not be looked at: " + e));
    }
  }

  private static List<String> problems(ConfigException e) {
    List<String> lines = String.valueOf(e.getMessage()).lines().toList();
    return lines.size() == 1
        ? lines
        : lines.stream()
            .filter(line -> line.startsWith("- "))
            .map(line -> line.substring(2))
            .toList();
  }
}
