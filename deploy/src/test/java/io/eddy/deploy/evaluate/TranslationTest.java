package io.eddy.deploy.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.backtest.Progress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TranslationTest {

  /// Two sentences are few enough to know them by heart.
  @Test
  void shouldLearnToTranslateWhatItHasSeen(@TempDir Path folder) throws IOException {
    String german = "ein mann fährt rad .\nzwei hunde spielen im schnee .\n";
    String english = "a man rides a bike .\ntwo dogs play in the snow .\n";
    write(folder.resolve("train.lc.norm.tok.de.txt.gz"), german);
    write(folder.resolve("train.lc.norm.tok.en.txt.gz"), english);
    for (String part : List.of("val", "test_2016_flickr", "test_2017_flickr")) {
      Files.writeString(folder.resolve(part + ".lc.norm.tok.de.txt"), german);
      Files.writeString(folder.resolve(part + ".lc.norm.tok.en.txt"), english);
    }
    List<String> reports = new ArrayList<>();

    TaskResult result =
        new Translation()
            .run(new TaskRun(folder, 1, 1, OptionalInt.of(60), Progress.NONE, reports::add));

    assertThat(result.metrics().firstEntry().getKey()).isEqualTo("bleu");
    assertThat(result.metrics().get("bleu")).isEqualTo(100);
    assertThat(reports).anyMatch(line -> line.startsWith("epoch 60: loss"));
  }

  private static void write(Path file, String text) throws IOException {
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
