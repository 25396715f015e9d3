package io.eddy.deploy.command;

import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.forget.ForgetProof;
import io.eddy.deploy.forget.SeriesEraser;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `eddy forget`: everything about a series goes.
@Command(
    name = "forget",
    description = {
      "Makes a running application forget a series: its state, its history, and its part in the"
          + " next training.",
      "",
      "With --prove it waits until that is done, reads the topics, and says what is gone now, by"
          + " when the bytes are gone, and what is not Eddy's. Ends with 1 if something is still"
          + " there."
    },
    footer = {
      "%nExamples:",
      "  eddy forget pump-7 --config eddy.properties",
      "  eddy forget pump-7 --config eddy.properties --prove",
      "  eddy forget pump-7 --config eddy.properties --prove-only --json",
      "  eddy forget --key-hex 00000007 --config eddy.properties --prove"
    })
final class ForgetCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Key key = new Key();

  @Mixin private ApplicationOptions options = new ApplicationOptions();

  @Option(
      names = "--prove",
      description = "Wait until it is done, and print what the topics say about the series.")
  private boolean prove;

  @Option(
      names = "--prove-only",
      description = "Send nothing; print what the topics say about the series now.")
  private boolean proveOnly;

  @Option(names = "--json", description = "Print the proof as one JSON object.")
  private boolean json;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long --prove waits (default: ${DEFAULT-VALUE}).")
  private long timeoutSeconds;

  /// The series, as text or as bytes.
  static final class Key {
    @Parameters(paramLabel = "KEY", description = "The key of the series, as text.")
    private @Nullable String text;

    @Option(
        names = "--key-hex",
        paramLabel = "HEX",
        description = "The key of the series as bytes, in hexadecimal.")
    private @Nullable String hex;

    byte[] bytes() {
      if (text != null) {
        return text.getBytes(StandardCharsets.UTF_8);
      }
      try {
        return HexFormat.of().parseHex(String.valueOf(hex));
      } catch (IllegalArgumentException e) {
        throw new UserException(
            ExitCode.USAGE,
            "--key-hex is \"%s\", expected two hexadecimal digits a byte, such as 00ff"
                .formatted(hex),
            e);
      }
    }

    String words() {
      return text != null ? text : "0x" + hex;
    }
  }

  @Override
  public Integer call() {
    byte[] bytes = key.bytes();
    EddyApplication application = options.application();
    PrintWriter out = spec.commandLine().getOut();
    try (var eraser = SeriesEraser.of(application, bytes, key.words())) {
      if (!proveOnly && !prove) {
        out.println(eraser.send() + ": told every partition to forget " + key.words());
        return ExitCode.OK;
      }
      ForgetProof proof =
          proveOnly ? eraser.prove() : eraser.erase(Duration.ofSeconds(timeoutSeconds));
      if (json) {
        out.println(proof.json());
      } else {
        proof.lines().forEach(out::println);
      }
      return proof.isForgotten() ? ExitCode.OK : ExitCode.FAILED;
    }
  }
}
