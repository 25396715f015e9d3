package io.eddy.it.fault;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.PublishedModels;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.cluster.TopicReader;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.streams.GroupProtocol;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Instances join and leave every few seconds, with standbys, while events keep coming and versions
/// are trained and swapped in: each event is answered once, by a state that has seen all before it
/// and under the weights that wrote it.
///
/// `mvn -Pfaults verify -Dit.test=RebalanceStormIT [-Deddy.it.changes=40] [-Deddy.it.seed=1]`
@ExtendWith(ClusterExtension.class)
class RebalanceStormIT {
  private static final Waves WAVES = new Waves(12, 6);
  private static final int QUICK_CHANGES = 2;
  private static final int CHANGES = Integer.getInteger("eddy.it.changes", 40);
  private static final long SEED = Long.getLong("eddy.it.seed", 1);
  private static final int INSTANCES_MAX = 3;
  private static final String STANDBYS = "1";

  private final Random random = new Random(SEED);

  /// When instances came and went, epoch milliseconds.
  private final List<Long> changes = new ArrayList<>();

  @Test
  void shouldAnswerEachEventOnceThroughAFewRebalancesOfTheStreamsProtocol(KafkaCluster cluster) {
    prove(cluster, GroupProtocol.STREAMS, QUICK_CHANGES);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("faults")
  void shouldAnswerEachEventOnceThroughAStormOfRebalances(
      GroupProtocol protocol, KafkaCluster cluster) {
    prove(cluster, protocol, CHANGES);
  }

  private void prove(KafkaCluster cluster, GroupProtocol protocol, int count) {
    System.out.println("RebalanceStormIT: %s, -Deddy.it.seed=%d".formatted(protocol, SEED));
    TestApplication application = create(cluster, protocol);
    var input = new SteadyInput(application, WAVES);

    runThrough(count, application, input);

    Answers answers = Answers.await(application);
    answers.assertAsReplayed();
    int decisions = PublishedModels.versions(application).decisions().size();
    List<Long> pauses = pauses(application);
    FaultReport.add(
        "rebalance storm",
        "%d joins and leaves, up to %d instances of 2 threads, protocol %s, standbys %s, seed %d"
            .formatted(count, INSTANCES_MAX, protocol, STANDBYS, SEED),
        "one answer per event, each as the pinned replay",
        ("%,d events, %d decisions; longest gap between answers of a partition at a change: median"
                + " %,d ms, longest %,d ms")
            .formatted(
                answers.all().size(), decisions, pauses.get(pauses.size() / 2), pauses.getLast()));
  }

  private static TestApplication create(KafkaCluster cluster, GroupProtocol protocol) {
    Map<String, String> settings = new HashMap<>();
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, "2");
    settings.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, protocol.name());
    settings.put(ProcessorsConfig.TRAINING_GROWTH, "0.3");
    if (protocol == GroupProtocol.CLASSIC) {
      settings.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, STANDBYS);
      // Nobody is gone without a word here; a busy machine must not look like it.
      settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, "30000");
    }
    TestApplication application =
        TestApplication.create(cluster, "storm", WAVES.partitions(), settings);
    if (protocol == GroupProtocol.STREAMS) {
      // There the broker knows how many there are.
      var group = new ConfigResource(ConfigResource.Type.GROUP, application.id());
      var standbys = new ConfigEntry("streams.num.standby.replicas", STANDBYS);
      KafkaCluster.await(
          cluster
              .admin()
              .incrementalAlterConfigs(
                  Map.of(group, List.of(new AlterConfigOp(standbys, AlterConfigOp.OpType.SET))))
              .all());
    }
    return application;
  }

  private void runThrough(int count, TestApplication application, SteadyInput input) {
    List<StateDirectory> disks = new ArrayList<>();
    List<Instance> instances = new ArrayList<>();
    try {
      for (int i = 0; i < INSTANCES_MAX; i++) {
        disks.add(StateDirectory.create());
      }
      List<StateDirectory> free = new ArrayList<>(disks);
      Map<Instance, StateDirectory> used = new HashMap<>();
      join(application, free, instances, used);
      input.untilCommitted(200);
      for (int change = 0; change < count; change++) {
        changes.add(System.currentTimeMillis());
        if (free.isEmpty() || (instances.size() > 1 && random.nextBoolean())) {
          Instance leaving = instances.remove(random.nextInt(instances.size()));
          leaving.requireAlive();
          leaving.close();
          free.add(used.remove(leaving));
        } else {
          join(application, free, instances, used);
        }
        input.untilCommitted(100 + random.nextInt(400));
      }
      input.finish();
      instances.forEach(Instance::requireAlive);
    } finally {
      instances.forEach(Instance::close);
      disks.forEach(StateDirectory::close);
    }
  }

  private static void join(
      TestApplication application,
      List<StateDirectory> free,
      List<Instance> instances,
      Map<Instance, StateDirectory> used) {
    StateDirectory disk = free.removeFirst();
    Instance joining = application.start(disk);
    instances.add(joining);
    used.put(joining, disk);
  }

  /// The longest gap between two answers of one partition around each change, sorted. Events come
  /// all the time, so a gap is a pause.
  private List<Long> pauses(TestApplication application) {
    Map<Integer, List<Long>> times = new HashMap<>();
    for (var answer :
        TopicReader.readAll(application.cluster(), application.topics().forecasts())) {
      times
          .computeIfAbsent(answer.partition(), partition -> new ArrayList<>())
          .add(answer.timestamp());
    }
    List<Long> pauses = new ArrayList<>();
    for (int change = 0; change < changes.size(); change++) {
      long from = changes.get(change);
      long to = change + 1 < changes.size() ? changes.get(change + 1) : Long.MAX_VALUE;
      long longest = 0;
      for (List<Long> partition : times.values()) {
        Collections.sort(partition);
        for (int i = 1; i < partition.size(); i++) {
          long before = partition.get(i - 1);
          long after = partition.get(i);
          if (after >= from && before < to) {
            longest = Math.max(longest, after - before);
          }
        }
      }
      pauses.add(longest);
    }
    Collections.sort(pauses);
    return pauses;
  }
}
