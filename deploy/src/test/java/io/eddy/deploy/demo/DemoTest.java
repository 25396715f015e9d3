package io.eddy.deploy.demo;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.csv.Columns;
import io.eddy.deploy.csv.CsvReader;
import io.eddy.deploy.csv.Recording;
import io.eddy.deploy.process.StopSignal;
import io.eddy.model.series.CovariateSpec;
import io.eddy.model.series.EmbeddingSpec;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whole runs: a real broker, the real application, forecasts read back.
class DemoTest {
  private final StringWriter words = new StringWriter();
  private final StopSignal stop = new StopSignal();

  @Test
  void shouldAnswerEachRowOrPutItWithTheDeadLetters() {
    var csv = new StringBuilder("key,t,value\n");
    for (int t = 1; t <= 120; t++) {
      csv.append("a,%d,%f%n".formatted(t, 10 + 5 * Math.sin(t / 3.0)));
      csv.append("b,%d,%s%n".formatted(t, t % 40 == 0 ? "broken" : "7"));
    }

    Summary summary = run(Optional.of(recording(csv.toString())), Optional.empty());

    assertThat(summary.events()).isEqualTo(240);
    assertThat(summary.deadLetters()).isEqualTo(3);
    assertThat(summary.forecasts()).isEqualTo(237);
    assertThat(summary.keys()).isEqualTo(2);
    assertThat(summary.constantKeys()).isEqualTo(1);
    assertThat(summary.modelVersion()).isPositive();
    assertThat(summary.trainings()).isPositive();
    assertThat(summary.skill()).isNotNull();
    assertThat(words.toString()).contains("model v1 answers from now on").doesNotContain("\u001b");
  }

  /// Through input topic, state, history topic, training and swap: the value is ten times the
  /// temperature of the step before, and 30 higher under a promotion that is known ahead.
  @Test
  void shouldLearnFromWhatComesWithTheValues() {
    var random = new Random(8);
    var csv = new StringBuilder("key,t,value,temperature,promotion\n");
    for (String key : List.of("a", "b", "c")) {
      int before = 0;
      for (int t = 1; t <= 300; t++) {
        int temperature = random.nextInt(10);
        boolean promotion = random.nextInt(4) == 0;
        csv.append(
            "%s,%d,%d,%s,%s%n"
                .formatted(
                    key,
                    t,
                    200 + 10 * before + (promotion ? 30 : 0),
                    t % 50 == 0 ? "" : temperature,
                    promotion));
        before = t % 50 == 0 ? before : temperature;
      }
    }
    var covariates = new CovariateSpec(List.of("temperature"), List.of("promotion"));

    Summary blind =
        run(Optional.of(recording(csv.toString(), CovariateSpec.NONE)), Optional.empty());
    Summary summary = run(Optional.of(recording(csv.toString(), covariates)), Optional.empty());

    assertThat(summary.isComplete()).isTrue();
    assertThat(summary.forecasts()).isEqualTo(900);
    assertThat(requireNonNull(blind.skill())).isLessThan(0.45);
    assertThat(requireNonNull(summary.skill())).isGreaterThan(0.7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "region"})
  void shouldLearnOfACategoryOfTheFile(String category) {
    var csv = new StringBuilder("key,t,value,region\n");
    for (int t = 1; t <= 200; t++) {
      csv.append("a,%d,%d,north%nb,%d,%d,south%n".formatted(t, t % 7, t, t % 5));
    }
    CovariateSpec covariates = CovariateSpec.NONE.withEmbedding(new EmbeddingSpec(category, 2, 1));

    Summary summary = run(Optional.of(recording(csv.toString(), covariates)), Optional.empty());

    assertThat(summary.isComplete()).isTrue();
    assertThat(summary.forecasts()).isEqualTo(400);
    assertThat(summary.modelVersion()).isPositive();
  }

  @Test
  void shouldWatchThisMachineUntilTheTimeIsOver() {
    Summary summary = run(Optional.empty(), Optional.of(Duration.ofSeconds(3)));

    assertThat(summary.events()).isGreaterThan(50);
    assertThat(summary.isComplete()).isTrue();
    assertThat(summary.keys()).isGreaterThan(3);
  }

  private Summary run(Optional<Recording> recording, Optional<Duration> limit) {
    var settings =
        new DemoSettings(
            recording,
            Optional.empty(),
            "test",
            Optional.empty(),
            limit,
            OptionalDouble.empty(),
            true,
            0,
            Map.of("eddy.hidden.size", "4"));
    var writer = new PrintWriter(words, true);
    return new Demo(settings, Display.plain(writer, Duration.ofSeconds(1)), stop).run();
  }

  private static Recording recording(String csv) {
    return recording(csv, CovariateSpec.NONE);
  }

  private static Recording recording(String csv, CovariateSpec covariates) {
    var columns =
        new Columns(
            Optional.of("key"),
            Optional.of("t"),
            Optional.of("value"),
            Optional.empty(),
            covariates);
    return CsvReader.read(
        "test.csv", new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)), columns);
  }
}
