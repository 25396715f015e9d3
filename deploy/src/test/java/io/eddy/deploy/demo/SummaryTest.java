package io.eddy.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SummaryTest {
  @Test
  void shouldPrintOneObjectWithTheNamesThatAreDocumented() {
    var summary =
        new Summary(
            20, 19, 1, 2, 0, 3, 4, 0.51239, 0.9, 1234.56, 9.8765, 1, 0.5, Map.of(), List.of());

    assertThat(summary.json())
        .isEqualTo(
            "{\"events\":20,\"forecasts\":19,\"dead_letters\":1,\"keys\":2,\"constant_keys\":0,"
                + "\"model_version\":3,\"trainings\":4,\"skill\":0.5124,\"coverage\":0.9,"
                + "\"events_per_second\":1234.6,\"wall_seconds\":9.877,\"training_seconds\":1.0,"
                + "\"waiting_seconds\":0.5}");
    assertThat(summary.isComplete()).isTrue();
    assertThat(summary.lines()).anyMatch(line -> line.contains("skill +0.51"));
  }

  @Test
  void shouldPrintWhatCameOfAScenarioBesideTheRest() {
    var summary =
        new Summary(
            1,
            1,
            0,
            1,
            0,
            1,
            1,
            0.5,
            0.9,
            1,
            1,
            1,
            0,
            Map.of("error_before", 0.123456),
            List.of("it went well"));

    assertThat(summary.json()).endsWith(",\"error_before\":0.1235}");
    assertThat(summary.lines()).startsWith("it went well");
  }

  @Test
  void shouldPrintNullForWhatCannotBeTold() {
    var summary =
        new Summary(1, 0, 0, 0, 0, 0, 0, Double.NaN, null, 0, 0, 0, 0, Map.of(), List.of());

    assertThat(summary.json()).contains("\"skill\":null,\"coverage\":null");
    assertThat(summary.isComplete()).isFalse();
    assertThat(summary.lines()).anyMatch(line -> line.contains("skill -"));
  }
}
