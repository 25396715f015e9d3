package io.eddy.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.ForecastInterval;
import io.eddy.schemas.avro.MessageLabel;
import io.eddy.schemas.avro.MessageTranslation;
import io.eddy.schemas.avro.TokenWeight;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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

  @Test
  void shouldSayWhatIsAnsweredToMessages() throws JsonProcessingException {
    MessageLabel label =
        MessageLabel.newBuilder()
            .setEventTime(Instant.ofEpochMilli(1_000))
            .setLabel("good")
            .setProbability(0.934)
            .setProbabilities(Map.of("good", 0.934, "bad", 0.066))
            .setWeights(List.of(new TokenWeight(0, 4, 1.0)))
            .setKnownLabel("bad")
            .setModelVersion(3)
            .setDecision(4)
            .setMessages(7)
            .setInputPartition(0)
            .setInputOffset(9)
            .build();

    assertThat(MessageWords.line("web", label))
        .startsWith("1970-01-01T00:00:01Z  web")
        .endsWith("\"good\" (0.93)  known \"bad\"  v3");
    JsonNode json = new ObjectMapper().readTree(MessageWords.json("web", label));
    assertThat(json.at("/key").asText()).isEqualTo("web");
    assertThat(json.at("/event_time").asText()).isEqualTo("1970-01-01T00:00:01Z");
    assertThat(json.at("/probabilities/bad").asDouble()).isEqualTo(0.066);
    assertThat(json.at("/weights/0/end").asInt()).isEqualTo(4);
    assertThat(json.at("/redelivered").asBoolean(true)).isFalse();
  }

  @Test
  void shouldShowBytesThatEndLinesAsSuch() {
    MessageTranslation translation =
        MessageTranslation.newBuilder()
            .setEventTime(Instant.ofEpochMilli(1_000))
            .setTranslation("two\nlines")
            .setLogProbability(-1.0)
            .setAlignment(List.of())
            .setModelVersion(1)
            .setDecision(1)
            .setMessages(0)
            .setInputPartition(0)
            .setInputOffset(0)
            .build();

    assertThat(MessageWords.line("web", translation)).endsWith("\"two\\nlines\"  v1");
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
