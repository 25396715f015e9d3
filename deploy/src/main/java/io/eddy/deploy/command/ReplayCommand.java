package io.eddy.deploy.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.deploy.replay.Replay;
import io.eddy.deploy.replay.ReplayRange;
import io.eddy.deploy.replay.ReplayReport;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.serde.SchemaRegistry;
import java.io.PrintWriter;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `eddy replay`: answers events of the past again and compares the bytes.
@Command(
    name = "replay",
    description = {
      "Answers events of the past again, each under the model version and decision that its"
          + " committed answer names, and compares the answers' bytes. Nothing is written.",
      "",
      "Each series begins where a window of the history topic begins. Under exactly-once every"
          + " answer must come out as it was committed, whatever was swapped or killed; exit code 1"
          + " tells that one did not, or that there was nothing to replay."
    },
    footer = {
      "%nExamples:",
      "  eddy replay --config eddy.properties",
      "  eddy replay --config eddy.properties --partition 2 --from 100000 --to 200000 --json"
    })
final class ReplayCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Mixin private ApplicationOptions options = new ApplicationOptions();

  @Option(
      names = "--partition",
      paramLabel = "NUMBER",
      description = "Partition of the input (default: all).")
  private @Nullable Integer partition;

  @Option(
      names = "--from",
      paramLabel = "OFFSET",
      defaultValue = "0",
      description = "First offset of the input (default: where the answers begin).")
  private long from;

  @Option(
      names = "--to",
      paramLabel = "OFFSET",
      description = "The offset behind the last (default: where the answers end).")
  private @Nullable Long to;

  @Option(names = "--json", description = "One JSON object instead of sentences.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    ReplayRange range = range();
    EddyApplication application = options.application(Map.of(ProcessorsConfig.REWARM_SHARE, "1"));
    application.connect().close();
    PrintWriter out = spec.commandLine().getOut();
    try (SchemaRegistry registry = SchemaRegistry.from(application.config().kafkaProperties())) {
      ReplayReport report = new Replay(application.config(), registry).run(range);
      if (json) {
        out.println(new ObjectMapper().writeValueAsString(report.json()));
      } else {
        report.lines().forEach(out::println);
      }
      out.flush();
      return report.isEqual() ? ExitCode.OK : ExitCode.FAILED;
    }
  }

  private ReplayRange range() {
    try {
      return new ReplayRange(
          partition == null ? OptionalInt.empty() : OptionalInt.of(partition),
          from,
          to == null ? Long.MAX_VALUE : to);
    } catch (IllegalArgumentException e) {
      throw new UserException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
  }
}
