package io.eddy.processors.rollout;

import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.TrainingReport;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A round of training: the partitions that train from one base version, and what each has found.
/// By partition, so that nothing depends on who comes first.
final class Round {
  private final int base;
  private final long number;
  private final Map<Integer, Member> members = new TreeMap<>();
  private long lastContribution;

  /// One partition's part.
  ///
  /// @param job number of its training, 0 if it abstained
  /// @param kind its newest report: entered, abstained, trained or failed
  /// @param contribution what it has found, in this training or one before; null for nothing yet
  record Member(long job, ReportKind kind, @Nullable ModelManifest contribution) {}

  /// @param base version that its trainings start from
  /// @param number among all rounds, from 1
  /// @param lastContribution when the newest contribution came, epoch milliseconds by the clock; 0
  ///   before the first
  Round(int base, long number, long lastContribution) {
    this.base = base;
    this.number = number;
    this.lastContribution = lastContribution;
  }

  int base() {
    return base;
  }

  long number() {
    return number;
  }

  long lastContribution() {
    return lastContribution;
  }

  Map<Integer, Member> members() {
    return members;
  }

  void enter(int partition, long job) {
    @Nullable Member before = members.get(partition);
    @Nullable ModelManifest contribution = before == null ? null : before.contribution();
    members.put(partition, new Member(job, ReportKind.ENTERED, contribution));
  }

  /// Who trains or has trained does not abstain: it was asked while it was at it.
  void abstain(int partition) {
    members.putIfAbsent(partition, new Member(0, ReportKind.ABSTAINED, null));
  }

  /// Whether a training is of this round, and still open.
  boolean expects(int partition, long job) {
    @Nullable Member member = members.get(partition);
    return member != null && member.kind() == ReportKind.ENTERED && member.job() == job;
  }

  /// Takes what a training found.
  ///
  /// @return what it found before, which this replaces; null for nothing
  @Nullable ModelManifest contribute(int partition, long job, ModelManifest model, long now) {
    @Nullable Member before = members.put(partition, new Member(job, ReportKind.TRAINED, model));
    lastContribution = now;
    return before == null ? null : before.contribution();
  }

  void fail(int partition, long job) {
    @Nullable Member before = members.get(partition);
    @Nullable ModelManifest contribution = before == null ? null : before.contribution();
    members.put(partition, new Member(job, ReportKind.FAILED, contribution));
  }

  /// What was found, by partition.
  List<ModelManifest> contributions() {
    return members.values().stream().map(Member::contribution).filter(Objects::nonNull).toList();
  }

  /// Whether every one of these partitions has trained, failed or abstained.
  boolean isComplete(Collection<Integer> partitions) {
    return partitions.stream().allMatch(this::isSettled)
        && members.keySet().stream().allMatch(this::isSettled);
  }

  private boolean isSettled(int partition) {
    @Nullable Member member = members.get(partition);
    return member != null && member.kind() != ReportKind.ENTERED;
  }

  /// Whether enough of these partitions have contributed; those that abstain do not count.
  boolean hasQuorum(Collection<Integer> partitions, double share) {
    long counted =
        partitions.stream()
            .filter(
                partition -> {
                  @Nullable Member member = members.get(partition);
                  return member == null || member.kind() != ReportKind.ABSTAINED;
                })
            .count();
    return contributions().size() >= share * counted;
  }

  /// The report that a contribution came with.
  static TrainingReport report(ModelManifest contribution) {
    return Objects.requireNonNull(contribution.getReport(), "a contribution has its report");
  }
}
