package io.eddy.deploy.http;

import io.eddy.processors.progress.Progress;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.apache.kafka.streams.KafkaStreams;
import org.jspecify.annotations.Nullable;

/// The application's metrics in Prometheus' format: Kafka's own and Eddy's, which stand in the
/// registry of the Kafka Streams client, and the JVM's.
///
/// A metric `forecasts-total` of the group `stream-eddy-metrics` comes out as
/// `kafka_stream_eddy_forecasts_total`; docs/http.md lists them.
final class Scrapes implements AutoCloseable {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /// How soon the metrics of a task that was just assigned are there; Micrometer's own is a minute.
  private static final Duration REFRESH = Duration.ofSeconds(5);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
  private final ScheduledExecutorService refresher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("eddy-http-metrics").daemon().factory());
  private volatile @Nullable KafkaStreamsMetrics streamsMetrics;

  Scrapes(Progress progress, Health health, Restores restores) {
    List.of(
            new ClassLoaderMetrics(),
            new FileDescriptorMetrics(),
            garbageCollection,
            new JvmMemoryMetrics(),
            new JvmThreadMetrics(),
            new ProcessorMetrics(),
            new UptimeMetrics())
        .forEach(binder -> binder.bindTo(registry));
    gauge("eddy.live", "Whether the application lives", () -> health.isLive() ? 1 : 0);
    gauge(
        "eddy.ready",
        "Whether all partitions of this instance are restored and answered",
        () -> health.isReady() ? 1 : 0);
    gauge(
        "eddy.restore.remaining.records",
        "Records that are still to be read back into stores",
        restores::remaining);
    gauge(
        "eddy.trainings.open",
        "Training jobs that are written down and not ended",
        progress::jobsOpen);
  }

  /// Adds a value that is asked for at each scrape.
  void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).register(registry);
  }

  void attach(KafkaStreams streams) {
    var metrics = new KafkaStreamsMetrics(streams, List.of(), refresher, REFRESH);
    metrics.bindTo(registry);
    streamsMetrics = metrics;
  }

  String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    KafkaStreamsMetrics attached = streamsMetrics;
    if (attached != null) {
      attached.close();
    }
    refresher.shutdownNow();
    garbageCollection.close();
    registry.close();
  }
}
