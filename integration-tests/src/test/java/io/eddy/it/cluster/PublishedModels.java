package io.eddy.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.Forecaster;
import io.eddy.schemas.avro.ModelChunk;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.ModelRefusal;
import io.eddy.schemas.avro.TrainingReport;
import io.eddy.schemas.serde.AvroSerde;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What was written to a topic of models or candidates, put together from nothing but its records.
public final class PublishedModels {
  private static final Pattern MANIFEST = Pattern.compile("version/(\\d+)/manifest");

  private final Map<String, TreeMap<Integer, ByteBuffer>> chunks = new HashMap<>();
  private final List<ModelManifest> manifests = new ArrayList<>();
  private final List<ModelDecision> decisions = new ArrayList<>();
  private final List<ModelRefusal> refusals = new ArrayList<>();
  private final List<TrainingReport> reports = new ArrayList<>();
  private final Set<Integer> removedVersions = new TreeSet<>();

  private PublishedModels() {}

  /// Reads all that is committed in the topic of models.
  public static PublishedModels versions(TestApplication application) {
    return read(application.cluster(), application.topics().models());
  }

  /// Reads all that is committed in the topic of candidates.
  public static PublishedModels candidates(TestApplication application) {
    return read(application.cluster(), application.topics().candidates());
  }

  /// How many reports of a kind trainers have sent.
  public static long reports(TestApplication application, String kind) {
    return candidates(application).reports.stream()
        .filter(report -> report.getKind().equals(kind))
        .count();
  }

  private static PublishedModels read(KafkaCluster cluster, String topic) {
    var models = new PublishedModels();
    var deserializer = AvroSerde.builtIn(ModelRecord.class).deserializer();
    for (var record : TopicReader.readAll(cluster, topic)) {
      ModelRecord content = deserializer.deserialize(topic, record.value());
      if (content == null) {
        models.remove(new String(record.key(), StandardCharsets.UTF_8));
      } else {
        models.add(content.getContent());
      }
    }
    return models;
  }

  private void add(Object content) {
    switch (content) {
      case ModelChunk chunk ->
          chunks
              .computeIfAbsent(chunk.getDigest(), digest -> new TreeMap<>())
              .put(chunk.getIndex(), chunk.getData());
      case ModelManifest manifest when manifest.getDigest().isEmpty() ->
          reports.add(Objects.requireNonNull(manifest.getReport(), "what it reports"));
      case ModelManifest manifest -> manifests.add(manifest);
      case ModelDecision decision -> decisions.add(decision);
      case ModelRefusal refusal -> refusals.add(refusal);
      default -> throw new AssertionError("not expected: " + content);
    }
  }

  /// A tombstone; manifests go first.
  private void remove(String key) {
    Matcher manifest = MANIFEST.matcher(key);
    if (manifest.matches()) {
      removedVersions.add(Integer.parseInt(manifest.group(1)));
    }
  }

  /// In the order in which they were published.
  public List<ModelManifest> manifests() {
    return manifests;
  }

  /// In the order in which they were published.
  public List<ModelDecision> decisions() {
    return decisions;
  }

  /// In the order in which they were published.
  public List<ModelRefusal> refusals() {
    return refusals;
  }

  /// The versions that compaction will remove.
  public Set<Integer> removedVersions() {
    return removedVersions;
  }

  /// The digests that the manifests name, in the order in which they were published.
  public List<String> digests() {
    return manifests.stream().map(ModelManifest::getDigest).toList();
  }

  /// The weights by version, each checked against its digest.
  public Map<Integer, Forecaster> forecasters() {
    Map<Integer, Forecaster> forecasters = new TreeMap<>();
    for (ModelManifest manifest : manifests) {
      forecasters.put(manifest.getVersion(), ForecasterCheckpoint.read(file(manifest.getDigest())));
    }
    return forecasters;
  }

  private byte[] file(String digest) {
    var file = new ByteArrayOutputStream();
    Objects.requireNonNull(chunks.get(digest), digest)
        .values()
        .forEach(
            data -> {
              byte[] part = new byte[data.remaining()];
              data.duplicate().get(part);
              file.writeBytes(part);
            });
    byte[] bytes = file.toByteArray();
    assertThat(sha256(bytes)).as("digest of the published file").isEqualTo(digest);
    return bytes;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
