package io.eddy.deploy.forget;

import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.serde.AvroSerde;
import io.eddy.schemas.serde.SerdeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/// Finds the versions in the topic of models that were trained on history from before a series was
/// forgotten, or started from one that was.
///
/// A version names the offset of the newest record of history that it saw, in its partition. It may
/// owe something to the series unless that record came after the series' tombstone. Whether the
/// series was in that partition at all cannot be told once its records are gone, so no partition is
/// left out.
final class TouchedVersions {
  private final Deserializer<ModelRecord> deserializer =
      AvroSerde.builtIn(ModelRecord.class).deserializer();
  private final Map<Bytes, ModelManifest> manifests = new LinkedHashMap<>();

  /// Takes a record of the topic of models.
  void add(ConsumerRecord<byte[], byte[]> record) {
    Bytes key = Bytes.wrap(record.key());
    if (record.value() == null) {
      manifests.remove(key);
      return;
    }
    try {
      ModelRecord read = deserializer.deserialize(record.topic(), record.headers(), record.value());
      if (read != null && read.getContent() instanceof ModelManifest manifest) {
        manifests.put(key, manifest);
      }
    } catch (SerdeException.Malformed | SerdeException.UnknownSchema e) {
      // What no instance can read answers nowhere.
      manifests.remove(key);
    }
  }

  /// The versions, oldest first.
  ///
  /// @param tombstones by partition of the history topic, offset of the series' newest tombstone
  List<TouchedVersion> versions(Map<Integer, Long> tombstones) {
    List<ModelManifest> ordered = new ArrayList<>(manifests.values());
    ordered.sort(Comparator.comparingInt(ModelManifest::getVersion));
    Set<Integer> untouched = new HashSet<>();
    List<TouchedVersion> touched = new ArrayList<>();
    for (ModelManifest manifest : ordered) {
      String reason = reason(manifest, tombstones, untouched);
      if (reason == null) {
        untouched.add(manifest.getVersion());
      } else {
        touched.add(new TouchedVersion(manifest.getVersion(), reason));
      }
    }
    return touched;
  }

  private static @Nullable String reason(
      ModelManifest manifest, Map<Integer, Long> tombstones, Set<Integer> untouched) {
    Map<String, String> provenance = manifest.getProvenance();
    String partition = provenance.get("training.partition");
    String limit = provenance.get("training.history.limit");
    if (partition != null && limit == null) {
      return "it does not say how far the history went that it was trained on";
    }
    if (partition != null && limit != null) {
      // A version that was averaged over partitions names all of them, and a limit for each.
      String[] partitions = partition.split(",", -1);
      String[] limits = limit.split(",", -1);
      for (int i = 0; i < partitions.length; i++) {
        Long tombstone = tombstones.get(Integer.valueOf(partitions[i]));
        if (tombstone == null || i >= limits.length || Long.parseLong(limits[i]) < tombstone) {
          return "trained on history of before, of partition " + partitions[i];
        }
      }
    }
    int base = manifest.getBaseVersion();
    return base == 0 || untouched.contains(base) ? null : "started from version " + base;
  }
}
