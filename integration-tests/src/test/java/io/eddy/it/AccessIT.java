package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.deploy.access.AccessPlan;
import io.eddy.deploy.access.Grant;
import io.eddy.deploy.app.Cluster;
import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.app.RunningApplication;
import io.eddy.deploy.broker.EmbeddedBroker;
import io.eddy.deploy.doctor.Diagnosis;
import io.eddy.deploy.doctor.Doctor;
import io.eddy.deploy.doctor.Finding;
import io.eddy.deploy.doctor.Verdict;
import io.eddy.deploy.process.StopSignal;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Event;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.progress.Progress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A broker that asks who comes and lets nobody do what was not granted: the rights that Eddy says
/// it needs are enough for everything it does, and the doctor names the one that is missing.
class AccessIT {
  private static final String PRINCIPAL = "User:eddy";
  private static final int KEYS = 4;
  private static final int STEPS = 200;

  private final EmbeddedBroker broker =
      EmbeddedBroker.start(
          0,
          Map.of(
              "listener.security.protocol.map", "LOCAL:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
              "sasl.enabled.mechanisms", "PLAIN",
              "sasl.mechanism.inter.broker.protocol", "PLAIN",
              "listener.name.local.plain.sasl.jaas.config",
                  login("admin", "admin-password")
                      .replace(";", " user_admin=\"admin-password\" user_eddy=\"eddy-password\";"),
              "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
              // The controller's own listener, inside of the process.
              "super.users", "User:admin;User:ANONYMOUS"));

  private final Admin admin = Admin.create(new HashMap<>(client("admin", "admin-password")));

  @AfterEach
  void stop() {
    admin.close();
    broker.close();
  }

  @Test
  void shouldRunTrainAndPublishWithTheRightsThatItNamesAndNoOthers() {
    try (StateDirectory state = StateDirectory.create()) {
      EddyApplication application = application(state, "least");
      prepare(application);
      AccessPlan plan = AccessPlan.of(application);
      plan.grants().forEach(this::grant);
      var progress = new Progress();
      var swaps = new AtomicInteger();
      progress.onSwap(swap -> swaps.incrementAndGet());

      try (RunningApplication running = application.start(progress)) {
        running.awaitRunning(Duration.ofSeconds(60), new StopSignal());
        send(new Waves(KEYS, 1).steps(0, STEPS));
        Patience.await("every event answered and a model adopted")
            .until(
                () -> {
                  running.requireAlive();
                  return answered(application) >= KEYS * STEPS && swaps.get() > 0;
                });
      }

      Set<String> changelogs =
          KafkaCluster.await(admin.listTopics().names()).stream()
              .filter(topic -> topic.endsWith("-changelog"))
              .collect(Collectors.toSet());
      assertThat(plan.grants())
          .filteredOn(grant -> grant.name().endsWith("-changelog"))
          .extracting(Grant::name)
          .containsExactlyInAnyOrderElementsOf(changelogs);
    }
  }

  @Test
  void shouldNameTheRightThatIsMissing() {
    try (StateDirectory state = StateDirectory.create()) {
      EddyApplication application = application(state, "short");
      prepare(application);
      AccessPlan.of(application).grants().forEach(this::grant);
      Map<String, String> settings = settings(state, "short");
      assertThat(bad(new Doctor(settings, Duration.ofSeconds(10)).examine())).isEmpty();
      String history = application.config().topics().history();
      revoke(history, AclOperation.READ);

      Patience.await("the broker knows of it")
          .untilAsserted(
              () ->
                  assertThat(bad(new Doctor(settings, Duration.ofSeconds(10)).examine()))
                      .singleElement()
                      .satisfies(
                          finding -> {
                            assertThat(finding.found()).contains("READ on topic", history);
                            assertThat(finding.remedy()).contains("eddy topics export");
                          }));
    }
  }

  @Test
  void shouldSayThatAPasswordIsWrong() {
    try (StateDirectory state = StateDirectory.create()) {
      Map<String, String> settings = settings(state, "stranger");
      settings.putAll(client("eddy", "guess"));

      Diagnosis diagnosis = new Doctor(settings, Duration.ofSeconds(10)).examine();

      assertThat(bad(diagnosis))
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.found()).contains("refuses this client");
                assertThat(finding.remedy()).contains("security settings");
              });
      assertThat(diagnosis.findings().toString()).doesNotContain("guess");
    }
  }

  private static List<Finding> bad(Diagnosis diagnosis) {
    return diagnosis.findings().stream()
        .filter(finding -> finding.verdict() == Verdict.BAD)
        .toList();
  }

  private EddyApplication application(StateDirectory state, String id) {
    return EddyApplication.of(settings(state, id));
  }

  private Map<String, String> settings(StateDirectory state, String id) {
    Map<String, String> settings = new HashMap<>(client("eddy", "eddy-password"));
    settings.put("application.id", id);
    settings.put("state.dir", state.path().toString());
    settings.put("schema.registry.url", "mock://access-" + id);
    settings.put("commit.interval.ms", "100");
    settings.put("eddy.input.topic", "input");
    settings.put("eddy.input.format", "json");
    settings.put("eddy.input.time.field", "time");
    settings.put("eddy.hidden.size", "8");
    settings.put("eddy.horizon", "3");
    settings.put("eddy.lag.count", "12");
    settings.put("eddy.window.size", "16");
    settings.put("eddy.training.truncation", "16");
    settings.put("eddy.training.updates.max", "20");
    return settings;
  }

  private Map<String, String> client(String user, String password) {
    return Map.of(
        "bootstrap.servers",
        broker.bootstrapServers(),
        "security.protocol",
        "SASL_PLAINTEXT",
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        login(user, password));
  }

  private static String login(String user, String password) {
    return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\";"
        .formatted(user, password);
  }

  /// What an administrator does beforehand.
  private void prepare(EddyApplication application) {
    KafkaCluster.await(admin.createTopics(List.of(new NewTopic("input", 1, (short) -1))).all());
    Cluster.awaitTopics(admin, List.of("input"));
    application.topicPlan(admin).create(admin);
  }

  private void grant(Grant grant) {
    var resource = new ResourcePattern(grant.type(), grant.name(), grant.pattern());
    KafkaCluster.await(
        admin
            .createAcls(
                grant.operations().stream()
                    .map(
                        operation ->
                            new AclBinding(
                                resource,
                                new AccessControlEntry(
                                    PRINCIPAL, "*", operation, AclPermissionType.ALLOW)))
                    .toList())
            .all());
  }

  private void revoke(String topic, AclOperation operation) {
    KafkaCluster.await(
        admin
            .deleteAcls(
                List.of(
                    new AclBindingFilter(
                        new ResourcePatternFilter(ResourceType.TOPIC, topic, PatternType.LITERAL),
                        new AccessControlEntryFilter(
                            PRINCIPAL, "*", operation, AclPermissionType.ALLOW))))
            .all());
  }

  private void send(List<Event> events) {
    try (var producer =
        new KafkaProducer<>(
            new HashMap<>(client("admin", "admin-password")),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (Event event : events) {
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    "input",
                    event.key().getBytes(StandardCharsets.UTF_8),
                    TestApplication.json(event).getBytes(StandardCharsets.UTF_8))));
      }
      producer.flush();
      sent.forEach(KafkaCluster::await);
    }
  }

  private long answered(EddyApplication application) {
    return KafkaCluster.await(
            admin
                .listConsumerGroupOffsets(application.config().applicationId().orElseThrow())
                .partitionsToOffsetAndMetadata())
        .entrySet()
        .stream()
        .filter(entry -> entry.getKey().topic().equals("input"))
        .mapToLong(entry -> entry.getValue().offset())
        .sum();
  }
}
