package io.eddy.deploy.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.eddy.deploy.app.AnswerTypes;
import io.eddy.deploy.app.Cluster;
import io.eddy.deploy.config.Settings;
import io.eddy.deploy.demo.AnomalyWords;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.Logging;
import io.eddy.deploy.process.StopSignal;
import io.eddy.deploy.process.UserException;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.deploy.terminal.Text;
import io.eddy.processors.config.Job;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.ForecastInterval;
import io.eddy.schemas.avro.ForecastStep;
import io.eddy.schemas.serde.AvroSerde;
import io.eddy.schemas.serde.SchemaRegistry;
import io.eddy.schemas.serde.SerdeException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `eddy watch`: forecasts as they come, in words or as JSON.
@Command(
    name = "watch",
    description = {
      "Prints the answers of a running application as they come, committed ones only, until"
          + " Ctrl-C: forecasts, or with --job what another job says of messages."
    },
    footer = {
      "%nExamples:",
      "  eddy watch --bootstrap-server localhost:9092 --topic eddy-forecasts",
      "  eddy watch --bootstrap-server localhost:9092 --topic eddy-forecasts --key pump-7 --json",
      "  eddy watch --bootstrap-server kafka:9093 --command-config client.properties --topic"
          + " eddy-forecasts --from-beginning --max-messages 100",
      "  eddy watch --bootstrap-server localhost:9092 --topic reviews-answers --job classify"
    })
final class WatchCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int KEY_WIDTH = 24;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StopSignal stop;

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      required = true,
      description = "The Kafka cluster.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  private String bootstrapServer;

  @Option(
      names = "--command-config",
      paramLabel = "FILE",
      description =
          "Properties for the client, such as security; with schema.registry.url, forecasts that"
              + " another version of Eddy wrote can be read, too.")
  private @Nullable Path commandConfig;

  @Option(
      names = "--job",
      paramLabel = "JOB",
      defaultValue = "forecast",
      converter = JobConverter.class,
      description = "What the application does, as eddy.job says it (default: ${DEFAULT-VALUE}).")
  private Job job = Job.FORECAST;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      required = true,
      description = "The topic of forecasts, or of answers.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  private String topic;

  @Option(
      names = "--key",
      paramLabel = "SERIES",
      description = "Only this series; can be given several times.")
  private Set<String> keys = new LinkedHashSet<>();

  @Option(names = "--json", description = "One JSON object per answer, everything in it included.")
  private boolean json;

  @Option(names = "--from-beginning", description = "Start with the oldest forecast that is kept.")
  private boolean fromBeginning;

  @Option(names = "--max-messages", paramLabel = "N", description = "End after this many.")
  private long maxMessages = Long.MAX_VALUE;

  @Option(
      names = "--timeout-ms",
      paramLabel = "N",
      description = "End after this time without a forecast.")
  private long timeoutMs = Long.MAX_VALUE;

  WatchCommand(StopSignal stop) {
    this.stop = stop;
  }

  @Override
  public Integer call() {
    Logging.quiet();
    Map<String, Object> settings = settings();
    Cluster.connect(settings).close();
    stop.catchSignals();
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      begin(consumer);
      read(consumer, deserializer(settings, AnswerTypes.of(job)));
    }
    return ExitCode.OK;
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new HashMap<>();
    if (commandConfig != null) {
      settings.putAll(Settings.file(commandConfig));
    }
    settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServer);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.putIfAbsent(ConsumerConfig.CLIENT_ID_CONFIG, "eddy-watch");
    return settings;
  }

  private static <A extends SpecificRecord> Deserializer<A> deserializer(
      Map<String, Object> settings, Class<A> type) {
    return settings.containsKey(SchemaRegistry.URL_CONFIG)
        ? SchemaRegistry.from(settings).serde(type, "watched").deserializer()
        : AvroSerde.builtIn(type).deserializer();
  }

  private void begin(KafkaConsumer<byte[], byte[]> consumer) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new UserException(
          ExitCode.UNFIT,
          "the cluster at %s has no topic \"%s\": correct --topic"
              .formatted(bootstrapServer, topic));
    }
    consumer.assign(partitions);
    if (fromBeginning) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
    }
  }

  private void read(
      KafkaConsumer<byte[], byte[]> consumer, Deserializer<? extends SpecificRecord> deserializer) {
    PrintWriter out = spec.commandLine().getOut();
    long printed = 0;
    long lastMillis = System.currentTimeMillis();
    while (!stop.isRequested() && printed < maxMessages) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        lastMillis = System.currentTimeMillis();
        if (printed == maxMessages || (!keys.isEmpty() && !keys.contains(key))) {
          continue;
        }
        out.println(words(key, record, deserializer));
        printed++;
      }
      out.flush();
      if (System.currentTimeMillis() - lastMillis >= timeoutMs) {
        return;
      }
    }
  }

  private String words(
      String key,
      ConsumerRecord<byte[], byte[]> record,
      Deserializer<? extends SpecificRecord> deserializer) {
    SpecificRecord answer;
    try {
      answer = deserializer.deserialize(topic, record.headers(), record.value());
    } catch (SerdeException.Malformed | SerdeException.UnknownSchema e) {
      throw new UserException(
          ExitCode.UNFIT,
          "partition %d, offset %d of topic \"%s\" is no answer of the job %s that can be read here: %s"
              .formatted(record.partition(), record.offset(), topic, job, e.getMessage()),
          e);
    }
    return switch (answer) {
      case null ->
          json ? "{\"key\":\"%s\",\"forgotten\":true}".formatted(key) : key + " was forgotten";
      case Forecast forecast -> json ? json(key, forecast) : line(key, forecast);
      default -> json ? MessageWords.json(key, answer) : MessageWords.line(key, answer);
    };
  }

  static String line(String key, Forecast forecast) {
    return "%s  %s  actual %s%s expected %s  next %s  from %s to %s  v%d%s"
        .formatted(
            forecast.getEventTime(),
            Text.left(key, KEY_WIDTH),
            Text.right(Numbers.measure(forecast.getActualValue()), 8),
            forecast.getIsAnomaly() ? " !" : "  ",
            Text.right(measure(forecast.getExpectedValue()), 8),
            Text.right(Numbers.measure(forecast.getForecastValue()), 8),
            Text.right(Numbers.measure(forecast.getLowerBound()), 8),
            Text.right(Numbers.measure(forecast.getUpperBound()), 8),
            forecast.getModelVersion(),
            forecast.getIsAnomaly() ? "  " + AnomalyWords.of(forecast) : "");
  }

  static String json(String key, Forecast forecast) {
    ObjectNode node = JSON.createObjectNode();
    node.put("key", key);
    node.put("event_time", forecast.getEventTime().toString());
    node.put("actual_value", forecast.getActualValue());
    node.put("expected_value", forecast.getExpectedValue());
    node.put("expected_lower_bound", forecast.getExpectedLowerBound());
    node.put("expected_upper_bound", forecast.getExpectedUpperBound());
    node.put("is_anomaly", forecast.getIsAnomaly());
    node.put("anomaly_score", forecast.getAnomalyScore());
    node.put("anomaly_kind", forecast.getAnomalyKind());
    node.put("anomaly_severity", forecast.getAnomalySeverity());
    node.put("anomaly_evidence", forecast.getAnomalyEvidence());
    node.put("anomaly_input", forecast.getAnomalyInput());
    node.put("anomaly_input_share", forecast.getAnomalyInputShare());
    node.put("forecast_value", forecast.getForecastValue());
    node.put("lower_bound", forecast.getLowerBound());
    node.put("upper_bound", forecast.getUpperBound());
    var horizon = node.putArray("horizon");
    for (ForecastStep step : forecast.getHorizon()) {
      horizon
          .addObject()
          .put("step", step.getStep())
          .put("forecast_value", step.getForecastValue())
          .put("lower_bound", step.getLowerBound())
          .put("upper_bound", step.getUpperBound());
    }
    node.put("confidence", forecast.getConfidence());
    node.put("model_version", forecast.getModelVersion());
    node.put("decision", forecast.getDecision());
    node.put("steps", forecast.getSteps());
    node.put("redelivered", forecast.getRedelivered());
    node.put("late", forecast.getLate());
    if (!forecast.getIntervals().isEmpty()) {
      node.set("intervals", intervals(forecast.getIntervals()));
    }
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of numbers is always JSON", e);
    }
  }

  private static ArrayNode intervals(List<ForecastInterval> intervals) {
    ArrayNode nodes = JSON.createArrayNode();
    for (ForecastInterval interval : intervals) {
      ObjectNode node = nodes.addObject();
      node.put("confidence", interval.getConfidence());
      ArrayNode lower = node.putArray("lower_bound");
      interval.getLowerBound().forEach(lower::add);
      ArrayNode upper = node.putArray("upper_bound");
      interval.getUpperBound().forEach(upper::add);
    }
    return nodes;
  }

  private static String measure(@Nullable Double value) {
    return Numbers.measure(value == null ? Double.NaN : value);
  }
}
