package io.eddy.deploy.models;

import io.eddy.schemas.avro.ModelChunk;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.ModelRefusal;
import io.eddy.schemas.avro.WindowScore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The versions, decisions, refusals and scores of one application.
public final class PublishedModels {
  private static final Pattern OF_VERSION = Pattern.compile("version/(\\d+)/(manifest|chunk/\\d+)");

  private final TreeMap<Integer, ModelManifest> versions = new TreeMap<>();
  private final Map<String, TreeMap<Integer, ByteBuffer>> chunks = new HashMap<>();
  private final TreeMap<Long, ModelDecision> decisions = new TreeMap<>();
  private final Map<String, ModelRefusal> refusals = new LinkedHashMap<>();
  private long refusalsRead;
  private String newestRefusal = "";
  private final Map<Integer, Scores> scores = new TreeMap<>();

  /// Sums over the windows that one version answered; errors are in units of each series' scale.
  ///
  /// @param events scored
  public record Scores(
      long events, double absoluteError, double naiveAbsoluteError, double pinball, long covered) {
    private static final Scores NONE = new Scores(0, 0, 0, 0, 0);

    private Scores plus(WindowScore window) {
      return new Scores(
          events + window.getEvents(),
          absoluteError + window.getAbsoluteError(),
          naiveAbsoluteError + window.getNaiveAbsoluteError(),
          pinball + window.getPinball(),
          covered + window.getCovered());
    }

    /// 1 − error / error of the last-value forecast on the same events.
    public double skill() {
      return naiveAbsoluteError == 0 ? Double.NaN : 1 - absoluteError / naiveAbsoluteError;
    }

    /// Share of the values that lay inside their interval.
    public double coverage() {
      return events == 0 ? Double.NaN : covered / (double) events;
    }
  }

  PublishedModels() {}

  void add(String key, @Nullable ModelRecord record) {
    if (record == null) {
      Matcher matcher = OF_VERSION.matcher(key);
      if (matcher.matches()) {
        versions.remove(Integer.parseInt(matcher.group(1)));
      }
      return;
    }
    switch (record.getContent()) {
      case ModelChunk chunk ->
          chunks
              .computeIfAbsent(chunk.getDigest(), digest -> new TreeMap<>())
              .put(chunk.getIndex(), chunk.getData());
      case ModelManifest manifest -> versions.put(manifest.getVersion(), manifest);
      case ModelDecision decision -> decisions.put(decision.getSequence(), decision);
      case ModelRefusal refusal -> {
        refusals.remove(key);
        refusals.put(key, refusal);
        refusalsRead++;
        newestRefusal = refusal.getReason();
      }
      default -> {} // A newer release's.
    }
  }

  void add(WindowScore window) {
    scores.merge(window.getVersion(), Scores.NONE.plus(window), (a, b) -> a.plus(window));
  }

  /// Versions that are kept, lowest number first.
  public Collection<ModelManifest> versions() {
    return Collections.unmodifiableCollection(versions.values());
  }

  /// A version that is kept.
  public Optional<ModelManifest> version(int number) {
    return Optional.ofNullable(versions.get(number));
  }

  /// Its safetensors file; nothing if a part of it is not there.
  public Optional<byte[]> file(ModelManifest manifest) {
    TreeMap<Integer, ByteBuffer> parts = chunks.getOrDefault(manifest.getDigest(), new TreeMap<>());
    if (parts.size() != manifest.getChunks()) {
      return Optional.empty();
    }
    var file = ByteBuffer.allocate(parts.values().stream().mapToInt(ByteBuffer::remaining).sum());
    parts.values().forEach(part -> file.put(part.duplicate()));
    return Optional.of(file.array());
  }

  /// All decisions, oldest first.
  public List<ModelDecision> decisions() {
    return new ArrayList<>(decisions.values());
  }

  /// The decision in force.
  public Optional<ModelDecision> newestDecision() {
    return Optional.ofNullable(decisions.isEmpty() ? null : decisions.lastEntry().getValue());
  }

  /// The newest refusals, the last one last.
  public Collection<ModelRefusal> refusals() {
    return Collections.unmodifiableCollection(refusals.values());
  }

  /// Refusals read so far, also those whose place another one took; where compaction has been at
  /// work it may be too few.
  long refusalsRead() {
    return refusalsRead;
  }

  /// The reason of the newest refusal.
  String newestRefusal() {
    return newestRefusal;
  }

  /// What a version scored while it answered, as far back as the topic of scores reaches.
  public Scores scores(int version) {
    return scores.getOrDefault(version, Scores.NONE);
  }
}
