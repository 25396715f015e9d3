package io.eddy.model.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.evaluation.NabCorpus;
import io.eddy.model.evaluation.NabCorpus.Stream;
import io.eddy.model.evaluation.NabScore;
import io.eddy.model.evaluation.NabScore.Profile;
import io.eddy.model.evaluation.NabScore.Scored;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The detector on the Numenta Anomaly Benchmark, with the last value as the forecast: prints the
/// table of `docs/anomaly.md`.
class NabTest {

  @Test
  void shouldScoreWellOnTheBenchmark() throws IOException {
    List<Scored> all = new ArrayList<>();
    Map<String, List<Scored>> parts = new LinkedHashMap<>();
    List<Stream> streams = NabCorpus.streams();

    for (int index = 0; index < streams.size(); index++) {
      Stream stream = streams.get(index);
      Scored scored = stream.scored(scores(stream));
      all.add(scored);
      parts.computeIfAbsent(stream.folder(), folder -> new ArrayList<>()).add(scored);
      parts
          .computeIfAbsent(index % 2 == 0 ? "odd files" : "even files", half -> new ArrayList<>())
          .add(scored);
    }

    double threshold = AnomalyDetector.THRESHOLD;
    double best = NabScore.best(Profile.STANDARD, all).threshold();
    print("all, threshold chosen", best, all);
    print("all, default threshold", threshold, all);
    parts.forEach((part, scored) -> print(part, threshold, scored));
    assertThat(NabScore.at(threshold, Profile.STANDARD, all).normalised()).isGreaterThan(70);
    parts.forEach(
        (part, scored) ->
            assertThat(NabScore.at(threshold, Profile.STANDARD, scored).normalised())
                .as(part)
                .isGreaterThan(60));
  }

  private static double[] scores(Stream stream) {
    var detector = new AnomalyDetector();
    double[] scores = new double[stream.rows()];
    double last = Double.NaN;
    for (int row = 0; row < scores.length; row++) {
      scores[row] = detector.observe(stream.time(row), stream.value(row), last, 1).score();
      last = stream.value(row);
    }
    return scores;
  }

  private static void print(String part, double threshold, List<Scored> streams) {
    NabScore.Result standard = NabScore.at(threshold, Profile.STANDARD, streams);
    System.out.printf(
        Locale.ROOT,
        "| %s | %.1f | %.1f | %.1f | %d | %d |%n",
        part,
        standard.normalised(),
        NabScore.at(threshold, Profile.REWARD_LOW_FALSE_POSITIVES, streams).normalised(),
        NabScore.at(threshold, Profile.REWARD_LOW_FALSE_NEGATIVES, streams).normalised(),
        standard.windowsFound(),
        standard.falsePositives());
  }
}
