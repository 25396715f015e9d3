package io.eddy.deploy.evaluate;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.model.sequence.AnnotatedText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads texts with tags: a line `token<TAB>tag` for each token, more columns left out; a blank
/// line behind each message; before its first token, perhaps, a line `# intent = label`.
public final class TaggedText {

  private static final String LABEL = "# intent = ";

  private TaggedText() {}

  /// The texts of a file.
  ///
  /// @throws UserException if it is of another form
  public static List<AnnotatedText> read(Path file) throws IOException {
    List<AnnotatedText> messages = new ArrayList<>();
    List<String> tokens = new ArrayList<>();
    List<String> tags = new ArrayList<>();
    String label = "";
    List<String> lines = new ArrayList<>(DataFile.lines(file));
    lines.add("");
    for (String line : lines) {
      if (line.startsWith(LABEL)) {
        label = line.substring(LABEL.length());
      } else if (!line.isBlank()) {
        String[] columns = line.split("\t", -1);
        if (columns.length < 2) {
          throw new UserException(
              ExitCode.USAGE,
              file + ": \"" + line + "\" is no token and its tag with a tab between them");
        }
        tokens.add(columns[0]);
        tags.add(columns[1]);
      } else if (!tokens.isEmpty()) {
        messages.add(new AnnotatedText(tokens, tags, label));
        tokens.clear();
        tags.clear();
        label = "";
      }
    }
    return messages;
  }
}
