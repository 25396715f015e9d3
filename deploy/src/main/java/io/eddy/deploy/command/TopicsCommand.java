package io.eddy.deploy.command;

import io.eddy.deploy.access.AccessPlan;
import io.eddy.deploy.access.AclScript;
import io.eddy.deploy.access.StrimziManifests;
import io.eddy.deploy.app.Cluster;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.Logging;
import io.eddy.processors.topic.PlannedTopic;
import io.eddy.processors.topic.TopicCheck;
import io.eddy.processors.topic.TopicPlan;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `eddy topics`: the topics that an application needs beside its input.
@Command(
    name = "topics",
    description =
        "Plans, checks and creates the topics that an application needs beside its input.",
    footer = {
      "%nExamples:",
      "  eddy topics plan --config eddy.properties",
      "  eddy topics create --config eddy.properties",
      "  eddy topics export --config eddy.properties --partitions 12 --format strimzi"
    })
final class TopicsCommand implements Runnable {
  private static final Duration SETTLING = Duration.ofSeconds(2);
  private static final String REPAIR = "\"eddy topics create\" with the same options";

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: plan, create or export");
  }

  @Command(
      name = "plan",
      description = {
        "Prints the topics as they must be, and what on the cluster differs. Changes nothing.",
        "Ends with 4 if something differs."
      },
      footer = {"%nExample:", "  eddy topics plan --config eddy.properties"})
  int plan(@Mixin ConfigurationOptions configuration) {
    return onCluster(
        configuration,
        (admin, plan) -> {
          PrintWriter out = spec.commandLine().getOut();
          out.print(plan.describe());
          List<String> problems = new TopicCheck(plan, REPAIR).problems(admin);
          problems.forEach(problem -> out.println("- " + problem));
          out.println(problems.isEmpty() ? "the cluster is as planned" : "");
          return problems.isEmpty() ? ExitCode.OK : ExitCode.UNFIT;
        });
  }

  @Command(
      name = "create",
      description = {
        "Creates the topics that are missing and sets the settings that differ.",
        "Doing it twice does nothing the second time. Partitions are never changed."
      },
      footer = {"%nExample:", "  eddy topics create --config eddy.properties"})
  int create(@Mixin ConfigurationOptions configuration) {
    return onCluster(
        configuration,
        (admin, plan) -> {
          PrintWriter out = spec.commandLine().getOut();
          plan.create(admin)
              .forEach(
                  (topic, outcome) ->
                      out.println(outcome.name().toLowerCase(Locale.ROOT) + "  " + topic));
          Cluster.awaitTopics(admin, plan.topics().stream().map(PlannedTopic::name).toList());
          awaitNoProblems(new TopicCheck(plan, REPAIR), admin);
          return ExitCode.OK;
        });
  }

  /// What `eddy topics export` writes.
  enum ExportFormat {
    /// A shell script of `kafka-acls.sh`.
    ACL,
    /// Resources of the Strimzi operator.
    STRIMZI;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Command(
      name = "export",
      description = {
        "Prints, for others to carry out, what an application needs of a cluster: the least of"
            + " rights as a script of kafka-acls.sh, or topics and rights as KafkaTopic and"
            + " KafkaUser resources of the Strimzi operator.",
        "Read off the topology. Asks the cluster for the partitions of the input only if"
            + " --partitions is not given and the format needs them."
      },
      footer = {
        "%nExamples:",
        "  eddy topics export --config eddy.properties --format acl --principal User:eddy",
        "  eddy topics export --config eddy.properties --format strimzi --partitions 12"
      })
  int export(
      @Mixin ConfigurationOptions configuration,
      @Option(
              names = "--format",
              required = true,
              paramLabel = "FORMAT",
              description = "One of ${COMPLETION-CANDIDATES}.")
          ExportFormat format,
      @Option(
              names = "--principal",
              paramLabel = "User:NAME",
              defaultValue = "User:eddy",
              description = "Whom the application comes as (default: ${DEFAULT-VALUE}).")
          String principal,
      @Option(
              names = "--partitions",
              paramLabel = "N",
              description = "Partitions of the input, instead of asking the cluster.")
          @Nullable Integer partitions,
      @Option(
              names = "--cluster",
              paramLabel = "NAME",
              defaultValue = "kafka",
              description = "Name of Strimzi's Kafka resource (default: ${DEFAULT-VALUE}).")
          String cluster,
      @Option(
              names = "--authentication",
              paramLabel = "TYPE",
              defaultValue = "scram-sha-512",
              description = "Of Strimzi's KafkaUser (default: ${DEFAULT-VALUE}).")
          String authentication) {
    if (partitions != null && partitions < 1) {
      throw new ParameterException(
          spec.commandLine(), "--partitions is %d, expected at least 1".formatted(partitions));
    }
    EddyApplication application = EddyApplication.of(configuration.settings());
    Logging.quiet();
    var access = AccessPlan.of(application);
    PrintWriter out = spec.commandLine().getOut();
    out.print(
        switch (format) {
          case ACL -> AclScript.of(access, principal);
          case STRIMZI ->
              StrimziManifests.of(
                  plan(application, partitions),
                  access,
                  principal.replaceFirst("^User:", ""),
                  cluster,
                  authentication);
        });
    out.flush();
    return ExitCode.OK;
  }

  private static TopicPlan plan(EddyApplication application, @Nullable Integer partitions) {
    if (partitions != null) {
      return TopicPlan.of(
          application.config().topics(), partitions, application.config().replicationFactor());
    }
    try (Admin admin = application.connect()) {
      return application.topicPlan(admin);
    }
  }

  /// Settings that were just changed reach the brokers a moment later.
  private static void awaitNoProblems(TopicCheck check, Admin admin) {
    long deadline = System.nanoTime() + SETTLING.toNanos();
    while (System.nanoTime() < deadline && !check.problems(admin).isEmpty()) {
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    check.require(admin);
  }

  private interface Work {
    int on(Admin admin, TopicPlan plan);
  }

  private static int onCluster(ConfigurationOptions configuration, Work work) {
    EddyApplication application = EddyApplication.of(configuration.settings());
    Logging.quiet();
    try (Admin admin = application.connect()) {
      return work.on(admin, application.topicPlan(admin));
    }
  }
}
