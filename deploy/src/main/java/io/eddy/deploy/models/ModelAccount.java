package io.eddy.deploy.models;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.deploy.terminal.Text;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelManifest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Tells of an application's versions, in tables for people and in maps for JSON.
public final class ModelAccount {
  private static final int DECISIONS_SHOWN = 12;

  private final PublishedModels models;

  /// @param models as they were read
  public ModelAccount(PublishedModels models) {
    this.models = models;
  }

  /// All versions that are kept, and the newest decisions.
  public List<String> list() {
    List<String> lines = new ArrayList<>();
    if (models.versions().isEmpty()) {
      lines.add("no versions yet: the naive forecast answers");
    } else {
      lines.add(
          "version  standing    base  cause     keys  windows    bytes  validation   events  skill"
              + "  coverage");
      for (ModelManifest manifest : models.versions()) {
        lines.add(row(manifest));
      }
    }
    List<ModelDecision> decisions = models.decisions();
    if (!decisions.isEmpty()) {
      lines.add("");
      lines.add("decisions, the newest last");
      decisions.stream()
          .skip(Math.max(0, decisions.size() - DECISIONS_SHOWN))
          .forEach(decision -> lines.add("  " + words(decision)));
    }
    return lines;
  }

  private String row(ModelManifest manifest) {
    Map<String, String> from = manifest.getProvenance();
    PublishedModels.Scores scores = models.scores(manifest.getVersion());
    return String.join(
        "  ",
        Text.right(Integer.toString(manifest.getVersion()), 7),
        Text.left(standing(manifest.getVersion()), 10),
        Text.right(Integer.toString(manifest.getBaseVersion()), 4),
        Text.left(from.getOrDefault("training.cause", "-"), 8),
        Text.right(from.getOrDefault("data.keys", "-"), 4),
        Text.right(from.getOrDefault("data.windows", "-"), 7),
        Text.right(Numbers.measure((double) manifest.getSize()), 7),
        Text.right(measured(from.get("validation.loss")), 10),
        Text.right(Numbers.count(scores.events()), 7),
        Text.right(Numbers.signed(scores.skill()), 5),
        Text.right(Numbers.percent(scores.coverage()), 8));
  }

  private static String measured(@Nullable String number) {
    try {
      return number == null ? "-" : Numbers.measure(Double.parseDouble(number));
    } catch (NumberFormatException e) {
      return "-"; // Of a version that was made elsewhere.
    }
  }

  /// What a version is to the stream now.
  private String standing(int version) {
    @Nullable ModelDecision newest = models.newestDecision().orElse(null);
    if (newest == null) {
      return "-";
    }
    if (newest.getChampionVersion() == version) {
      return "champion";
    }
    @Nullable Integer shadow = newest.getShadowVersion();
    if (shadow == null || shadow != version) {
      return "-";
    }
    return newest.getKind().equals("TRIAL") ? "challenger" : "watched";
  }

  private static String words(ModelDecision decision) {
    StringBuilder words = new StringBuilder();
    words.append(Text.right(Long.toString(decision.getSequence()), 4));
    words.append("  ").append(Text.left(decision.getKind().toLowerCase(Locale.ROOT), 11));
    words.append("  v").append(decision.getChampionVersion()).append(" answers");
    if (decision.getShadowVersion() != null) {
      words.append(", v").append(decision.getShadowVersion()).append(" beside it");
    }
    if (!decision.getReason().isEmpty()) {
      words.append(": ").append(decision.getReason());
    }
    if (!decision.getFigures().isEmpty()) {
      List<String> figures = new ArrayList<>();
      new TreeMap<>(decision.getFigures())
          .forEach((name, value) -> figures.add(name + " " + Numbers.measure(value)));
      words.append(" (").append(String.join(", ", figures)).append(')');
    }
    return words.toString();
  }

  /// One version.
  ///
  /// @throws UserException if it is not kept
  public List<String> show(int version) {
    ModelManifest manifest = manifest(version);
    List<String> lines = new ArrayList<>();
    json(version)
        .forEach(
            (name, value) -> {
              if (!(value instanceof List<?>) && !(value instanceof Map<?, ?>)) {
                lines.add("%-20s %s".formatted(name, value));
              }
            });
    lines.add("");
    lines.add("provenance");
    new TreeMap<>(manifest.getProvenance())
        .forEach((name, value) -> lines.add("  %-40s %s".formatted(name, value)));
    lines.add("");
    lines.add("decisions");
    models.decisions().stream()
        .filter(decision -> isAbout(decision, version))
        .forEach(decision -> lines.add("  " + words(decision)));
    return lines;
  }

  private static boolean isAbout(ModelDecision decision, int version) {
    return decision.getChampionVersion() == version
        || Objects.equals(decision.getShadowVersion(), version);
  }

  /// What two versions do not have in common.
  ///
  /// @throws UserException if one is not kept
  public List<String> diff(int first, int second) {
    ModelManifest one = manifest(first);
    ModelManifest other = manifest(second);
    List<String> lines = new ArrayList<>();
    lines.add("%-42s %22s  %22s".formatted("", "version " + first, "version " + second));
    PublishedModels.Scores a = models.scores(first);
    PublishedModels.Scores b = models.scores(second);
    compare(lines, "events scored", Numbers.count(a.events()), Numbers.count(b.events()));
    compare(lines, "skill", Numbers.signed(a.skill()), Numbers.signed(b.skill()));
    compare(lines, "coverage", Numbers.percent(a.coverage()), Numbers.percent(b.coverage()));
    var names = new TreeSet<>(one.getProvenance().keySet());
    names.addAll(other.getProvenance().keySet());
    for (String name : names) {
      String left = one.getProvenance().getOrDefault(name, "-");
      String right = other.getProvenance().getOrDefault(name, "-");
      if (!left.equals(right)) {
        compare(lines, name, left, right);
      }
    }
    lines.add("");
    lines.add("%-42s %22s".formatted("tensor", "change"));
    Map<String, Safetensors.Tensor> from = tensors(one);
    Map<String, Safetensors.Tensor> to = tensors(other);
    var tensors = new TreeSet<>(from.keySet());
    tensors.addAll(to.keySet());
    for (String name : tensors) {
      lines.add("%-42s %22s".formatted(name, change(from.get(name), to.get(name))));
    }
    return lines;
  }

  private static void compare(List<String> lines, String name, String left, String right) {
    lines.add("%-42s %22s  %22s".formatted(name, left, right));
  }

  /// Vocabularies grow and shrink, and the tables of their words with them.
  private static String change(Safetensors.@Nullable Tensor from, Safetensors.@Nullable Tensor to) {
    if (from == null || to == null) {
      return from == null ? "new" : "gone";
    }
    return Arrays.equals(from.shape(), to.shape())
        ? Numbers.percent(change(from.values(), to.values()))
        : Arrays.toString(from.shape()) + " to " + Arrays.toString(to.shape());
  }

  private static double change(float[] from, float[] to) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < from.length; i++) {
      difference += Math.pow(to[i] - from[i], 2);
      norm += Math.pow(from[i], 2);
    }
    return norm == 0 ? (difference == 0 ? 0 : Double.NaN) : Math.sqrt(difference / norm);
  }

  private ModelManifest manifest(int version) {
    return models
        .version(version)
        .orElseThrow(
            () ->
                new UserException(
                    ExitCode.USAGE,
                    "there is no version %d, expected one of %s"
                        .formatted(
                            version,
                            models.versions().stream().map(ModelManifest::getVersion).toList())));
  }

  private Map<String, Safetensors.Tensor> tensors(ModelManifest manifest) {
    return Safetensors.fromBytes(file(manifest.getVersion())).tensors();
  }

  /// A version's safetensors file.
  ///
  /// @throws UserException if it is not kept
  public byte[] file(int version) {
    return models
        .file(manifest(version))
        .orElseThrow(
            () ->
                new UserException(
                    ExitCode.FAILED,
                    "a part of version %d is not in the topic of models".formatted(version)));
  }

  /// Everything, for JSON.
  public Map<String, Object> json() {
    Map<String, Object> all = new LinkedHashMap<>();
    @Nullable ModelDecision newest = models.newestDecision().orElse(null);
    all.put("champion", newest == null ? 0 : newest.getChampionVersion());
    all.put("shadow", newest == null ? null : newest.getShadowVersion());
    all.put("decision", newest == null ? 0 : newest.getSequence());
    all.put(
        "versions",
        models.versions().stream().map(manifest -> json(manifest.getVersion())).toList());
    all.put("decisions", models.decisions().stream().map(ModelAccount::json).toList());
    all.put("refusals", models.refusals().stream().map(refusal -> refusal.getReason()).toList());
    return all;
  }

  /// One version, for JSON.
  ///
  /// @throws UserException if it is not kept
  public Map<String, Object> json(int version) {
    ModelManifest manifest = manifest(version);
    PublishedModels.Scores scores = models.scores(version);
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("version", version);
    all.put("standing", standing(version));
    all.put("digest", manifest.getDigest());
    all.put("base_version", manifest.getBaseVersion());
    all.put("created_at", manifest.getCreatedAt().toString());
    all.put("bytes", manifest.getSize());
    all.put("events", scores.events());
    all.put("skill", finite(scores.skill()));
    all.put("coverage", finite(scores.coverage()));
    all.put("provenance", new TreeMap<>(manifest.getProvenance()));
    all.put(
        "decisions",
        models.decisions().stream()
            .filter(decision -> isAbout(decision, version))
            .map(ModelAccount::json)
            .toList());
    return all;
  }

  private static Map<String, Object> json(ModelDecision decision) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("decision", decision.getSequence());
    all.put("kind", decision.getKind());
    all.put("champion", decision.getChampionVersion());
    all.put("shadow", decision.getShadowVersion());
    all.put("reason", decision.getReason());
    all.put("figures", new TreeMap<>(decision.getFigures()));
    return all;
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
