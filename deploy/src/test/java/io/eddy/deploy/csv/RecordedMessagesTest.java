package io.eddy.deploy.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedMessagesTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void shouldTakeTheColumnWithTheLongestCellsForTheMessages() throws IOException {
    Path file =
        Files.write(
            folder.resolve("talk.csv"),
            List.of("who,said,when", "a,\"good, thanks\",1", "b,and how are you?,2", ""));

    RecordedMessages read = RecordedMessages.read(file, Optional.of("who"), Optional.empty());

    assertThat(read.column()).isEqualTo("said");
    assertThat(read.messages())
        .containsExactly(
            new RecordedMessages.Message("a", "good, thanks"),
            new RecordedMessages.Message("b", "and how are you?"));
  }

  @Test
  void shouldSayWhichColumnsThereAre() throws IOException {
    Path file = Files.write(folder.resolve("talk.csv"), List.of("who;said", "a;hello"));
    Path empty = Files.write(folder.resolve("empty.csv"), List.of("who;said"));

    assertThat(RecordedMessages.read(file, Optional.empty(), Optional.of("who")).messages())
        .containsExactly(new RecordedMessages.Message("talk", "a"));
    assertThatThrownBy(() -> RecordedMessages.read(file, Optional.empty(), Optional.of("text")))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining("has no column \"text\" (asked for by --value)")
        .hasMessageContaining("who, said");
    assertThatThrownBy(() -> RecordedMessages.read(empty, Optional.empty(), Optional.empty()))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining("a header but no rows");
  }
}
