package io.eddy.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.processors.config.ProcessorsConfig;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutomaticSettingsTest {
  @ParameterizedTest
  @CsvSource({
    "144, 12, 12", // air passengers: a year
    "853, 24, 72", // an hourly series of a month: three days
    "144, 0, 12",
    "36, 0, 8", // never below 8
    "17420, 0, 64", // never above 64
    "17420, 24, 72", // but for whole seasons
    "1000, 168, 168",
    "3650, 365, 366", // two seasons and a step in a ring of a window and a season
  })
  void shouldFillAboutTwelveWindowsOfWholeSeasons(int length, int season, int expected) {
    assertThat(AutomaticSettings.windowSize(length, season)).isEqualTo(expected);
  }

  @Test
  void shouldGiveSettingsThatAreValid() {
    for (int season : new int[] {0, 7, 12, 24, 52, 168, 169, 365, 2016}) {
      Map<String, String> settings =
          new HashMap<>(AutomaticSettings.replay(AirPassengers.read(), season));
      settings.put(ProcessorsConfig.SEASON, String.valueOf(season));
      settings.put("application.id", "test");

      assertThat(ProcessorsConfig.of(settings).windowSize()).isPositive();
    }
  }

  @Test
  void shouldTrainOftenOnAShortRecording() {
    assertThat(AutomaticSettings.replay(AirPassengers.read(), 12))
        .containsEntry(ProcessorsConfig.WINDOW_SIZE, "12")
        .containsEntry(ProcessorsConfig.TRAINING_WINDOWS_MIN, "4")
        .containsEntry(ProcessorsConfig.TRAINING_GROWTH, "0.5");
  }
}
