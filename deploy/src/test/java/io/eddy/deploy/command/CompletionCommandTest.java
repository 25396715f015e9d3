package io.eddy.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompletionCommandTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void shouldCompleteCommandsAndOptionsInBash() throws IOException, InterruptedException {
    Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no /bin/bash");
    Path script = Files.writeString(folder.resolve("eddy-completion"), script());

    assertThat(complete(script, "eddy doc")).containsExactly("doctor");
    assertThat(complete(script, "eddy topics cr")).containsExactly("create");
    assertThat(complete(script, "eddy doctor --conf")).containsExactly("--config");
  }

  /// Asks bash as the tab key does.
  private static String[] complete(Path script, String line)
      throws IOException, InterruptedException {
    String[] words = line.split(" ", -1);
    String ask =
        """
        source '%s'
        COMP_WORDS=(%s); COMP_CWORD=%d; COMP_LINE='%s'; COMP_POINT=%d
        "$(complete -p eddy | sed -E 's/.*-F ([^ ]+) .*/\\1/')"
        printf '%%s\\n' "${COMPREPLY[@]}"
        """
            .formatted(script, line, words.length - 1, line, line.length());
    // It complains there that no key was pressed.
    Process bash =
        new ProcessBuilder("/bin/bash", "--norc", "-c", ask)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    bash.waitFor();
    return said.lines().map(String::strip).toArray(String[]::new);
  }

  private static String script() {
    var out = new StringWriter();
    CommandLine eddy = EddyCommand.commandLine(new StopSignal());
    eddy.setOut(new PrintWriter(out, true));
    assertThat(eddy.execute("completion")).isEqualTo(ExitCode.OK);
    return out.toString();
  }
}
