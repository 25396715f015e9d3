package io.eddy.processors.rollout;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The keys of the topics `candidates` and `models`.
///
/// Keys decide what compaction keeps and what a tombstone removes, so everything that belongs to
/// one version starts with its number; numbers are padded so that listings sort.
final class ModelKeys {
  private static final Pattern OF_VERSION =
      Pattern.compile("version/(\\d{10})/(?:manifest|chunk/\\d{5})");

  private ModelKeys() {}

  static String versionChunk(int version, int index) {
    return "version/%010d/chunk/%05d".formatted(version, index);
  }

  static String versionManifest(int version) {
    return "version/%010d/manifest".formatted(version);
  }

  static String decision(long sequence) {
    return "decision/%019d".formatted(sequence);
  }

  static String refusal(int slot) {
    return "refusal/%03d".formatted(slot);
  }

  static String candidateChunk(String digest, int index) {
    return "%s/chunk/%05d".formatted(digest, index);
  }

  static String candidateManifest(String digest) {
    return digest + "/manifest";
  }

  /// The version that a key of the topic `models` belongs to; null if it is none of a version.
  static @Nullable Integer version(String key) {
    Matcher matcher = OF_VERSION.matcher(key);
    if (!matcher.matches()) {
      return null;
    }
    long version = Long.parseLong(matcher.group(1));
    return version > 0 && version <= Integer.MAX_VALUE ? (int) version : null;
  }
}
