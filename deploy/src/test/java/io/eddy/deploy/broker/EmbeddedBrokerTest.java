package io.eddy.deploy.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
  private static final TopicPartition PARTITION = new TopicPartition("test", 0);

  @Test
  void shouldServeTransactionsAndLeaveNothingBehind() throws Exception {
    EmbeddedBroker broker = EmbeddedBroker.start(0);
    Path folder = broker.folder();
    assertThat(folder).isDirectory();
    try (broker) {
      createTopic(broker);
      produce(broker, "committed", true);
      produce(broker, "aborted", false);
      produce(broker, "committed too", true);

      assertThat(consume(broker, 2)).containsExactly("committed", "committed too");
    }
    assertThat(folder).doesNotExist();
    broker.close(); // does nothing
  }

  @Test
  void shouldHaveTheDataOfTheBrokerBeforeOnTheSameFolder(@TempDir Path folder) throws Exception {
    try (EmbeddedBroker first = EmbeddedBroker.open(folder, 0, Map.of())) {
      createTopic(first);
      produce(first, "kept", true);
    }

    try (EmbeddedBroker second = EmbeddedBroker.open(folder, 0, Map.of())) {
      assertThat(consume(second, 1)).containsExactly("kept");
    }
  }

  @Test
  void shouldSayThatAPortIsInUse() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();

      assertThatThrownBy(() -> EmbeddedBroker.start(port))
          .isInstanceOf(BrokerStartException.class)
          .hasMessageContaining("port " + port)
          .hasMessageContaining("--port");
    }
  }

  private static void createTopic(EmbeddedBroker broker) throws Exception {
    try (var admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin
          .createTopics(List.of(new NewTopic(PARTITION.topic(), 1, (short) 1)))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
  }

  private static void produce(EmbeddedBroker broker, String value, boolean commit) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "transactional.id", "test");
    try (var producer =
        new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      producer.initTransactions();
      producer.beginTransaction();
      var _ = producer.send(new ProducerRecord<>(PARTITION.topic(), "key", value));
      producer.flush();
      if (commit) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
      }
    }
  }

  private static List<String> consume(EmbeddedBroker broker, int count) {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "isolation.level", "read_committed");
    List<String> values = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(PARTITION));
      consumer.seekToBeginning(List.of(PARTITION));
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (values.size() < count && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
      }
    }
    return values;
  }
}
