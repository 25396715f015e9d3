package io.eddy.deploy.command;

import io.eddy.deploy.broker.BrokerStartException;
import io.eddy.deploy.csv.CsvException;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.topic.TopicException;
import io.eddy.schemas.serde.SerdeException;
import java.io.PrintWriter;
import java.util.List;
import org.apache.kafka.common.config.ConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Turns what went wrong into one message on standard error and an exit code. What a user can put
/// right comes without a stack trace; the log has it.
final class Complaints implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private static final Logger LOGGER = LoggerFactory.getLogger(Complaints.class);

  @Override
  public int handleParseException(ParameterException problem, String[] arguments) {
    CommandLine command = problem.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("eddy: " + problem.getMessage());
    UnmatchedArgumentException.printSuggestions(problem, err);
    err.println(
        "\"%s --help\" shows what can be given"
            .formatted(command.getCommandSpec().qualifiedName()));
    return ExitCode.USAGE;
  }

  @Override
  public int handleExecutionException(Exception problem, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    err.println("eddy: " + message(problem));
    LOGGER.atDebug().setCause(problem).log("command failed");
    int code = code(problem);
    if (isUnforeseen(problem)) {
      problem.printStackTrace(err);
    }
    return code;
  }

  private static int code(Exception problem) {
    return switch (problem) {
      case UserException user -> user.exitCode();
      case CsvException _ -> ExitCode.USAGE;
      case ConfigException _ -> ExitCode.USAGE;
      case BrokerStartException _ -> ExitCode.UNREACHABLE;
      case TopicException _ -> ExitCode.UNFIT;
      case SerdeException serde ->
          switch (serde) {
            case SerdeException.RegistryUnavailable _ -> ExitCode.UNREACHABLE;
            case SerdeException.SchemaRefused _,
                SerdeException.Malformed _,
                SerdeException.UnknownSchema _ ->
                ExitCode.UNFIT;
          };
      default -> ExitCode.FAILED;
    };
  }

  private static boolean isUnforeseen(Exception problem) {
    return List.of(
            UserException.class,
            CsvException.class,
            ConfigException.class,
            BrokerStartException.class,
            TopicException.class,
            SerdeException.class)
        .stream()
        .noneMatch(type -> type.isInstance(problem));
  }

  private static String message(Exception problem) {
    return problem.getMessage() == null ? problem.toString() : problem.getMessage();
  }
}
