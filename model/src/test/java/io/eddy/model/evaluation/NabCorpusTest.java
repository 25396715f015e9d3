package io.eddy.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.evaluation.NabCorpus.Stream;
import io.eddy.model.evaluation.NabScore.Profile;
import io.eddy.model.evaluation.NabScore.Scored;
import io.eddy.model.evaluation.NabScore.Window;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The scorer against what the benchmark's repository stores of its own runs.
class NabCorpusTest {

  @Test
  void shouldGiveAHundredToTheLabelsAndNothingToSilence() throws IOException {
    List<Scored> perfect = new ArrayList<>();
    List<Scored> silent = new ArrayList<>();

    for (Stream stream : NabCorpus.streams()) {
      double[] scores = new double[stream.rows()];
      silent.add(stream.scored(scores));
      stream.windows().forEach(window -> scores[window.first()] = 1);
      perfect.add(stream.scored(scores));
    }

    for (Profile profile :
        List.of(
            Profile.STANDARD,
            Profile.REWARD_LOW_FALSE_POSITIVES,
            Profile.REWARD_LOW_FALSE_NEGATIVES)) {
      assertThat(NabScore.best(profile, perfect).normalised()).isCloseTo(100, within(1e-9));
      assertThat(NabScore.best(profile, silent).normalised()).isZero();
    }
  }

  /// In the stored results of a detector that says nothing, false negatives are the rows inside
  /// windows and true negatives those outside, after probation.
  @Test
  void shouldCountTheRowsThatThePublishedResultsCount() throws IOException {
    Map<String, int[]> published = new HashMap<>();
    for (String line :
        Files.readAllLines(NabCorpus.folder().resolve("published_scores_by_file.csv"))) {
      String[] fields = line.split(",", -1);
      if (fields[0].equals("null") && fields[1].equals("standard")) {
        published.put(
            fields[3], new int[] {Integer.parseInt(fields[7]), Integer.parseInt(fields[8])});
      }
    }

    List<Stream> streams = NabCorpus.streams();

    assertThat(streams).hasSize(41);
    for (Stream stream : streams) {
      int inside = 0;
      for (Window window : stream.windows()) {
        inside += window.rows();
      }
      int outside = stream.rows() - NabScore.probation(stream.rows()) - inside;
      assertThat(new int[] {inside, outside})
          .as(stream.file())
          .isEqualTo(published.get(stream.file()));
    }
  }
}
