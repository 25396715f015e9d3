package io.eddy.deploy.doctor;

import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.doctor.Questions.UnansweredException;
import io.eddy.deploy.terminal.Numbers;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;

/// The consumer group: whether an instance runs, and how far behind its input it is.
final class GroupChecks {
  private static final String AREA = "group";
  private static final String CHECK = "state and lag";

  private GroupChecks() {}

  static List<Finding> all(EddyApplication application, Questions cluster) {
    String group = application.config().applicationId().orElseThrow();
    String input = application.config().inputTopic().orElseThrow();
    try {
      Optional<GroupListing> found =
          cluster.answer(cluster.admin().listGroups().all()).stream()
              .filter(listing -> listing.groupId().equals(group))
              .findFirst();
      if (found.isEmpty()) {
        return List.of(Finding.good(AREA, CHECK, "\"%s\" has not run yet".formatted(group)));
      }
      Map<TopicPartition, Long> committed = committed(group, input, cluster);
      long lag = lag(committed, cluster);
      GroupState state = found.get().groupState().orElse(GroupState.UNKNOWN);
      String words =
          "\"%s\" is %s, %s events of \"%s\" behind"
              .formatted(
                  group,
                  state.toString().toLowerCase(Locale.ROOT),
                  committed.isEmpty() ? "no" : Numbers.count(lag),
                  input);
      if (state == GroupState.EMPTY && lag > 0) {
        return List.of(
            Finding.warning(AREA, CHECK, words, "start an instance: nobody answers these events"));
      }
      if (state == GroupState.DEAD) {
        return List.of(
            Finding.warning(AREA, CHECK, words, "look into the log of the coordinating broker"));
      }
      return List.of(Finding.good(AREA, CHECK, words));
    } catch (UnansweredException e) {
      return List.of(Finding.skipped(AREA, CHECK, "the cluster does not tell: " + e.getMessage()));
    }
  }

  private static Map<TopicPartition, Long> committed(String group, String input, Questions cluster)
      throws UnansweredException {
    Map<TopicPartition, OffsetAndMetadata> all =
        cluster.answer(
            cluster.admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    Map<TopicPartition, Long> committed = new HashMap<>();
    all.forEach(
        (partition, offset) -> {
          if (offset != null && partition.topic().equals(input)) {
            committed.put(partition, offset.offset());
          }
        });
    return committed;
  }

  private static long lag(Map<TopicPartition, Long> committed, Questions cluster)
      throws UnansweredException {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    committed.keySet().forEach(partition -> ends.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, ListOffsetsResultInfo> newest =
        cluster.answer(cluster.admin().listOffsets(ends).all());
    long lag = 0;
    for (Map.Entry<TopicPartition, Long> one : committed.entrySet()) {
      lag += Objects.requireNonNull(newest.get(one.getKey())).offset() - one.getValue();
    }
    return lag;
  }
}
