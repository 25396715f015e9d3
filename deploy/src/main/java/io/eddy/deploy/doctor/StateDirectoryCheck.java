package io.eddy.deploy.doctor;

import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.processors.config.StoreType;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/// The folder that an instance keeps its copy of the state in.
final class StateDirectoryCheck {
  private static final String AREA = "state";
  private static final String SETTING = StreamsConfig.STATE_DIR_CONFIG;
  private static final long FREE_BYTES_MIN = 1L << 30;

  private StateDirectoryCheck() {}

  static List<Finding> all(EddyApplication application) {
    Path folder =
        Path.of(
            new StreamsConfig(application.config().kafkaProperties())
                .getString(StreamsConfig.STATE_DIR_CONFIG));
    List<Finding> findings = new ArrayList<>();
    findings.add(writable(folder));
    findings.add(space(folder));
    boolean temporary =
        folder.toAbsolutePath().startsWith(Path.of(System.getProperty("java.io.tmpdir")));
    if (temporary && application.config().storeType() == StoreType.ROCKSDB) {
      findings.add(
          Finding.warning(
              AREA,
              "lasting",
              folder + " is a temporary folder: after it was emptied, a start restores everything",
              "set %s to a folder on a disk that stays".formatted(SETTING)));
    }
    return findings;
  }

  /// Kafka Streams makes the folder, so what must be there is the nearest one above it.
  private static Finding writable(Path folder) {
    String check = "writable";
    @Nullable Path there = existing(folder);
    String remedy =
        "make it writable for the user that runs Eddy, or set %s to another".formatted(SETTING);
    if (there == null || !Files.isDirectory(there)) {
      return Finding.bad(AREA, check, folder + " is not in a folder that exists", remedy);
    }
    try {
      Files.delete(Files.createTempFile(there, "eddy-doctor-", ""));
      return Finding.good(AREA, check, folder + (there.equals(folder) ? "" : " can be made"));
    } catch (IOException e) {
      return Finding.bad(AREA, check, "%s cannot be written: %s".formatted(there, e), remedy);
    }
  }

  private static Finding space(Path folder) {
    String check = "disk space";
    @Nullable Path there = existing(folder);
    if (there == null) {
      return Finding.skipped(AREA, check, folder + " is not in a folder that exists");
    }
    try {
      FileStore disk = Files.getFileStore(there);
      long free = disk.getUsableSpace();
      String found =
          "%sB free of %sB"
              .formatted(
                  Numbers.measure((double) free), Numbers.measure((double) disk.getTotalSpace()));
      return free >= FREE_BYTES_MIN
          ? Finding.good(AREA, check, found)
          : Finding.warning(
              AREA,
              check,
              found,
              "free some, or set %s to a larger disk: \"eddy size\" says how much it takes"
                  .formatted(SETTING));
    } catch (IOException e) {
      return Finding.skipped(AREA, check, "the disk does not tell: " + e.getMessage());
    }
  }

  private static @Nullable Path existing(Path folder) {
    @Nullable Path there = folder.toAbsolutePath();
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    return there;
  }
}
