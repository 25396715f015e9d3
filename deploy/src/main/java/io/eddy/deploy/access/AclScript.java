package io.eddy.deploy.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;

/// An access plan as a shell script of Kafka's own `kafka-acls.sh`. Running it twice does nothing
/// the second time.
public final class AclScript {
  private AclScript() {}

  /// The script.
  ///
  /// @param principal as Kafka has it, such as `User:eddy`
  public static String of(AccessPlan plan, String principal) {
    StringBuilder script = new StringBuilder();
    script.append(
        """
        #!/bin/sh
        # The least that %s needs, for an administrator:
        #   BOOTSTRAP_SERVER=kafka:9092 COMMAND_CONFIG=admin.properties sh eddy-acls.sh
        set -eu
        : "${BOOTSTRAP_SERVER:?set it to host:port of a broker}"
        acls() {
          kafka-acls.sh --bootstrap-server "$BOOTSTRAP_SERVER" ${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} \\
            --add --allow-principal %s "$@"
        }
        """
            .formatted(principal, quoted(principal)));
    for (Grant grant : plan.grants()) {
      List<String> words = new ArrayList<>();
      words.add("acls");
      for (AclOperation operation : grant.operations()) {
        words.add("--operation");
        words.add(name(operation));
      }
      words.add(option(grant.type()));
      words.add(quoted(grant.name()));
      if (grant.pattern() == PatternType.PREFIXED) {
        words.add("--resource-pattern-type");
        words.add("prefixed");
      }
      script.append("\n# ").append(grant.purpose()).append('\n');
      script.append(String.join(" ", words)).append('\n');
    }
    return script.toString();
  }

  private static String option(ResourceType type) {
    return "--" + type.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// `DESCRIBE_CONFIGS` as `DescribeConfigs`.
  static String name(AclOperation operation) {
    StringBuilder name = new StringBuilder();
    for (String word : operation.name().split("_", -1)) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return name.toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
