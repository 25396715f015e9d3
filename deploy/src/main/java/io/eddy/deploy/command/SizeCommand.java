package io.eddy.deploy.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.Logging;
import io.eddy.deploy.process.UserException;
import io.eddy.deploy.size.Estimate;
import io.eddy.deploy.size.Workload;
import io.eddy.processors.config.Job;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.forecast.Footprint;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `eddy size`: what an application will take.
@Command(
    name = "size",
    description = {
      "Works out what an application takes before there is one: memory, disk, cores, traffic, time"
          + " to restore.",
      "",
      "Bytes are those of the real codec for the network that is configured; the time of an event"
          + " is measured here, in about two seconds. docs/sizing.md has the formulas. Needs no"
          + " cluster."
    },
    footer = {
      "%nExamples:",
      "  eddy size --keys 100000 --events-per-second 1700 --config eddy.properties",
      "  eddy size --keys 5000 --events-per-second 80 --set eddy.season=24 --set eddy.horizon=48"
          + " --json"
    })
final class SizeCommand implements Callable<Integer> {
  private static final Duration MEASURING = Duration.ofMillis(600);
  private static final double NANOS_PER_MICRO = 1e3;

  @Option(names = "--keys", required = true, paramLabel = "N", description = "Series.")
  private long keys;

  @Option(
      names = "--events-per-second",
      required = true,
      paramLabel = "N",
      description = "Events per second of all series together: 1,700 for 100,000 series by minute.")
  private double eventsPerSecond;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "12",
      description = "Partitions of the input (default: ${DEFAULT-VALUE}).")
  private int partitions;

  @Option(
      names = "--instances",
      paramLabel = "N",
      defaultValue = "2",
      description = "Instances of the application (default: ${DEFAULT-VALUE}).")
  private int instances;

  @Option(
      names = "--replicas",
      paramLabel = "N",
      defaultValue = "3",
      description = "Copies of each topic (default: ${DEFAULT-VALUE}).")
  private int replicas;

  @Option(
      names = "--key-bytes",
      paramLabel = "N",
      defaultValue = "16",
      description = "Bytes of a record's key (default: ${DEFAULT-VALUE}).")
  private int keyBytes;

  @Option(
      names = "--input-bytes",
      paramLabel = "N",
      defaultValue = "60",
      description = "Bytes of a record's value in the input (default: ${DEFAULT-VALUE}).")
  private int inputBytes;

  @Option(
      names = "--retention",
      paramLabel = "DURATION",
      defaultValue = "P7D",
      description = "How long answers are kept, in ISO 8601 (default: ${DEFAULT-VALUE}).")
  private Duration retention = Duration.ZERO;

  @Option(
      names = "--restore-bytes-per-second",
      paramLabel = "N",
      defaultValue = "50e6",
      description =
          "How fast an instance reads a changelog into its store (default: ${DEFAULT-VALUE});"
              + " measure yours.")
  private double restoreBytesPerSecond;

  @Option(
      names = "--micros",
      paramLabel = "N",
      description =
          "Eddy's own processor time of an event in microseconds, instead of measuring it here.")
  private @Nullable Double micros;

  @Option(names = "--json", description = "One JSON object instead of a table.")
  private boolean json;

  @Mixin private ConfigurationOptions configuration = new ConfigurationOptions();

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Override
  public Integer call() throws JsonProcessingException {
    Logging.quiet();
    Map<String, String> settings = new HashMap<>();
    configuration.sourcedIfAny().forEach((key, setting) -> settings.put(key, setting.value()));
    settings.putIfAbsent(StreamsConfig.APPLICATION_ID_CONFIG, "eddy-size");
    ProcessorsConfig config = ProcessorsConfig.of(settings);
    if (config.job() != Job.FORECAST) {
      throw new UserException(
          ExitCode.USAGE,
          "%s is %s, expected forecast: what messages take cannot be worked out yet"
              .formatted(ProcessorsConfig.JOB, settings.get(ProcessorsConfig.JOB)));
    }
    var estimate = new Estimate(workload(standbys(settings)), config, footprint(config));
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(new ObjectMapper().writeValueAsString(estimate.json()));
    } else {
      estimate.lines().forEach(out::println);
    }
    out.flush();
    return ExitCode.OK;
  }

  private Workload workload(int standbys) {
    try {
      return new Workload(
          keys,
          eventsPerSecond,
          partitions,
          instances,
          replicas,
          standbys,
          keyBytes,
          inputBytes,
          retention,
          restoreBytesPerSecond);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private int standbys(Map<String, String> settings) {
    String text = settings.getOrDefault(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, "0");
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new UserException(
          ExitCode.USAGE,
          "%s is \"%s\", expected a whole number"
              .formatted(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, text),
          e);
    }
  }

  private Footprint footprint(ProcessorsConfig config) {
    Double given = micros;
    if (given == null) {
      return Footprint.of(config, MEASURING);
    }
    return Footprint.of(config, Duration.ZERO).withEventNanos(given * NANOS_PER_MICRO);
  }
}
