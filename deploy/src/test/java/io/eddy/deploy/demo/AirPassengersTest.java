package io.eddy.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.csv.Recording;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AirPassengersTest {
  @Test
  void shouldHoldTheWholeSeries() {
    Recording passengers = AirPassengers.read();

    assertThat(passengers.size()).isEqualTo(144);
    assertThat(passengers.keys()).containsExactly(AirPassengers.KEY);
    assertThat(passengers.value(0)).isEqualTo(112);
    assertThat(passengers.value(143)).isEqualTo(432);
    assertThat(Instant.ofEpochMilli(passengers.time(143)))
        .isEqualTo(Instant.parse("1960-12-01T00:00:00Z"));
    double sum = 0;
    for (int row = 0; row < passengers.size(); row++) {
      sum += passengers.value(row);
    }
    assertThat(sum).isEqualTo(40_363); // mean 280.3
  }
}
