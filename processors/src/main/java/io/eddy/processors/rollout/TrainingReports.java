package io.eddy.processors.rollout;

import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.avro.TrainingReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The records by which a trainer reports to the rollout, in the topic `candidates`.
public final class TrainingReports {
  private TrainingReports() {}

  /// A report without a model.
  ///
  /// @param baseVersion of the round; 0 for initial weights
  public static ModelMessage of(TrainingReport report, int baseVersion) {
    var manifest =
        new ModelManifest("", 0, baseVersion, 0L, 0, List.of(), Instant.EPOCH, Map.of(), report);
    return message(manifest, report);
  }

  /// The records of a candidate as a contribution to a round: its chunks as they are, and then its
  /// manifest with the report.
  ///
  /// @param candidate as [ModelArtifacts#candidate] gives it
  public static List<ModelMessage> contribution(
      List<ModelMessage> candidate, TrainingReport report) {
    var messages = new ArrayList<>(candidate);
    ModelMessage last = messages.removeLast();
    ModelManifest manifest =
        ModelManifest.newBuilder((ModelManifest) last.value().getContent())
            .setReport(report)
            .build();
    messages.add(new ModelMessage(last.key(), new ModelRecord(manifest)));
    return messages;
  }

  private static ModelMessage message(ModelManifest manifest, TrainingReport report) {
    return new ModelMessage("report/" + report.getPartition(), new ModelRecord(manifest));
  }
}
