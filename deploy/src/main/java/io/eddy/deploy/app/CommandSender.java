package io.eddy.deploy.app;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.topic.PlannedTopic;
import io.eddy.processors.topic.TopicPlan;
import io.eddy.schemas.avro.ControlCommand;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;

/// Sends a command to every partition of an application's control topic.
public final class CommandSender {
  private CommandSender() {}

  /// Sends a command; returns when the cluster has it.
  ///
  /// @param command made of the id that it gets
  /// @return the id
  public static String send(EddyApplication application, Function<String, ControlCommand> command) {
    String id = UUID.randomUUID().toString();
    String topic = application.config().topics().control();
    try (Admin admin = application.connect();
        SchemaRegistry registry = SchemaRegistry.from(application.config().kafkaProperties());
        var producer =
            new KafkaProducer<>(
                new StreamsConfig(application.config().kafkaProperties())
                    .getProducerConfigs("eddy-command"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      int partitions = partitions(application.requireTopics(admin), topic);
      byte[] key = id.getBytes(StandardCharsets.UTF_8);
      byte[] value =
          registry
              .serde(ControlCommand.class, topic)
              .serializer()
              .serialize(topic, command.apply(id));
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int partition = 0; partition < partitions; partition++) {
        sent.add(producer.send(new ProducerRecord<>(topic, partition, key, value)));
      }
      producer.flush();
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
      return id;
    } catch (ExecutionException e) {
      throw new UserException(
          ExitCode.FAILED, "the cluster did not take the command: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserException(ExitCode.FAILED, "interrupted before the cluster had the command", e);
    }
  }

  private static int partitions(TopicPlan plan, String topic) {
    return plan.topics().stream()
        .filter(planned -> planned.name().equals(topic))
        .mapToInt(PlannedTopic::partitions)
        .sum();
  }
}
