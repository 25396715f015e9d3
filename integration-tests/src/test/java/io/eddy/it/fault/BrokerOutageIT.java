package io.eddy.it.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.Answers.Answer;
import io.eddy.it.cluster.ForkedBroker;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.KeyStates;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.state.SeriesStateCodec;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Brokers are killed by SIGKILL under load and started again on their disks: the instance goes on
/// by itself, nothing is lost and nothing done twice.
///
/// `mvn -Pfaults verify -Dit.test=BrokerOutageIT [-Deddy.it.outages=10] [-Deddy.it.seed=1]`
class BrokerOutageIT {
  private static final Waves WAVES = new Waves(12, 4);
  private static final int OUTAGES = Integer.getInteger("eddy.it.outages", 10);
  private static final long SEED = Long.getLong("eddy.it.seed", 1);
  private static final Duration START_MAX = Duration.ofMinutes(3);

  private final Random random = new Random(SEED);
  private long slowestReturnMs;

  @Test
  void shouldGoOnWhenTheOnlyBrokerWasKilled() {
    restartTheOnlyBroker(StreamsConfig.EXACTLY_ONCE_V2, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {StreamsConfig.EXACTLY_ONCE_V2, StreamsConfig.AT_LEAST_ONCE})
  @Tag("faults")
  void shouldGoOnHoweverOftenTheOnlyBrokerIsKilled(String guarantee) {
    restartTheOnlyBroker(guarantee, OUTAGES);
  }

  private void restartTheOnlyBroker(String guarantee, int outages) {
    try (ForkedBroker broker = ForkedBroker.start();
        KafkaCluster cluster = await(List.of(broker))) {
      TestApplication application = create(cluster, guarantee);
      var input = new SteadyInput(application, WAVES);
      try (Instance instance = application.start()) {
        for (int outage = 0; outage < outages; outage++) {
          input.untilCommitted(100 + random.nextInt(500));
          broker.kill();
          broker.restart();
          awaitBrokers(cluster.admin(), 1);
          long back = System.nanoTime();
          input.untilCommitted(1);
          slowestReturnMs =
              Math.max(slowestReturnMs, Duration.ofNanos(System.nanoTime() - back).toMillis());
          instance.requireAlive();
        }
        input.finish();
        instance.requireAlive();
      }
      prove(application, guarantee, input.steps());
      report(
          "the only broker killed and restarted",
          "%d times, %s, seed %d".formatted(outages, guarantee, SEED),
          application);
    }
  }

  @Test
  @Tag("faults")
  void shouldGoOnWithOneOfThreeBrokersDown() {
    List<ForkedBroker> brokers = ForkedBroker.startCluster(3);
    try (KafkaCluster cluster = await(brokers)) {
      TestApplication application = create(cluster, StreamsConfig.EXACTLY_ONCE_V2);
      var input = new SteadyInput(application, WAVES);
      try (Instance instance = application.start()) {
        for (int outage = 0; outage < OUTAGES; outage++) {
          input.untilCommitted(100 + random.nextInt(500));
          ForkedBroker killed = brokers.get(random.nextInt(brokers.size()));
          killed.kill();
          long gone = System.nanoTime();
          // More than what was on its way when the broker went.
          input.untilCommitted(200 + random.nextInt(500));
          slowestReturnMs =
              Math.max(slowestReturnMs, Duration.ofNanos(System.nanoTime() - gone).toMillis());
          killed.restart();
          awaitReplicas(application, cluster.admin(), brokers.size());
          instance.requireAlive();
        }
        input.finish();
        instance.requireAlive();
      }
      prove(application, StreamsConfig.EXACTLY_ONCE_V2, input.steps());
      report(
          "one of three brokers killed, later restarted",
          "%d times, replication 3, in-sync 2, %s, seed %d"
              .formatted(OUTAGES, StreamsConfig.EXACTLY_ONCE_V2, SEED),
          application);
    } finally {
      brokers.forEach(ForkedBroker::close);
    }
  }

  private static TestApplication create(KafkaCluster cluster, String guarantee) {
    Map<String, String> settings = new HashMap<>();
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, "2");
    settings.put(ProcessorsConfig.TRAINING_GROWTH, "0.3");
    return TestApplication.create(cluster, "outage", WAVES.partitions(), settings);
  }

  private static void prove(TestApplication application, String guarantee, int steps) {
    Answers answers = Answers.await(application);
    if (guarantee.equals(StreamsConfig.EXACTLY_ONCE_V2)) {
      answers.assertAsReplayed();
      return;
    }
    assertThat(answers.all().stream().map(Answer::origin).collect(Collectors.toSet()))
        .isEqualTo(application.sent().keySet());
    var codec = new SeriesStateCodec(application.config().forecasterSpec());
    assertThat(KeyStates.read(application).values())
        .hasSize(WAVES.keys())
        .allSatisfy(
            state ->
                assertThat(codec.decode(state.get()).series().steps()).isEqualTo((long) steps));
  }

  private void report(String fault, String done, TestApplication application) {
    FaultReport.add(
        fault,
        done,
        "the instance went on by itself; none lost, none answered or stepped twice",
        "%,d events; longest wait for the next commits %,d ms"
            .formatted(application.sent().size(), slowestReturnMs));
  }

  /// The cluster that brokers are, once they all are in it.
  private static KafkaCluster await(List<ForkedBroker> brokers) {
    KafkaCluster cluster =
        KafkaCluster.at(
            brokers.stream().map(ForkedBroker::bootstrapServers).collect(Collectors.joining(",")));
    awaitBrokers(cluster.admin(), brokers.size());
    return cluster;
  }

  private static void awaitBrokers(Admin admin, int count) {
    Patience.await("brokers")
        .atMost(START_MAX)
        .until(() -> answering(admin), answering -> answering >= count);
  }

  private static int answering(Admin admin) throws InterruptedException {
    try {
      return admin.describeCluster().nodes().get().size();
    } catch (ExecutionException e) {
      return 0; // not yet
    }
  }

  /// Waits until each partition of the application's topics is on all brokers again.
  private static void awaitReplicas(TestApplication application, Admin admin, int count) {
    Patience.await("all replicas in sync")
        .atMost(START_MAX)
        .until(
            () -> {
              List<String> topics =
                  KafkaCluster.await(admin.listTopics().names()).stream()
                      .filter(topic -> topic.startsWith(application.id()))
                      .toList();
              return KafkaCluster.await(admin.describeTopics(topics).allTopicNames())
                  .values()
                  .stream()
                  .flatMap(topic -> topic.partitions().stream())
                  .allMatch(partition -> partition.isr().size() >= count);
            });
  }
}
