package io.eddy.deploy.command;

import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.checkpoint.TextCheckpoint;
import io.eddy.model.exchange.ForecasterWeights;
import io.eddy.model.exchange.onnx.OnnxException;
import io.eddy.model.exchange.onnx.OnnxForecaster;
import io.eddy.model.exchange.onnx.OnnxSummary;
import io.eddy.model.network.Forecaster;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Supplier;

/// A file of a network, by what is in it, not by its name.
sealed interface ModelFile {

  /// Eddy's own checkpoint.
  record Checkpoint(Forecaster forecaster, Safetensors file) implements ModelFile {}

  /// Eddy's own checkpoint of a network that reads text.
  @SuppressWarnings("ArrayRecordComponent") // nobody compares files
  record Text(byte[] bytes, TextCheckpoint checkpoint) implements ModelFile {}

  /// Weights by name, as PyTorch's `state_dict()` gives them.
  record Weights(Safetensors file) implements ModelFile {}

  /// An ONNX graph.
  @SuppressWarnings("ArrayRecordComponent") // nobody compares files
  record Onnx(byte[] bytes, OnnxSummary summary) implements ModelFile {

    boolean isForecaster() {
      return OnnxForecaster.is(bytes);
    }
  }

  /// Reads a file.
  ///
  /// @throws UserException if it cannot be read, or is of no kind that is known
  static ModelFile read(Path path) {
    byte[] bytes = bytes(path);
    return naming(path, () -> of(bytes));
  }

  /// Runs something that reads the file, and says which file it was if that fails.
  static <T> T naming(Path path, Supplier<T> work) {
    try {
      return work.get();
    } catch (CheckpointException | OnnxException e) {
      throw new UserException(ExitCode.USAGE, path + ": " + e.getMessage(), e);
    }
  }

  private static ModelFile of(byte[] bytes) {
    if (bytes.length > 8 && bytes[8] == '{') {
      Safetensors file = Safetensors.fromBytes(bytes);
      // Weights that say that they are a forecaster's have the calibration beside the spec.
      boolean isCheckpoint =
          file.metadata().containsKey("eddy.format")
              && !ForecasterWeights.isForecaster(file.metadata());
      Optional<TextCheckpoint> text = isCheckpoint ? TextCheckpoint.of(bytes) : Optional.empty();
      if (text.isPresent()) {
        return new Text(bytes, text.get());
      }
      return isCheckpoint
          ? new Checkpoint(ForecasterCheckpoint.read(bytes), file)
          : new Weights(file);
    }
    boolean isZip = bytes.length > 3 && bytes[0] == 'P' && bytes[1] == 'K';
    boolean isPickle = bytes.length > 1 && bytes[0] == (byte) 0x80 && bytes[1] <= 5;
    if (isZip || isPickle) {
      throw new CheckpointException(
          "this looks like a file of torch.save, which only Python can read: write it anew with"
              + " safetensors.torch.save_file(module.state_dict(), \"weights.safetensors\")");
    }
    try {
      return new Onnx(bytes, OnnxSummary.of(bytes));
    } catch (OnnxException e) {
      throw new CheckpointException(
          "this is neither a safetensors nor an ONNX file, or it was cut off", e);
    }
  }

  private static byte[] bytes(Path path) {
    try {
      if (!Files.isRegularFile(path)) {
        throw new UserException(ExitCode.USAGE, "there is no file " + path);
      }
      if (Files.size(path) > Integer.MAX_VALUE - 8) {
        throw new UserException(ExitCode.USAGE, path + " is larger than 2 GiB, which is too large");
      }
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new UserException(ExitCode.FAILED, "cannot read " + path + ": " + e.getMessage(), e);
    }
  }

  /// Refuses to write over a file.
  ///
  /// @throws UserException unless there is none, or `force` is set
  static void checkFree(Path path, boolean force) {
    if (Files.exists(path) && !force) {
      throw new UserException(
          ExitCode.USAGE, path + " is there already: name another file, or add --force");
    }
    if (Files.isDirectory(path)) {
      throw new UserException(ExitCode.USAGE, path + " is a folder, expected a file");
    }
  }

  /// Writes a file as a whole: nobody ever sees a half one.
  static void write(Path path, byte[] bytes) {
    Path folder = path.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new UserException(ExitCode.USAGE, "there is no folder " + folder + " to write to");
    }
    try {
      Path whole = Files.createTempFile(folder, ".eddy-model", ".part");
      try {
        Files.write(whole, bytes);
        try {
          Files.move(
              whole, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
          Files.move(whole, path, StandardCopyOption.REPLACE_EXISTING);
        }
      } finally {
        Files.deleteIfExists(whole);
      }
    } catch (IOException e) {
      throw new UserException(ExitCode.FAILED, "cannot write " + path + ": " + e.getMessage(), e);
    }
  }
}
