package io.eddy.deploy.demo;

import io.eddy.deploy.csv.Recording;
import io.eddy.deploy.http.HttpSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// What a person wants from the demo.
///
/// @param recording what is replayed; none: this machine's own metrics, live
/// @param story played instead of a recording or this machine's metrics; none: those
/// @param title what the screen says at the top
/// @param http where it is to be seen; none: on the screen alone
/// @param limit how long to run; none: to the recording's end, or until stopped
/// @param rate events per second of a replay; none: as fast as it goes
/// @param lockstep whether a replay waits for trainings
/// @param port of the broker; 0 for a free one
/// @param settings Kafka's and Eddy's, over the automatic ones
public record DemoSettings(
    Optional<Recording> recording,
    Optional<Story> story,
    String title,
    Optional<HttpSettings> http,
    Optional<Duration> limit,
    OptionalDouble rate,
    boolean lockstep,
    int port,
    Map<String, String> settings) {

  public DemoSettings {
    settings = Map.copyOf(settings);
  }
}
