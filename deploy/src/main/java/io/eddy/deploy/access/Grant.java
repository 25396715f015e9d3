package io.eddy.deploy.access;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;

/// What an application must be allowed to do with one thing of a cluster.
///
/// @param type topic, group or transactional id
/// @param name of the thing, or what its name begins with
/// @param pattern literal or prefixed
/// @param operations in Kafka's order
/// @param purpose why, in a few words
public record Grant(
    ResourceType type,
    String name,
    PatternType pattern,
    Set<AclOperation> operations,
    String purpose) {

  public Grant {
    operations = Collections.unmodifiableSet(EnumSet.copyOf(operations));
  }
}
