package io.eddy.deploy.forget;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.eddy.deploy.terminal.Text;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an application's topics say about a series at one moment, by when that ends, and what no
/// topic of Eddy's can tell.
///
/// @param key of the series, as people read it
/// @param findings one for each topic
/// @param versions of the model whose weights may owe something to it
public record ForgetProof(String key, List<Finding> findings, List<TouchedVersion> versions) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NUMBER_WIDTH = 9;
  private static final int TIME_WIDTH = 20;

  /// What is beyond the topics; the same for every series.
  private static final List<String> NOT_EDDYS =
      List.of(
          "the input topic: Eddy reads it and never writes to it",
          "what other consumers made of the forecasts and of the input, and backups of any topic",
          "state directories of instances: the entry is deleted; RocksDB drops its bytes when it"
              + " next compacts that part, and an instance that is off when it restores or is"
              + " reset",
          "weights of versions that were trained before: eddy.training.start=scratch makes the next"
              + " one owe nothing to them, and eddy.models.kept says how many stay");

  public ForgetProof {
    findings = List.copyOf(findings);
    versions = List.copyOf(versions);
  }

  /// Whether Eddy remembers the series no more, and all bytes about it have an end.
  public boolean isForgotten() {
    return findings.stream().noneMatch(Finding::isOpen);
  }

  /// Whether nothing that the application works with says anything about it.
  boolean isErased() {
    return findings.stream().noneMatch(finding -> finding.standing() == Standing.REMAINS);
  }

  /// One line of JSON.
  public String json() {
    ObjectNode node = JSON.createObjectNode();
    node.put("key", key);
    node.put("forgotten", isForgotten());
    ArrayNode topics = node.putArray("topics");
    for (Finding finding : findings) {
      topics
          .addObject()
          .put("topic", finding.topic())
          .put("content", finding.content())
          .put("standing", finding.standing().name())
          .put("records", finding.records())
          .put("bytes_gone_by", text(finding.bytesGoneBy()))
          .put("name_gone_by", text(finding.nameGoneBy()));
    }
    ArrayNode touched = node.putArray("versions_trained_before");
    for (TouchedVersion version : versions) {
      touched.addObject().put("version", version.version()).put("because", version.because());
    }
    ArrayNode beyond = node.putArray("not_eddys");
    NOT_EDDYS.forEach(beyond::add);
    try {
      return JSON.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of text and numbers is always JSON", e);
    }
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /// A table for people.
  public List<String> lines() {
    int width = findings.stream().mapToInt(finding -> finding.topic().length()).max().orElse(0);
    List<String> lines = new ArrayList<>();
    lines.add(
        line(width, "topic", "now", "records", "bytes gone by", "name gone by") + "  content");
    for (Finding finding : findings) {
      lines.add(
          line(
                  width,
                  finding.topic(),
                  finding.standing().words(),
                  Long.toString(finding.records()),
                  bound(finding, finding.bytesGoneBy()),
                  finding.nameGoneBy() == null ? "-" : text(finding.nameGoneBy()))
              + "  "
              + finding.content());
    }
    lines.add("");
    for (TouchedVersion version : versions) {
      lines.add("model version " + version.version() + ": " + version.because());
    }
    lines.add("Not Eddy's, or beyond its topics:");
    NOT_EDDYS.forEach(thing -> lines.add("- " + thing));
    lines.add("");
    lines.add(verdict());
    return lines;
  }

  private static String bound(Finding finding, @Nullable Instant instant) {
    if (instant != null) {
      return String.valueOf(text(instant));
    }
    return finding.isOpen() ? "no bound" : "-";
  }

  private static String line(
      int width, String topic, String now, String records, String bytes, @Nullable String name) {
    return Text.left(topic, width)
        + "  "
        + Text.left(now, 11)
        + Text.right(records, NUMBER_WIDTH)
        + "  "
        + Text.left(bytes, TIME_WIDTH)
        + "  "
        + Text.left(String.valueOf(name), TIME_WIDTH);
  }

  private String verdict() {
    if (isForgotten()) {
      return "forgotten: nothing that Eddy works with says anything about \"" + key + "\"";
    }
    List<String> open = findings.stream().filter(Finding::isOpen).map(Finding::topic).toList();
    return "NOT forgotten: \""
        + key
        + "\" is still there, or its bytes have no end, in "
        + String.join(", ", open)
        + (isErased()
            ? ": set max.compaction.lag.ms and segment.ms of compacted topics, and retention.ms of"
                + " others"
            : ": a training that is open keeps its windows until it ends; else look whether the"
                + " application runs, and whether eddy.history.slots was lowered");
  }
}
