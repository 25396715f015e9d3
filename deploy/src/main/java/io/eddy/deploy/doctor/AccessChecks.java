package io.eddy.deploy.doctor;

import io.eddy.deploy.access.AccessPlan;
import io.eddy.deploy.access.Grant;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.doctor.Questions.UnansweredException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

/// Whether this user may do what the application does, as far as a cluster tells: it says nothing
/// of topics that are not there yet, nor of transactional ids.
final class AccessChecks {
  private static final String AREA = "access";
  private static final String REMEDY =
      "an administrator runs what \"eddy topics export --format acl --config FILE\" prints";

  private AccessChecks() {}

  static List<Finding> all(EddyApplication application, Questions cluster) {
    List<Finding> findings = new ArrayList<>();
    int allowed = 0;
    int untold = 0;
    for (Grant grant : AccessPlan.of(application).grants()) {
      @Nullable Set<AclOperation> granted;
      try {
        granted = granted(grant, cluster);
      } catch (UnansweredException e) {
        if (e.isForbidden()) {
          findings.add(missing(grant, grant.operations()));
        } else {
          untold++;
        }
        continue;
      }
      if (granted == null) {
        untold++;
        continue;
      }
      Set<AclOperation> lacking = EnumSet.copyOf(grant.operations());
      lacking.removeAll(granted);
      lacking.remove(AclOperation.CREATE); // of a topic that is there
      if (lacking.isEmpty()) {
        allowed++;
      } else {
        findings.add(missing(grant, lacking));
      }
    }
    if (findings.isEmpty()) {
      findings.add(
          Finding.good(
              AREA,
              "rights",
              "%d of %d needed are there, %d cannot be asked yet"
                  .formatted(allowed, allowed + untold, untold)));
    }
    return findings;
  }

  private static Finding missing(Grant grant, Set<AclOperation> lacking) {
    return Finding.bad(
        AREA,
        "rights",
        "%s on %s \"%s\" (%s)"
            .formatted(
                lacking.stream().map(Enum::name).collect(Collectors.joining(", ")),
                grant.type().name().toLowerCase(Locale.ROOT),
                grant.name(),
                grant.purpose()),
        REMEDY);
  }

  /// What this user may do; null where the cluster cannot tell.
  private static @Nullable Set<AclOperation> granted(Grant grant, Questions cluster)
      throws UnansweredException {
    try {
      if (grant.type() == ResourceType.TOPIC) {
        return cluster
            .answer(
                Objects.requireNonNull(
                    cluster
                        .admin()
                        .describeTopics(
                            List.of(grant.name()),
                            new DescribeTopicsOptions().includeAuthorizedOperations(true))
                        .topicNameValues()
                        .get(grant.name())))
            .authorizedOperations();
      }
      if (grant.type() == ResourceType.GROUP) {
        return cluster
            .answer(
                Objects.requireNonNull(
                    cluster
                        .admin()
                        .describeConsumerGroups(
                            List.of(grant.name()),
                            new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
                        .describedGroups()
                        .get(grant.name())))
            .authorizedOperations();
      }
      return null;
    } catch (UnansweredException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException
          || e.getCause() instanceof GroupIdNotFoundException) {
        return null;
      }
      throw e;
    }
  }
}
