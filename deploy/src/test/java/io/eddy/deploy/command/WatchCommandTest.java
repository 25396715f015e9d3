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

  private static Forecast.Builder forecast() {
    return Forecast.newBuilder()
        .setEventTime(Instant.ofEpochMilli(1_000))
        .setActualValue(2)
        .setForecastValue(2)
        .setLowerBound(1)
        .setUpperBound(3);
  }
}
