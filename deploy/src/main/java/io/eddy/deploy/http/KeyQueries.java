package io.eddy.deploy.http;

import io.eddy.processors.state.SeriesStores;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.query.FailureReason;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.QueryResult;
import org.apache.kafka.streams.query.StateQueryRequest;
import org.apache.kafka.streams.query.StateQueryResult;
import org.apache.kafka.streams.state.HostInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the state of a key, here or at another instance: interactive queries of the store of
/// states.
///
/// The own partitions are asked first, since that costs least and holds however keys were
/// partitioned. Then the owner that Kafka's partitioner names, and where it has no such key, as
/// with a producer that partitions in its own way, all other instances. An instance that was asked
/// by another one asks no further.
final class KeyQueries implements AutoCloseable {
  /// Marks a request that another instance passed on.
  static final String FORWARDED = "X-Eddy-Forwarded";

  private static final Logger LOGGER = LoggerFactory.getLogger(KeyQueries.class);
  private static final Duration CONNECT_MAX = Duration.ofSeconds(2);
  private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

  private final KafkaStreams streams;
  private final String self;
  private final Access access;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_MAX)
          .build();

  /// @param self host and port of this instance
  KeyQueries(KafkaStreams streams, String self, Access access) {
    this.streams = streams;
    this.self = self;
    this.access = access;
  }

  /// Where a key's state is. Classes and not records: equality of bytes by identity would mislead.
  sealed interface Found {
    /// In a store of this instance.
    final class Here implements Found {
      private final byte[] state;

      private Here(byte[] state) {
        this.state = state;
      }

      /// As it is stored.
      byte[] state() {
        return state;
      }
    }

    /// At another instance, which has answered the request.
    final class Elsewhere implements Found {
      private final String instance;
      private final byte[] answer;

      private Elsewhere(String instance, byte[] answer) {
        this.instance = instance;
        this.answer = answer;
      }

      String instance() {
        return instance;
      }

      /// JSON.
      byte[] answer() {
        return answer;
      }
    }
  }

  /// Looks for a key.
  ///
  /// @param path and query of the request, for other instances
  /// @param forwarded whether another instance asks
  /// @throws Refusal if no instance has such a key, or one that may have it does not answer
  Found find(byte[] key, String path, boolean forwarded) {
    boolean all = true; // whether everybody who may have it was heard
    try {
      StateQueryResult<byte[]> result =
          streams.query(
              StateQueryRequest.inStore(SeriesStores.STATE)
                  .withQuery(KeyQuery.<byte[], byte[]>withKey(key))
                  .requireActive());
      for (QueryResult<byte[]> partition : result.getPartitionResults().values()) {
        if (partition.isSuccess() && partition.getResult() != null) {
          return new Found.Here(partition.getResult());
        }
        all &= partition.isSuccess() || isElsewhere(partition.getFailureReason());
      }
      if (!forwarded) {
        for (HostInfo other : others(key)) {
          Optional<HttpResponse<byte[]>> answer = ask(other, path);
          if (answer.isPresent() && answer.get().statusCode() == HttpStatus.OK.getCode()) {
            return new Found.Elsewhere(text(other), answer.get().body());
          }
          all &= answer.isPresent() && answer.get().statusCode() == HttpStatus.NOT_FOUND.getCode();
        }
      }
    } catch (StreamsException e) {
      LOGGER.atDebug().setCause(e).log("the stores cannot be asked");
      all = false;
    }
    throw all && streams.state() == KafkaStreams.State.RUNNING
        ? new Refusal(HttpStatus.NOT_FOUND, "no such key was answered, or it was forgotten")
        : new Refusal(
            HttpStatus.SERVICE_UNAVAILABLE,
            "the key may be in a part of the application that cannot be asked now (this instance is"
                + " %s): try again soon".formatted(streams.state()));
  }

  private static boolean isElsewhere(FailureReason reason) {
    return switch (reason) {
      case NOT_ACTIVE, NOT_PRESENT, DOES_NOT_EXIST -> true;
      case UNKNOWN_QUERY_TYPE, NOT_UP_TO_BOUND, STORE_EXCEPTION -> false;
    };
  }

  /// The instances to ask, the likely owner first.
  private Set<HostInfo> others(byte[] key) {
    Set<HostInfo> hosts = new LinkedHashSet<>();
    KeyQueryMetadata owner =
        streams.queryMetadataForKey(SeriesStores.STATE, key, new ByteArraySerializer());
    if (owner != null && !owner.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
      hosts.add(owner.activeHost());
    }
    for (StreamsMetadata instance : streams.streamsMetadataForStore(SeriesStores.STATE)) {
      hosts.add(instance.hostInfo());
    }
    hosts.removeIf(host -> host.equals(HostInfo.unavailable()) || text(host).equals(self));
    return hosts;
  }

  private static String text(HostInfo host) {
    return host.host() + ":" + host.port();
  }

  private Optional<HttpResponse<byte[]>> ask(HostInfo host, String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + text(host) + path))
            .timeout(ANSWER_MAX)
            .header(FORWARDED, self);
    access.authorization().ifPresent(secret -> request.header("Authorization", secret));
    try {
      return Optional.of(client.send(request.build(), BodyHandlers.ofByteArray()));
    } catch (IOException e) {
      LOGGER
          .atWarn()
          .addKeyValue("instance", text(host))
          .setCause(e)
          .log("another instance does not answer over HTTP");
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
