package io.eddy.deploy.command;

import io.eddy.deploy.models.Outcome;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.progress.DecisionKind;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// What a person may want of the versions of a running application; its rollout decides.
final class ModelWishCommand {
  private ModelWishCommand() {}

  /// The options of all of them.
  static final class Wish {
    @Mixin private ApplicationOptions options = new ApplicationOptions();

    @Option(
        names = "--reason",
        paramLabel = "TEXT",
        defaultValue = "",
        description = "Why; stands in the decision.")
    private String reason = "";

    @Option(
        names = "--wait",
        paramLabel = "SECONDS",
        defaultValue = "30",
        description =
            "How long to wait for the application to decide; 0 not to wait. Default:"
                + " ${DEFAULT-VALUE}.")
    private int seconds;

    int send(CommandSpec spec, DecisionKind kind, int version) {
      Outcome outcome =
          options.withModels(
              topics -> topics.fulfil(kind, version, reason, Duration.ofSeconds(seconds)));
      PrintWriter out = spec.commandLine().getOut();
      switch (outcome) {
        case Outcome.Decided decided -> out.println(decided.words());
        case Outcome.Unanswered() when seconds == 0 -> out.println("sent");
        case Outcome.Unanswered() ->
            throw new UserException(
                ExitCode.FAILED,
                "nothing was decided within %d s: does the application run?".formatted(seconds));
        case Outcome.Refused refused ->
            throw new UserException(ExitCode.FAILED, "refused: " + refused.reason());
      }
      out.flush();
      return ExitCode.OK;
    }
  }

  /// `eddy model promote`.
  @Command(
      name = "promote",
      description = {
        "Lets a version answer, whatever trials say.",
        "The one that answers now runs beside it, and comes back by itself if it forecasts better."
      },
      footer = {"%nExample:", "  eddy model promote 3 --config eddy.properties"})
  static final class Promote implements Callable<Integer> {
    @Parameters(paramLabel = "VERSION", description = "A version that is kept.")
    private int version;

    @Mixin private Wish wish = new Wish();

    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
      return wish.send(spec, DecisionKind.PROMOTED, version);
    }
  }

  /// `eddy model rollback`.
  @Command(
      name = "rollback",
      description = "Lets the version answer again that answered before, or the one that is named.",
      footer = {"%nExample:", "  eddy model rollback --config eddy.properties"})
  static final class RollBack implements Callable<Integer> {
    @Parameters(
        paramLabel = "VERSION",
        arity = "0..1",
        defaultValue = "0",
        description = "A version that is kept. Default: the predecessor.")
    private int version;

    @Mixin private Wish wish = new Wish();

    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
      return wish.send(spec, DecisionKind.ROLLED_BACK, version);
    }
  }

  /// `eddy model delete`.
  @Command(
      name = "delete",
      description =
          "Removes a version that neither answers, nor runs beside the one that does, nor is its"
              + " predecessor.",
      footer = {"%nExample:", "  eddy model delete 2 --config eddy.properties"})
  static final class Delete implements Callable<Integer> {
    @Parameters(paramLabel = "VERSION", description = "A version that is kept.")
    private int version;

    @Mixin private Wish wish = new Wish();

    @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
      return wish.send(spec, DecisionKind.DELETED, version);
    }
  }
}
