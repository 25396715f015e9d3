package io.eddy.deploy.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.evaluate.EvaluationTask;
import io.eddy.deploy.evaluate.EvaluationTasks;
import io.eddy.deploy.evaluate.TaskResult;
import io.eddy.deploy.evaluate.TaskRun;
import io.eddy.deploy.terminal.ProgressBar;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `eddy evaluate`: how well networks read text.
@Command(
    name = "evaluate",
    description = {
      "Trains a network on a data set of text that others have published figures on, measures it on"
          + " the data set's test part, and ends with one JSON object or a table.",
      "",
      "Nothing but the text of the data set is learned from, no pre-trained vectors. What was"
          + " reached, beside what others published: docs/accuracy.md."
    },
    footer = {
      "%nExamples:",
      "  eddy evaluate --task characters --data tinyshakespeare --data-dir data --json",
      "  eddy evaluate --task caption --json",
      "  eddy evaluate --list"
    })
final class EvaluateCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Option(names = "--task", paramLabel = "TASK", description = "What is learned: see --list.")
  private @Nullable String task;

  @Option(
      names = "--data",
      paramLabel = "NAME",
      description = "The data set. Default: the task's only one.")
  private @Nullable String data;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description =
          "The folder that holds the data sets, each in a folder of its own. Not needed for"
              + " generated ones.")
  private @Nullable Path folder;

  @Option(names = "--list", description = "List tasks and their data sets, and end.")
  private boolean list;

  @Option(
      names = "--threads",
      paramLabel = "COUNT",
      description =
          "Threads that train; the result has the same bits with any number of them. Default:"
              + " all processors.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      description = "Of everything that is drawn. Default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(
      names = "--epochs",
      paramLabel = "COUNT",
      description = "Passes over the training part. Default: the task's own number.")
  private @Nullable Integer epochs;

  @Option(
      names = "--json",
      description = "End with one JSON object on the last line; shares are from 0 to 1.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      EvaluationTasks.all()
          .forEach(
              one ->
                  out.println(
                      String.format(
                          Locale.ROOT,
                          "%-13s %-16s %s",
                          one.task(),
                          one.data(),
                          one.description())));
      out.flush();
      return 0;
    }
    EvaluationTask chosen = chosen();
    if (folder == null && chosen.readsFiles()) {
      throw wrong("--data-dir is missing: the folder that holds " + chosen.data());
    }
    if (threads < 1 || (epochs != null && epochs < 1)) {
      throw wrong("--threads and --epochs are at least 1");
    }
    PrintWriter err = spec.commandLine().getErr();
    TaskResult result;
    boolean live = Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    try (var bar = new ProgressBar(err, live)) {
      result =
          chosen.run(
              new TaskRun(
                  (folder == null ? Path.of("") : folder).resolve(chosen.data()),
                  threads,
                  seed,
                  epochs == null ? OptionalInt.empty() : OptionalInt.of(epochs),
                  new BarProgress(bar),
                  line -> {
                    bar.clear();
                    err.println(line);
                    err.flush();
                  }));
    }
    if (json) {
      out.println(toJson(chosen, result));
    } else {
      result
          .metrics()
          .forEach(
              (metric, value) ->
                  out.println(String.format(Locale.ROOT, "%-18s %.4f", metric, value)));
      out.println(
          String.format(
              Locale.ROOT,
              "%,d parameters, trained in %.0f s, %,.0f tokens a second",
              result.parameters(),
              result.trainSeconds(),
              result.tokensPerSecond()));
    }
    out.flush();
    return 0;
  }

  private EvaluationTask chosen() {
    if (task == null) {
      throw wrong("--task is missing: \"eddy evaluate --list\" lists them");
    }
    List<EvaluationTask> fitting =
        EvaluationTasks.all().stream()
            .filter(one -> one.task().equals(task) && (data == null || one.data().equals(data)))
            .toList();
    if (fitting.size() != 1) {
      String known =
          EvaluationTasks.all().stream()
              .map(one -> one.task() + "/" + one.data())
              .collect(Collectors.joining(", "));
      throw wrong(
          (fitting.isEmpty() ? "there is no task " : "there are several data sets for ")
              + task
              + (data == null ? "" : " on " + data)
              + ", choose --task and --data from "
              + known);
    }
    return fitting.getFirst();
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static String toJson(EvaluationTask task, TaskResult result) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("task", task.task());
    object.put("data", task.data());
    object.putAll(result.metrics());
    object.put("train_seconds", result.trainSeconds());
    object.put("parameters", result.parameters());
    object.put("tokens_per_second", result.tokensPerSecond());
    try {
      return JSON.writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
