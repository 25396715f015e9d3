package io.eddy.deploy.command;

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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
      "  eddy topics create --config eddy.properties"
    })
final class TopicsCommand implements Runnable {
  private static final Duration SETTLING = Duration.ofSeconds(2);
  private static final String REPAIR = "\"eddy topics create\" with the same options";

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: plan or create");
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
