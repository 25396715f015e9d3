package io.eddy.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.ForecastInterval;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class WatchCommandTest {
  @Test
  void shouldShowTheIntervalsOfFurtherConfidences() throws JsonProcessingException {
    Forecast.Builder forecast = forecast();
    forecast.setIntervals(
        List.of(new ForecastInterval(0.5, List.of(1.5, 1.25), List.of(2.5, 3.0))));

    JsonNode json = new ObjectMapper().readTree(WatchCommand.json("load", forecast.build()));

    assertThat(json.at("/intervals")).hasSize(1);
    assertThat(json.at("/intervals/0/confidence").asDouble()).isEqualTo(0.5);
    assertThat(json.at("/intervals/0/lower_bound/1").asDouble()).isEqualTo(1.25);
    assertThat(json.at("/intervals/0/upper_bound/0").asDouble()).isEqualTo(2.5);
  }

  @Test
  void shouldNotMentionFurtherIntervalsWhereThereAreNone() throws JsonProcessingException {
    JsonNode json = new ObjectMapper().readTree(WatchCommand.json("load", forecast().build()));

    assertThat(json.at("/key").asText()).isEqualTo("load");
    assertThat(json.has("intervals")).isFalse();
  }

  @Test
  void shouldSayWhyAValueIsAnAnomaly() throws JsonProcessingException {
    Forecast.Builder forecast = forecast();
    forecast
        .setIsAnomaly(true)
        .setAnomalyKind("SPIKE")
        .setAnomalyEvidence("TIME_OF_DAY")
        .setAnomalyInput("lag 24")
        .setAnomalyInputShare(0.434);

    assertThat(WatchCommand.line("load", forecast.build()))
        .endsWith("v0  spike by its time of day, forecast from lag 24 (43 %)");
    JsonNode json = new ObjectMapper().readTree(WatchCommand.json("load", forecast.build()));
    assertThat(json.at("/anomaly_evidence").asText()).isEqualTo("TIME_OF_DAY");
    assertThat(json.at("/anomaly_input").asText()).isEqualTo("lag 24");
    assertThat(json.at("/anomaly_input_share").asDouble()).isEqualTo(0.434);
  }

  @Test
  void shouldNameNoInputWhereNoNetworkHasForecast() {
    Forecast.Builder forecast = forecast();
    forecast.setIsAnomaly(true).setAnomalyKind("LEVEL").setAnomalyEvidence("RESIDUAL");

    assertThat(WatchCommand.line("load", forecast.build())).endsWith("v0  level by its residual");
    assertThat(WatchCommand.line("load", forecast().build())).endsWith("v0");
  }

  private static Forecast.Builder forecast() {
    return Forecast.newBuilder()
        .setEventTime(Instant.ofEpochMilli(1_000))
        .setActualValue(2)
        .setForecastValue(2)
        .setHorizon(List.of())
        .setIntervals(List.of())
        .setLowerBound(1)
        .setUpperBound(3);
  }
}
