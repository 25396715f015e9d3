package io.eddy.deploy.evaluate;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Messages with tags: a line `token<TAB>tag` for each token, more columns left out; a blank line
/// behind each message; before its first token, perhaps, a line `# intent = label`.
///
/// @param tokens as they are written
/// @param tags one for each
/// @param label of the whole; empty where there is none
record TaggedText(List<String> tokens, List<String> tags, String label) {

  private static final String LABEL = "# intent = ";

  /// Reads a file.
  static List<TaggedText> read(Path file) throws IOException {
    List<TaggedText> messages = new ArrayList<>();
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
        messages.add(new TaggedText(List.copyOf(tokens), List.copyOf(tags), label));
        tokens.clear();
        tags.clear();
        label = "";
      }
    }
    return messages;
  }
}
