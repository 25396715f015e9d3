package io.eddy.processors.rollout;

import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.Forecaster;
import io.eddy.schemas.avro.ModelChunk;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Models on their way through Kafka: a safetensors file in chunks of at most 512 KiB, so that each
/// fits into one record everywhere, then a manifest. Only a manifest whose chunks are all there,
/// have the right checksums and make up the file with the right digest counts as a model.
///
/// The checksum of each chunk names the one that is damaged; the digest of the whole is the model's
/// identity.
public final class ModelArtifacts {
  /// Bytes of one chunk at most.
  public static final int CHUNK_BYTES_MAX = 512 << 10;

  /// Chunks of one model at most; bounds what a wrong manifest can make a reader hold.
  public static final int CHUNKS_MAX = 512;

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  private ModelArtifacts() {}

  /// The records that offer a forecaster for promotion: forward them in this order to the topic
  /// `candidates`.
  ///
  /// @param baseVersion the version that training started from, 0 for fresh weights
  /// @param createdAt for people; take it from the data, so that equal trainings give equal records
  /// @throws IllegalArgumentException if the model is too large to be sent
  public static List<ModelMessage> candidate(
      Forecaster forecaster, int baseVersion, Instant createdAt) {
    return candidate(
        ForecasterCheckpoint.write(forecaster), forecaster.provenance(), baseVersion, createdAt);
  }

  /// The records that offer a model for promotion: forward them in this order to the topic
  /// `candidates`.
  ///
  /// @param file that a [ModelFormat] reads
  /// @param provenance data range, settings and validation scores of the training
  /// @param baseVersion the version that training started from, 0 for fresh weights
  /// @param createdAt for people; take it from the data, so that equal trainings give equal records
  /// @throws IllegalArgumentException if the model is too large to be sent
  public static List<ModelMessage> candidate(
      byte[] file, Map<String, String> provenance, int baseVersion, Instant createdAt) {
    String digest = digest(file);
    int count = Math.ceilDiv(file.length, CHUNK_BYTES_MAX);
    if (count > CHUNKS_MAX) {
      throw new IllegalArgumentException(
          "the model has "
              + file.length
              + " bytes, expected at most "
              + (long) CHUNKS_MAX * CHUNK_BYTES_MAX);
    }
    List<ModelMessage> messages = new ArrayList<>();
    List<Long> checksums = new ArrayList<>();
    for (int index = 0; index < count; index++) {
      int from = index * CHUNK_BYTES_MAX;
      ByteBuffer data =
          ByteBuffer.wrap(file, from, Math.min(CHUNK_BYTES_MAX, file.length - from)).slice();
      checksums.add(checksum(data));
      messages.add(
          new ModelMessage(
              ModelKeys.candidateChunk(digest, index),
              new ModelRecord(new ModelChunk(digest, index, count, data))));
    }
    ModelManifest manifest =
        new ModelManifest(
            digest,
            0,
            baseVersion,
            (long) file.length,
            count,
            checksums,
            createdAt,
            new LinkedHashMap<>(provenance),
            null);
    messages.add(new ModelMessage(ModelKeys.candidateManifest(digest), new ModelRecord(manifest)));
    return messages;
  }

  /// The digest that the records of a candidate name.
  public static String digestOf(List<ModelMessage> candidate) {
    return ((ModelManifest) candidate.getLast().value().getContent()).getDigest();
  }

  /// SHA-256 of a file, lower-case hexadecimal: a model's identity.
  public static String digest(byte[] file) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /// Whether a text has the form of a digest.
  static boolean digestLike(String text) {
    return DIGEST.matcher(text).matches();
  }

  /// What is wrong with a chunk taken by itself; null if nothing is.
  static @Nullable String fault(ModelChunk chunk) {
    if (!digestLike(chunk.getDigest())) {
      return "a chunk names the digest \"" + shortened(chunk.getDigest()) + "\", expected SHA-256";
    }
    if (chunk.getCount() < 1 || chunk.getCount() > CHUNKS_MAX) {
      return "a chunk is one of " + chunk.getCount() + ", expected 1 to " + CHUNKS_MAX;
    }
    if (chunk.getIndex() < 0 || chunk.getIndex() >= chunk.getCount()) {
      return "a chunk is number "
          + chunk.getIndex()
          + " of "
          + chunk.getCount()
          + ", expected 0 to "
          + (chunk.getCount() - 1);
    }
    if (chunk.getData().remaining() > CHUNK_BYTES_MAX) {
      return "chunk "
          + chunk.getIndex()
          + " has "
          + chunk.getData().remaining()
          + " bytes, expected at most "
          + CHUNK_BYTES_MAX;
    }
    return null;
  }

  /// Puts a model together and verifies it.
  ///
  /// @param chunks data by index, null for those that are not there
  /// @param format of what is to serve here
  static <M> Assembly<M> assemble(
      ModelManifest manifest, IntFunction<@Nullable ByteBuffer> chunks, ModelFormat<M> format) {
    return switch (file(manifest, chunks)) {
      case Assembly.Valid<byte[]>(byte[] file) -> format.read(file);
      case Assembly.Invalid<byte[]>(String reason) -> new Assembly.Invalid<>(reason);
    };
  }

  /// Puts a model's file together and verifies it.
  ///
  /// @param chunks data by index, null for those that are not there
  static Assembly<byte[]> file(ModelManifest manifest, IntFunction<@Nullable ByteBuffer> chunks) {
    @Nullable String fault = fault(manifest);
    if (fault != null) {
      return new Assembly.Invalid<>(fault);
    }
    byte[] file = new byte[(int) manifest.getSize()];
    int filled = 0;
    for (int index = 0; index < manifest.getChunks(); index++) {
      @Nullable ByteBuffer chunk = chunks.apply(index);
      if (chunk == null) {
        return new Assembly.Invalid<>(
            "chunk " + index + " of " + manifest.getChunks() + " is missing");
      }
      ByteBuffer data = chunk.duplicate();
      long checksum = checksum(data);
      if (checksum != manifest.getChunkChecksums().get(index)) {
        return new Assembly.Invalid<>(
            "chunk %d is damaged: its CRC-32C is %08x, expected %08x"
                .formatted(index, checksum, manifest.getChunkChecksums().get(index)));
      }
      if (data.remaining() > file.length - filled) {
        return new Assembly.Invalid<>(
            "the chunks have more than the " + file.length + " bytes that the manifest names");
      }
      int length = data.remaining();
      data.get(file, filled, length);
      filled += length;
    }
    if (filled < file.length) {
      return new Assembly.Invalid<>(
          "the chunks have " + filled + " bytes, expected " + file.length);
    }
    String digest = digest(file);
    if (!digest.equals(manifest.getDigest())) {
      return new Assembly.Invalid<>(
          "the digest is " + digest + ", expected " + manifest.getDigest());
    }
    return new Assembly.Valid<>(file);
  }

  private static @Nullable String fault(ModelManifest manifest) {
    if (!digestLike(manifest.getDigest())) {
      return "the manifest names the digest \""
          + shortened(manifest.getDigest())
          + "\", expected SHA-256";
    }
    int chunks = manifest.getChunks();
    if (chunks < 1 || chunks > CHUNKS_MAX || chunks != manifest.getChunkChecksums().size()) {
      return "the manifest names "
          + chunks
          + " chunks and "
          + manifest.getChunkChecksums().size()
          + " checksums, expected as many of both, 1 to "
          + CHUNKS_MAX;
    }
    if (manifest.getSize() < 1 || manifest.getSize() > (long) chunks * CHUNK_BYTES_MAX) {
      return "the manifest names "
          + manifest.getSize()
          + " bytes in "
          + chunks
          + " chunks, expected 1 to "
          + (long) chunks * CHUNK_BYTES_MAX;
    }
    return null;
  }

  /// CRC-32C of what remains in the buffer, as an unsigned 32-bit number; the buffer stays as it
  /// is.
  static long checksum(ByteBuffer data) {
    CRC32C checksum = new CRC32C();
    checksum.update(data.duplicate());
    return checksum.getValue();
  }

  private static String shortened(String text) {
    String shown = text.length() <= 80 ? text : text.substring(0, 80) + "…";
    return shown.replaceAll("\\p{Cntrl}", "\uFFFD");
  }
}
